/**
 * Graphs and time series from roll-ups alone, as the store sums them: 24 h of minutes as dense as those
 * of 10 million span rows a day, without the spans. What an answer costs besides (the partial minutes
 * at both ends, the API) is in `bench:query`. `npm run bench:graphs -- [repeats]`.
 */
import { parseSegmentDocument, type ReceivedDocument, unixNanos } from '@fluoroscope/model'
import { MergedGraphs } from '../packages/server/src/analyse/merged-graphs.ts'
import { CompletionRoom } from '../packages/server/src/analyse/request-sums.ts'
import { callsOfTrace } from '../packages/server/src/analyse/service-graph.ts'
import { GraphBuilder } from '../packages/server/src/analyse/service-graph-builder.ts'
import { addTraceCalls } from '../packages/server/src/analyse/trace-calls.ts'
import { assembleTrace } from '../packages/server/src/query/assemble-trace.ts'
import { findGraphSources } from '../packages/server/src/query/graph-merges.ts'
import {
  ALL_TRACES,
  type CompletedGraph,
  findMergedGraph,
  insertGraphMinutes,
} from '../packages/server/src/query/graph-minutes.ts'
import { findStoredSeries, type SeriesEntity } from '../packages/server/src/query/graph-series.ts'
import { startTestDatabase } from '../packages/server/src/store/test-database.ts'
import { generateTrace, seededRandom } from './support/generate.ts'
import { latencies, machine } from './support/machine.ts'

const REPEATS = Number(process.argv[2] ?? 20)
const HOURS = 24
const MINUTES = HOURS * 60
const SEGMENTS_PER_TRACE = 5
const ROWS_PER_SEGMENT = 3
const TRACES_PER_MINUTE = Math.round(10_000_000 / ROWS_PER_SEGMENT / SEGMENTS_PER_TRACE / MINUTES)
/** Minutes that differ; the others repeat them. */
const DISTINCT = 5
/** Minutes of one insert. */
const BATCH = 30
const NANOS = 1_000_000_000n
/** Where samples are made: after 1970. */
const SHIFT = 1_200_000_000

const first = Math.floor(Date.now() / 1000 / 3600) * 3600 - HOURS * 3600
const random = seededRandom(3)
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())

const samples = Array.from({ length: DISTINCT }, (_, at) => sampleMinute(at * 60))
const store = await startTestDatabase('warn')
const { database } = store
const day = Math.floor(first / 86_400)
let rows = 0
for (let at = 0; at < MINUTES; at += BATCH) {
  const minutes = Array.from({ length: BATCH }, (_, index) => {
    const minute = first + (at + index) * 60
    const sample = at + index
    const graph = samples[sample % DISTINCT] ?? { nodes: [], edges: [] }
    rows += graph.nodes.length + graph.edges.length
    const shift = minute - (sample % DISTINCT) * 60
    return { minute, omitted: 0, ...shifted(graph, shift) }
  })
  const version = {
    grouping: ALL_TRACES,
    version: BigInt(at + 1),
    covered: at + 1,
    day,
    oldest: day,
  }
  await insertGraphMinutes(database, minutes, version)
}
show('roll-ups', `${MINUTES} minutes of ${TRACES_PER_MINUTE} traces, ${rows} nodes and edges`)

const limits = { nodes: 10_000, edges: 50_000 }
const merges = new MergedGraphs({
  database,
  monotonicMs: () => performance.now(),
  random: Math.random,
  limits,
  settings: { mergeQuietMs: 0, mergeMs: 0 },
})
const began = performance.now()
for (let made = -1; made < merges.made; ) {
  made = merges.made
  await merges.pass(Date.now(), 0)
}
show('merges', `${merges.made} in ${Math.round(performance.now() - began)} ms`)
for (const hours of [1 / 12, 1, 6, 24]) {
  const name = `graph of ${hours < 1 ? '5 min' : `${hours} h`}`
  const source = () => ({ grouping: ALL_TRACES, ranges: [range(hours)] })
  await measure(`${name}, from minutes`, async () => {
    await findMergedGraph(database, [source()], limits)
  })
  await measure(name, async () => {
    await findMergedGraph(database, await findGraphSources(database, source()), limits)
  })
}
const ANY = { type: undefined, account: undefined }
const entities: readonly (readonly [string, SeriesEntity])[] = [
  ['entries', { kind: 'entries' }],
  ['a service', { kind: 'service', service: { ...ANY, name: 'orders' } }],
  ['an edge', { kind: 'edge', from: { ...ANY, name: 'orders' }, to: { ...ANY, name: 'payments' } }],
]
for (const [hours, period] of [
  [6, 60],
  [24, 300],
] as const) {
  for (const [name, entity] of entities) {
    await measure(`series of ${name}, ${hours} h by ${period} s`, async () => {
      const everything = { grouping: ALL_TRACES, range: { from: 0, to: 2 ** 32 - 60 } }
      const query = { completed: range(hours), period, entity, without: [], ...everything }
      await findStoredSeries(database, query)
    })
  }
}
await store.stop()

/** The graph of one minute's traces that start from `start` on, seconds. */
function sampleMinute(start: number): CompletedGraph {
  const graph = new GraphBuilder({ nodes: 10_000, edges: 50_000 }, new CompletionRoom(200_000))
  for (let index = 0; index < TRACES_PER_MINUTE; index++) {
    const at = SHIFT + start + random() * 60
    const generated = generateTrace(start * 1000 + index, SEGMENTS_PER_TRACE, at, random)
    const documents = generated.documents.map(received)
    const [one] = documents
    if (one === undefined || one.document.kind !== 'segment') throw new Error('not a segment')
    addTraceCalls(graph, callsOfTrace(assembleTrace(one.document.segment.traceId, documents)))
  }
  return graph.byCompletion()
}

function received(text: string): ReceivedDocument {
  const parsed = parseSegmentDocument(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const context = { account: '000000000000', region: 'us-east-1' }
  return { document: parsed.value.document, received: unixNanos(0n), ...context }
}

/** The graph as if its traces had started `seconds` later. */
function shifted({ nodes, edges }: CompletedGraph, seconds: number): CompletedGraph {
  const moved = seconds - SHIFT
  const later = (completed: number) => (completed === 0 ? 0 : completed + moved)
  return {
    nodes: nodes.map((node) => ({
      ...node,
      completed: later(node.completed),
      firstTrace: unixNanos(node.firstTrace + BigInt(moved) * NANOS),
      lastTrace: unixNanos(node.lastTrace + BigInt(moved) * NANOS),
    })),
    edges: edges.map((edge) => ({ ...edge, completed: later(edge.completed) })),
  }
}

/** A range of whole minutes somewhere in the day. */
function range(hours: number): { readonly from: number; readonly to: number } {
  const length = Math.round(hours * 60)
  const start = Math.floor(random() * (MINUTES - length + 1))
  return { from: first + start * 60, to: first + (start + length) * 60 }
}

async function measure(name: string, run: () => Promise<void>): Promise<void> {
  await run()
  const millis: number[] = []
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now()
    await run()
    millis.push(performance.now() - start)
  }
  show(name, latencies(millis))
}
