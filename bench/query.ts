/**
 * Query latency through the X-Ray API at a given number of span rows over a day, warm, one request
 * after the other: traces by id, searches, service graphs, time series.
 * `npm run bench:query -- [span rows] [data directory] [documents a second]`; needs a build. A directory is kept, and the
 * rows that an earlier run loaded into it are used again. Of more than ten million rows, that many are
 * sent, and the store copies their traces under other ids until there are as many as asked for. The
 * documents a second are sent beside the queries; 0 where nothing is said.
 */
import { mkdir } from 'node:fs/promises'
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { GRAPH_GROUP, graphCases } from './query-graphs.ts'
import { searchCases } from './query-searches.ts'
import { loadDataset, readDataset, writeDataset } from './support/dataset.ts'
import { seededRandom } from './support/generate.ts'
import { call } from './support/load.ts'
import { latencies, machine } from './support/machine.ts'
import { multiplyTraces } from './support/multiply.ts'
import { startIngest } from './support/paced-load.ts'

const SPAN_ROWS = Number(process.argv[2] ?? 1_000_000)
const kept = process.argv[3]
const INGEST_RATE = Number(process.argv[4] ?? 0)
const HOURS = 24
const MOST_SENT = 10_000_000
/** A minute is computed when nothing has come for it for so long, and merged with others a while later. */
const QUIET_MS = 90_000
/** Only those whose names hold this text. */
const only = process.env['BENCH_ONLY'] ?? ''

const directory = kept ?? (await temporaryDirectory())
await mkdir(directory, { recursive: true })
let server = await startServer(directory, ['--log-level=warn'])
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(44)} ${value}\n`)
show('machine', machine())

let dataset = await readDataset(directory)
if (dataset === undefined) {
  dataset = await loadDataset(server.endpoint, Math.min(SPAN_ROWS, MOST_SENT), HOURS)
  await writeDataset(directory, dataset)
  // Late data makes every minute dirty; the roll-ups of a running system are quiet.
  await settled()
}
const copies = Math.round(SPAN_ROWS / dataset.spanRows) - 1
if (copies > 0) {
  await server.stop()
  await multiplyTraces(directory, copies)
  const [spanRows, copied] = [dataset.spanRows * (copies + 1), dataset.traces * (copies + 1)]
  dataset = { ...dataset, spanRows, traces: copied }
  await writeDataset(directory, dataset)
  server = await startServer(directory, ['--log-level=warn'])
  await settled()
}
const { first, seconds, traceIds, traces } = dataset
show('dataset', `${dataset.spanRows} span rows, ${traces} traces over ${seconds / 3600} h`)

const random = seededRandom(3)
const pick = () => traceIds[Math.floor(random() * traceIds.length)] ?? ''
const range = (length: number) => {
  const end = first + length + random() * (seconds - length)
  return { StartTime: end - length, EndTime: end }
}
const ingest = startIngest(server.endpoint, INGEST_RATE)
show('beside', INGEST_RATE === 0 ? 'nothing' : `${INGEST_RATE} documents/s sent`)
await measure('trace by id', 300, '/Traces', () => ({ TraceIds: [pick()] }))
await measure('five traces by id', 60, '/Traces', () => ({
  TraceIds: [pick(), pick(), pick(), pick(), pick()],
}))
await measure('graph of one trace', 60, '/TraceGraph', () => ({ TraceIds: [pick()] }))
for (const { name, times, input } of searchCases(dataset, random)) {
  await measure(name, times, '/TraceSummaries', input)
}
const groups = await call(server.endpoint, '/Groups', {})
if (!JSON.stringify(groups).includes(`"${GRAPH_GROUP.GroupName}"`)) {
  await call(server.endpoint, '/CreateGroup', GRAPH_GROUP)
}
for (const { name, times, path, input } of graphCases(range)) {
  await measure(name, times, path, input)
}
show('sent beside', await ingest.stop())
await server.stop()
if (kept === undefined) await removeDirectory(directory)

async function measure(
  name: string,
  times: number,
  path: string,
  input: () => object,
): Promise<void> {
  if (!name.includes(only)) return
  await call(server.endpoint, path, input())
  const millis: number[] = []
  const found: number[] = []
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    const answer = await call(server.endpoint, path, input())
    millis.push(performance.now() - began)
    const summaries = answer['TraceSummaries']
    if (Array.isArray(summaries)) found.push(summaries.length)
  }
  const each = found.length === 0 ? '' : `  ${median(found)} summaries`
  show(name, `${latencies(millis)}${each}`)
}

/** Until all roll-ups are made. */
async function settled(): Promise<void> {
  await new Promise((done) => setTimeout(done, QUIET_MS))
  for (;;) {
    const metrics = await (await fetch(`${server.endpoint}/metrics`)).text()
    if (/^fluoroscope_graph_dirty_minutes 0$/m.test(metrics)) break
    await new Promise((done) => setTimeout(done, 1000))
  }
  await new Promise((done) => setTimeout(done, QUIET_MS))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
