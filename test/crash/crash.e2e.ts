import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { newEntityId, newTraceId, segmentDocument } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 50)
const DOCUMENTS_PER_SECOND = 2000
const DOCUMENTS_PER_REQUEST = 50
const TRACES_PER_REQUEST = 5
const LONGEST_ROUND_MS = 1500

/** What was acknowledged: trace id to the ids of its segments. */
type Acknowledged = Map<string, Set<string>>

let directory = ''

let server: RunningServer | undefined

afterAll(async () => {
  await server?.kill()
  await removeDirectory(directory)
})

test(`nothing acknowledged is lost or shown twice over ${ROUNDS} kills under load`, async () => {
  directory = await temporaryDirectory()
  const acknowledged: Acknowledged = new Map()
  const readyMillis: number[] = []
  let current = await startServer(directory)
  server = current
  let killedServers = 0
  let killedEngines = 0
  for (let round = 0; round < ROUNDS; round++) {
    const load = startLoad(current, acknowledged)
    await pause(100 + Math.random() * LONGEST_ROUND_MS)
    if (round % 2 === 0) {
      await current.kill()
      await load.stop()
      const began = performance.now()
      current = await startServer(directory)
      server = current
      readyMillis.push(performance.now() - began)
      killedServers++
    } else {
      process.kill(enginePid(current), 'SIGKILL')
      killedEngines++
      await pause(300)
      await load.stop()
      await ledgerAddsUp(current)
    }
  }
  await settled(current)

  const documents = [...acknowledged.values()].reduce((sum, ids) => sum + ids.size, 0)
  expect(killedServers + killedEngines).toBe(ROUNDS)
  expect(documents).toBeGreaterThan(ROUNDS * 100)
  const { lost, twice } = await readBack(current, acknowledged)
  const summaries = await summaryCounts(current)
  const missing = [...acknowledged.keys()].filter((id) => summaries.get(id) !== 1)
  readyMillis.sort((a, b) => a - b)
  process.stdout.write(
    `${killedServers} servers and ${killedEngines} engines killed, ${documents} acknowledged documents read back: ` +
      `${lost.length} lost, ${twice.length} shown twice; restart to ready p50 ` +
      `${readyMillis[readyMillis.length >> 1]?.toFixed(0)} ms, max ${readyMillis.at(-1)?.toFixed(0)} ms\n`,
  )
  expect(lost).toEqual([])
  expect(twice).toEqual([])
  expect(missing).toEqual([])
  await ledgerAddsUp(current)
  expect(await current.stop()).toBe(0)
})

/** Open loop: a request every 25 ms, answered or not, until stopped. */
function startLoad(server: RunningServer, acknowledged: Acknowledged): { stop(): Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const pending = new Set<Promise<void>>()
  const timer = setInterval(
    () => {
      const sending = putOnce(agent, server.endpoint, acknowledged)
      pending.add(sending)
      void sending.finally(() => pending.delete(sending))
    },
    (1000 * DOCUMENTS_PER_REQUEST) / DOCUMENTS_PER_SECOND,
  )
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(pending)
      agent.destroy()
    },
  }
}

async function putOnce(agent: Agent, endpoint: string, acknowledged: Acknowledged): Promise<void> {
  const traces = Array.from({ length: TRACES_PER_REQUEST }, () => newTraceId())
  const ids = new Map(traces.map((traceId) => [traceId, new Set<string>()]))
  const documents: string[] = []
  for (const [traceId, segmentIds] of ids) {
    for (let n = 0; n < DOCUMENTS_PER_REQUEST / TRACES_PER_REQUEST; n++) {
      const id = newEntityId()
      segmentIds.add(id)
      documents.push(JSON.stringify(segmentDocument({ trace_id: traceId, id, name: 'crash' })))
    }
  }
  const answer = await post(agent, endpoint, '/TraceSegments', { TraceSegmentDocuments: documents })
  if (answer?.status !== 200) return
  expect(answer.body).toEqual({ UnprocessedTraceSegments: [] })
  for (const [traceId, segmentIds] of ids) acknowledged.set(traceId, segmentIds)
}

type Answer = { readonly status: number; readonly body: Record<string, unknown> }

/** The answer, or undefined where the connection broke: then nothing was acknowledged. */
function post(
  agent: Agent,
  endpoint: string,
  path: string,
  input: object,
): Promise<Answer | undefined> {
  return new Promise((done) => {
    const body = JSON.stringify(input)
    const outgoing = request(`${endpoint}${path}`, { method: 'POST', agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('error', () => done(undefined))
      response.on('close', () => {
        if (!response.complete) done(undefined)
        else done({ status: response.statusCode ?? 0, body: JSON.parse(text) })
      })
    })
    outgoing.on('error', () => done(undefined))
    outgoing.end(body)
  })
}

async function call(
  server: RunningServer,
  path: string,
  input: object,
): Promise<Record<string, unknown>> {
  const agent = new Agent()
  const answer = await post(agent, server.endpoint, path, input)
  if (answer?.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}\n${server.log()}`)
  return answer.body
}

async function readBack(
  server: RunningServer,
  acknowledged: Acknowledged,
): Promise<{ lost: string[]; twice: string[] }> {
  const lost: string[] = []
  const twice: string[] = []
  const traceIds = [...acknowledged.keys()]
  for (let at = 0; at < traceIds.length; at += 5) {
    const asked = traceIds.slice(at, at + 5)
    const { Traces } = await call(server, '/Traces', { TraceIds: asked })
    const found = new Map(
      (Traces as { Id: string; Segments: { Id: string }[] }[]).map((trace) => [trace.Id, trace]),
    )
    for (const traceId of asked) {
      const shown = found.get(traceId)?.Segments.map((segment) => segment.Id) ?? []
      if (new Set(shown).size !== shown.length) twice.push(traceId)
      const present = new Set(shown)
      for (const id of acknowledged.get(traceId) ?? []) {
        if (!present.has(id)) lost.push(`${traceId} ${id}`)
      }
    }
  }
  return { lost, twice }
}

/** How often each trace is listed over all pages. */
async function summaryCounts(server: RunningServer): Promise<Map<string, number>> {
  const now = Date.now() / 1000
  const counts = new Map<string, number>()
  let token: unknown
  do {
    const page = await call(server, '/TraceSummaries', {
      StartTime: now - 3600,
      EndTime: now + 60,
      ...(token === undefined ? {} : { NextToken: token }),
    })
    for (const { Id } of page['TraceSummaries'] as { Id: string }[]) {
      counts.set(Id, (counts.get(Id) ?? 0) + 1)
    }
    token = page['NextToken'] ?? undefined
  } while (token !== undefined)
  return counts
}

/** Waits until the journal holds nothing that the engine lacks. */
async function settled(server: RunningServer): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const waiting = sumOf(await metrics(server), 'fluoroscope_journal_files')
    if (waiting === 0) return
    if (Date.now() > deadline) throw new Error(`${waiting} journal files wait\n${server.log()}`)
    await pause(100)
  }
}

/** received = stored + sampled out + rejected + dropped, to the unit, once nothing is in flight. */
async function ledgerAddsUp(server: RunningServer): Promise<void> {
  const lines = await metrics(server)
  const received = sumOf(lines, 'fluoroscope_documents_received_total')
  expect(received).toBeGreaterThan(0)
  const parts = ['stored', 'sampled_out', 'rejected', 'dropped'].map((part) =>
    sumOf(lines, `fluoroscope_documents_${part}_total`),
  )
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(received)
}

async function metrics(server: RunningServer): Promise<readonly string[]> {
  return (await (await fetch(`${server.endpoint}/metrics`)).text()).split('\n')
}

/** A family that has counted nothing yet has no line. */
function sumOf(lines: readonly string[], name: string): number {
  const own = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** The server's only child process. */
function enginePid(server: RunningServer): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
      if (Number(parent) === server.ready.pid) return Number(name)
    } catch (cause) {
      if (!['ENOENT', 'ESRCH'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    }
  }
  throw new Error(`no engine below process ${server.ready.pid}`)
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis))
}
