import { cp } from 'node:fs/promises'
import { unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { generateTrace, seededRandom } from '../../bench/support/generate.ts'
import { readMigrations } from '../../packages/server/src/store/migrate.ts'
import { type RunningServer, startAndKill } from '../support/server.ts'
import { call, cleanUp, newDirectory, put, start } from './fixture.ts'
import { type SeededDocument, seedStore } from './seed-store.ts'

const TRACES = 60
const SEGMENTS = 5
const SHOPS = 7
const MINUTE = 60
/** Traces start within ten minutes, an hour ago. */
const first = Math.floor(Date.now() / 1000 / MINUTE) * MINUTE - 70 * MINUTE
const until = first + 11 * MINUTE

const random = seededRandom(17)
const traces = Array.from({ length: TRACES }, (_, index) =>
  generateTrace(index, SEGMENTS, first + random() * 10 * MINUTE, random, () => ({
    shop: `shop-${index % SHOPS}`,
    visits: index,
    canary: index === 3,
  })),
)
const documents: readonly SeededDocument[] = traces.flatMap((trace) =>
  trace.documents.map((text, index) => ({
    text,
    received: unixNanos(BigInt(first + 15 * MINUTE) * 1_000_000_000n + BigInt(index)),
  })),
)
/** The first that could answer, each that added to what a search or a graph goes by, and the last but one. */
const WATERSHEDS = [3, 8, 11, 14]
const earlier = (await readMigrations()).slice(2, -1).map(({ version }) => version)
const isNightly = Number(process.env['CRASH_ROUNDS'] ?? 0) > 50
const ROUNDS = isNightly ? 50 : 8
const versions = earlier.filter(
  (version) => isNightly || WATERSHEDS.includes(version) || version === earlier.at(-1),
)

/** What a server that never knew another schema says of the same documents. */
let expected: Answers

beforeAll(async () => {
  const server = await start(await newDirectory())
  await put(
    server,
    traces.flatMap((trace) => trace.documents),
  )
  await vi.waitFor(async () => expect(await countOf(server, undefined)).toBe(TRACES), 60_000)
  expected = await answersOf(server)
  expect(await server.stop()).toBe(0)
  expect(expected.traces).toHaveLength(TRACES)
  expect(expected.edges.length).toBeGreaterThan(10)
})

afterAll(cleanUp)

describe.concurrent('a data directory of an earlier schema', () => {
  test.each(versions)('version %i is upgraded by the start, and says the same', async (version) => {
    const directory = await newDirectory()
    await seedStore(directory, version, documents)
    const server = await start(directory)
    await isAsExpected(server)
    expect(await server.stop()).toBe(0)
  })
})

test('an upgrade that is killed at any instant goes on at the next start', async () => {
  const [whole, directory] = [await newDirectory(), await newDirectory()]
  await seedStore(whole, earlier[0] ?? 0, documents)
  await cp(whole, directory, { recursive: true })
  const began = performance.now()
  expect(await (await start(whole)).stop()).toBe(0)
  const upgradeMs = performance.now() - began
  let killed = 0
  for (let round = 0; round < ROUNDS; round++) {
    // Each start goes on where the last one was killed, so it has less and less to do.
    if (!(await startAndKill(directory, random() * upgradeMs))) killed += 1
  }
  expect(killed).toBeGreaterThan(0)
  const server = await start(directory)
  await isAsExpected(server)
  expect(await server.stop()).toBe(0)
  process.stdout.write(`${killed} of ${ROUNDS} starts were killed before the upgrade was done\n`)
})

type Answers = {
  readonly traces: readonly unknown[]
  readonly edges: readonly string[]
  /** Ids of the traces found by each filter. */
  readonly found: readonly (readonly string[])[]
}

const FILTERS = [
  'annotation.shop = "shop-2"',
  'annotation.visits > 40',
  'annotation.canary = true',
  'fault',
  'service("payments") AND duration > 0.1',
  'edge("orders", "payments") OR user = "user-1"',
]

async function isAsExpected(server: RunningServer): Promise<void> {
  const answers = await answersOf(server)
  expect(answers.traces).toEqual(expected.traces)
  expect(answers.found).toEqual(expected.found)
  expect(answers.edges).toEqual(expected.edges)
}

async function answersOf(server: RunningServer): Promise<Answers> {
  const ids = traces.map(({ traceId }) => traceId).sort()
  const found: unknown[] = []
  for (let at = 0; at < ids.length; at += 5) {
    const { Traces } = await call(server, '/Traces', { TraceIds: ids.slice(at, at + 5) })
    found.push(...(Traces as unknown[]))
  }
  const graph = await call(server, '/ServiceGraph', { StartTime: first, EndTime: until })
  return {
    traces: found,
    edges: edgesOf(graph['Services'] as readonly Service[]),
    found: await Promise.all(FILTERS.map((filter) => idsOf(server, filter))),
  }
}

type Service = {
  readonly ReferenceId: number
  readonly Name: string
  readonly Edges: readonly { readonly ReferenceId: number; readonly SummaryStatistics: unknown }[]
}

function edgesOf(services: readonly Service[]): readonly string[] {
  const names = new Map(services.map((service) => [service.ReferenceId, service.Name]))
  return services
    .flatMap(({ Name, Edges }) =>
      Edges.map(
        ({ ReferenceId, SummaryStatistics }) =>
          `${Name} to ${names.get(ReferenceId)}: ${JSON.stringify(SummaryStatistics)}`,
      ),
    )
    .sort()
}

async function countOf(server: RunningServer, filter: string | undefined): Promise<number> {
  return (await idsOf(server, filter)).length
}

async function idsOf(
  server: RunningServer,
  filter: string | undefined,
): Promise<readonly string[]> {
  const page = await call(server, '/TraceSummaries', {
    StartTime: first,
    EndTime: until,
    FilterExpression: filter,
  })
  expect(page['NextToken'] ?? null).toBeNull()
  return (page['TraceSummaries'] as { Id: string }[]).map(({ Id }) => Id)
}
