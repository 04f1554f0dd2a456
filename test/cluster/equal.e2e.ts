import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FILTER_TRACES, traceIdNamed } from '../support/filter-traces.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { StandInStore } from '../support/stand-in-store.ts'
import { BASE_SECONDS } from '../support/traces.ts'

/** The same traces in an embedded engine, on one server elsewhere, and on a cluster of two shards. */
const KINDS = ['embedded', 'server', 'cluster'] as const

type Kind = (typeof KINDS)[number]

let directory: string
let stores: readonly StandInStore[]
let servers: ReadonlyMap<Kind, RunningServer>

const IDS = [...FILTER_TRACES.keys()].map(traceIdNamed)
const RANGE = { StartTime: BASE_SECONDS - 60, EndTime: BASE_SECONDS + 120 }

beforeAll(async () => {
  directory = await temporaryDirectory()
  const [single, cluster] = await Promise.all([
    StandInStore.start(),
    StandInStore.start({ isSharded: true }),
  ])
  stores = [single, cluster]
  const urls = { embedded: 'embedded', server: single.url('one'), cluster: cluster.url('two') }
  servers = new Map(
    await Promise.all(
      KINDS.map(async (kind) => {
        const flags = [`--store=${urls[kind]}`, '--parse-workers=1']
        return [kind, await startServer(join(directory, kind), flags)] as const
      }),
    ),
  )
  await Promise.all(KINDS.map(fill))
})

afterAll(async () => {
  await Promise.all([...servers.values()].map((each) => each.kill()))
  await Promise.all(stores.map((each) => each.stop()))
  await removeDirectory(directory)
})

test.each([
  ['the documents of traces', '/Traces', { TraceIds: IDS.slice(0, 5) }],
  ['summaries', '/TraceSummaries', RANGE],
  ['a search', '/TraceSummaries', { ...RANGE, FilterExpression: 'fault OR responsetime > 2' }],
  [
    'a search by a call',
    '/TraceSummaries',
    { ...RANGE, FilterExpression: 'edge("front", "orders") { error }' },
  ],
  [
    'a search by an annotation',
    '/TraceSummaries',
    { ...RANGE, FilterExpression: 'annotation.tier = "gold"' },
  ],
  ['a search by service', '/TraceSummaries', { ...RANGE, TimeRangeType: 'Service' }],
  ['the graph of a trace', '/TraceGraph', { TraceIds: IDS.slice(0, 1) }],
  ['the graph of a range', '/ServiceGraph', RANGE],
  ['a time series', '/TimeSeriesServiceStatistics', { ...RANGE, Period: 60 }],
] as const)('%s: the same bytes', async (_, path, input) => {
  const [embedded, ...others] = await Promise.all(KINDS.map((kind) => ask(kind, path, input)))
  expect(embedded).not.toMatch(/"(?:Traces|TraceSummaries|Services)":\[\]/)
  for (const other of others) expect(other).toBe(embedded)
})

test('both shards hold traces', async () => {
  const [, cluster] = stores
  const url = new URL(cluster?.url('two') ?? '')
  const { username, password } = url
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const response = await fetch(`${url.origin}/?database=two`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: 'SELECT _shard_num, uniqExact(trace_id) > 0 FROM spans GROUP BY _shard_num ORDER BY _shard_num',
  })
  expect(await response.text()).toBe('1\t1\n2\t1\n')
})

async function fill(kind: Kind): Promise<void> {
  const documents = [...FILTER_TRACES.values()].flat().map((json) => JSON.stringify(json))
  const refused = await ask(kind, '/TraceSegments', { TraceSegmentDocuments: documents })
  expect(refused).toBe('{"UnprocessedTraceSegments":[]}')
  for (let at = 0; at < IDS.length; at += 5) {
    const ids = IDS.slice(at, at + 5)
    const areFound = async () => {
      const { Traces: traces } = JSON.parse(await ask(kind, '/Traces', { TraceIds: ids }))
      expect(traces).toHaveLength(ids.length)
    }
    await vi.waitFor(areFound, { timeout: 60_000, interval: 100 })
  }
}

/** The answer without the times at which it was given, and at which the traces were received. */
async function ask(kind: Kind, path: string, input: object): Promise<string> {
  const response = await fetch(`${servers.get(kind)?.endpoint}${path}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  const text = await response.text()
  expect(response.status, `${kind}: ${text}`).toBe(200)
  return text.replaceAll(/"(ApproximateTime|MatchedEventTime)":[\d.]+/g, '"$1":0')
}
