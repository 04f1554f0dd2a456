import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import {
  CreateSamplingRuleCommand,
  GetSamplingStatisticSummariesCommand,
  type SamplingStatisticSummary,
  UpdateSamplingRuleCommand,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { CREDENTIALS, daemonAddress, environment, PYTHON } from './client-environment.ts'

const run = promisify(execFile)
const HERE = import.meta.dirname

/** Clients of each kind: a fleet of 20 of the X-Ray SDKs, beside four of OpenTelemetry. */
const NODE = 7
const PYTHON_CLIENTS = 7
const GO = 6
const OTEL = 4

/**
 * Samplers report every 10 s (xray-behaviour 11.3): they know their share of a reservoir after the
 * second report, so from SETTLED_S; what changes at CHANGE_S reaches them with the third or fourth.
 */
const RUN_S = 40
const SETTLED_S = 24
const CHANGE_S = 24

const RATE = 0.3
/** Three a second for each client of Python and Go. */
const RESERVOIR = 3 * (PYTHON_CLIENTS + GO)
/** Two a second for each. */
const OTEL_RESERVOIR = 2 * OTEL

function rule(Priority: number, RuleName: string, URLPath: string, FixedRate: number) {
  const any = { ResourceARN: '*', ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*' }
  return { ...any, RuleName, Priority, URLPath, FixedRate, ReservoirSize: 0, Version: 1 }
}

/** Of /reservoir, for the programs that call their service so. */
function reservoir(Priority: number, ServiceName: string, ReservoirSize: number) {
  const name = `reservoir-${ServiceName}`
  return { ...rule(Priority, name, '/reservoir', 0), ServiceName, ReservoirSize }
}

const RULES = [
  rule(1, 'ready', '/ready', 1),
  rule(2, 'rate', '/rate', RATE),
  reservoir(3, 'fleet', RESERVOIR),
  reservoir(4, 'node', NODE),
  reservoir(5, 'otel', OTEL_RESERVOIR),
  rule(6, 'changed', '/changed', 0),
]

/** What a sampler program tells of one client; `node/sampler-run.mjs` says how it comes about. */
type Client = {
  readonly requests: number
  readonly sampled: number
  readonly asked: Readonly<Record<string, number>>
  readonly reservoir: Readonly<Record<string, number>>
  readonly torn: readonly number[]
  readonly changedAt: number | null
  readonly addedAt: number | null
}

type Program = {
  /** When all its samplers have their rules. */
  readonly ready: Promise<void>
  /** Lets it run to `end`, in milliseconds. */
  readonly finish: (end: number) => Promise<readonly Client[]>
}

let directory: string
let server: RunningServer
/** Unsigned samplers get the rules of the server's own region and account. */
let client: XRayClient
/** Milliseconds: when all samplers had their rules. */
let start: number
let clients: Readonly<Record<'node' | 'python' | 'go' | 'otel', readonly Client[]>>
let statistics: readonly SamplingStatisticSummary[]

beforeAll(async () => {
  directory = await temporaryDirectory()
  const goSamplers = join(directory, 'go-samplers')
  await run('go', ['build', '-o', goSamplers, './samplers'], { cwd: join(HERE, 'go') })
  server = await startServer(directory)
  client = new XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: CREDENTIALS,
  })
  const quiet = { RuleName: 'Default', FixedRate: 0, ReservoirSize: 0 }
  await client.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: quiet }))
  for (const SamplingRule of RULES) {
    await client.send(new CreateSamplingRuleCommand({ SamplingRule }))
  }
  const address = daemonAddress(server)
  const nodeProgram = join(HERE, 'node/sampler.mjs')
  const otelProgram = join(HERE, 'node/otel-sampler.mjs')
  const fleet = {
    node: Array.from({ length: NODE }, () => program(process.execPath, [nodeProgram, address])),
    python: [program(PYTHON, [join(HERE, 'python/sampler.py'), address, `${PYTHON_CLIENTS}`])],
    go: [program(goSamplers, [address, `${GO}`])],
  }
  await allReady(fleet)
  // OpenTelemetry's reports rules that nothing matched too, and has borrowed its last then: it starts late.
  const otel = [program(process.execPath, [otelProgram, server.endpoint, `${OTEL}`])]
  await allReady({ otel })
  start = Date.now()
  const results = Object.entries({ ...fleet, otel }).map(async ([kind, each]) => [
    kind,
    (await Promise.all(each.map(({ finish }) => finish(start + RUN_S * 1000)))).flat(),
  ])
  const finished = Promise.all(results)
  await sleepUntil(start + CHANGE_S * 1000)
  const SamplingRuleUpdate = { RuleName: 'changed', FixedRate: 1 }
  await client.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate }))
  const SamplingRule = rule(7, 'added', '/added', 1)
  await client.send(new CreateSamplingRuleCommand({ SamplingRule }))
  clients = Object.fromEntries(await finished)
  const answer = await client.send(new GetSamplingStatisticSummariesCommand({}))
  statistics = answer.SamplingStatisticSummaries ?? []
}, 240_000)

afterAll(async () => {
  client.destroy()
  await server.stop()
  await removeDirectory(directory)
})

async function allReady(programs: Readonly<Record<string, readonly Program[]>>): Promise<void> {
  await Promise.all(
    Object.values(programs)
      .flat()
      .map(({ ready }) => ready),
  )
}

function sleepUntil(instant: number): Promise<void> {
  return new Promise((done) => setTimeout(done, instant - Date.now()))
}

/** A sampler program that was started; rejects with what it wrote when it ends without a result. */
function program(command: string, argv: readonly string[]): Program {
  const child = spawn(command, argv, { env: environment(directory) })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const lines: string[] = []
  const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const closed = once(output, 'close')
  const failed = closed.then(() => {
    throw new Error(`${command} ended early\n${lines.join('\n')}\n${log}`)
  })
  failed.catch(() => {})
  const ready = Promise.race([failed, heard(output, 'ready')])
  return { ready, finish: (end: number) => finish(child, end, closed, lines, () => log) }
}

async function heard(output: ReturnType<typeof createInterface>, word: string): Promise<void> {
  await new Promise<void>((done) => {
    output.on('line', (line) => {
      if (line === word) done()
    })
  })
}

async function finish(
  child: ChildProcess,
  end: number,
  closed: Promise<unknown>,
  lines: readonly string[],
  log: () => string,
): Promise<readonly Client[]> {
  child.stdin?.write(`${end}\n`)
  await closed
  expect(log()).toBe('')
  return JSON.parse(lines.at(-1) ?? '') as Client[]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function share(some: readonly Client[]): number {
  return sum(some.map(({ sampled }) => sampled)) / sum(some.map(({ requests }) => requests))
}

/**
 * What `some` sampled of /reservoir in each second from `from` to `to` after the start, but for torn
 * seconds, and those in which a busy machine let one of them ask less than `atLeast` times.
 */
function bySecond(
  some: readonly Client[],
  from: number,
  to: number,
  atLeast: number,
): readonly number[] {
  const first = Math.floor(start / 1000)
  const torn = new Set(some.flatMap((each) => each.torn))
  const seconds = Array.from({ length: to - from }, (_, index) => first + from + index)
  return seconds
    .filter((second) => !torn.has(second))
    .filter((second) => some.every(({ asked }) => (asked[second] ?? 0) >= atLeast))
    .map((second) => sum(some.map(({ reservoir }) => reservoir[second] ?? 0)))
}

describe('20 samplers of the X-Ray SDKs', () => {
  const fleet = () => [...clients.node, ...clients.python, ...clients.go]

  /**
   * n decisions at rate p vary by sqrt((1 - p) / (p n)) of the rate: 0.48 % for n = 100,000, so that
   * 2 % is four times as far, once in 30,000 runs by chance. An idle machine makes 300,000.
   */
  test('sample at the rate of the rule, within 2 %', () => {
    expect(fleet()).toHaveLength(20)
    expect(sum(fleet().map(({ requests }) => requests))).toBeGreaterThan(100_000)
    expect(Math.abs(share(fleet()) / RATE - 1)).toBeLessThan(0.02)
  })

  test('share a reservoir: its size each second once all have reported twice, never more', () => {
    const sharing = [...clients.python, ...clients.go]
    const settled = bySecond(sharing, SETTLED_S, RUN_S - 1, 4)
    expect(settled.length).toBeGreaterThan(5)
    expect(new Set(settled)).toEqual(new Set([RESERVOIR]))
    expect(Math.max(...bySecond(sharing, 0, RUN_S, 0))).toBeLessThanOrEqual(RESERVOIR)
  })

  /** This SDK takes the end of a quota for milliseconds, so no quota ever holds: it borrows. */
  test('of Node take one a second each, whatever their quota', () => {
    const seconds = bySecond(clients.node, 1, RUN_S - 1, 2)
    expect(seconds.length).toBeGreaterThan(20)
    expect(new Set(seconds)).toEqual(new Set([NODE]))
  })

  test('learn of a changed and of a new rule with their next reports', () => {
    for (const { changedAt, addedAt } of fleet()) {
      expect(changedAt).toBeGreaterThan(start + CHANGE_S * 1000)
      expect(addedAt).toBeGreaterThan(start + CHANGE_S * 1000)
    }
  })
})

describe("OpenTelemetry's remote sampler", () => {
  /** As above: 20,000 decisions vary by 1.1 % of the rate; 5 % is more than four times as far. */
  test('samples at the rate of the rule', () => {
    expect(clients.otel).toHaveLength(OTEL)
    expect(sum(clients.otel.map(({ requests }) => requests))).toBeGreaterThan(20_000)
    expect(Math.abs(share(clients.otel) / RATE - 1)).toBeLessThan(0.05)
  })

  /** Its reservoir is a bucket that every answer empties: up to a second's worth of ten is lost. */
  test('borrows one a second until its first report, then takes its share of the reservoir', () => {
    const told = statistics.filter(({ RuleName }) => RuleName === 'reservoir-otel')
    const borrowed = sum(told.map(({ BorrowCount }) => BorrowCount ?? 0)) / OTEL
    expect(borrowed).toBeGreaterThan(4)
    expect(borrowed).toBeLessThanOrEqual(11)
    const settled = bySecond(clients.otel, SETTLED_S, RUN_S - 1, 10)
    const taken = sum(settled) / (settled.length * OTEL_RESERVOIR)
    expect(taken).toBeGreaterThan(0.75)
    expect(taken).toBeLessThanOrEqual(1)
  })

  test('learns of a changed and of a new rule with its next reports', () => {
    for (const { changedAt, addedAt } of clients.otel) {
      expect(changedAt).toBeGreaterThan(start + CHANGE_S * 1000)
      expect(addedAt).toBeGreaterThan(start + CHANGE_S * 1000)
    }
  })
})

test('what they reported is told, ten seconds a sum', () => {
  const rate = statistics.filter(({ RuleName }) => RuleName === 'rate')
  const reported = sum(rate.map(({ RequestCount }) => RequestCount ?? 0))
  const made = sum(
    Object.values(clients)
      .flat()
      .map(({ requests }) => requests),
  )
  // Three reports of each came in, of ten seconds each; the window of the last may not be closed.
  expect(reported).toBeGreaterThan(made / 3)
  expect(reported).toBeLessThanOrEqual(made)
  const sampled = sum(rate.map(({ SampledCount }) => SampledCount ?? 0))
  expect(Math.abs(sampled / reported / RATE - 1)).toBeLessThan(0.02)
  const starts = rate.map(({ Timestamp }) => (Timestamp?.getTime() ?? Number.NaN) / 1000)
  expect(starts.length).toBeGreaterThan(2)
  expect(starts.every((second, index) => second === Number(starts[0]) + 10 * index)).toBe(true)
})
