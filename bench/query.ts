/**
 * Query latency through the X-Ray API at a given number of span rows, warm: trace by id, summaries,
 * service graphs. `npm run bench:query -- [span rows]`; needs a build.
 */
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { generateTrace, putBodies, seededRandom } from './support/generate.ts'
import { call, closedLoop } from './support/load.ts'
import { latencies, machine } from './support/machine.ts'

const SPAN_ROWS = Number(process.argv[2] ?? 1_000_000)
const ROWS_PER_DOCUMENT = 3
const SEGMENTS_PER_TRACE = 5
const HOURS = 6
const CHUNK = 50_000

const random = seededRandom(2)
const now = Math.floor(Date.now() / 1000)
const first = now - HOURS * 3600
const traceIds: string[] = []
const directory = await temporaryDirectory()
const server = await startServer(directory, ['--log-level=warn'])
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())

const total = Math.ceil(SPAN_ROWS / ROWS_PER_DOCUMENT)
for (let made = 0; made < total; ) {
  const documents: string[] = []
  while (documents.length < CHUNK && made + documents.length < total) {
    const trace = generateTrace(
      traceIds.length,
      SEGMENTS_PER_TRACE,
      first + random() * HOURS * 3600,
      random,
    )
    traceIds.push(trace.traceId)
    documents.push(...trace.documents)
  }
  made += documents.length
  const bodies = putBodies(documents)
  await closedLoop(server.endpoint, bodies, documents.length / bodies.length, 8)
}
show('loaded', `${total * ROWS_PER_DOCUMENT} span rows, ${traceIds.length} traces over ${HOURS} h`)
// Late data makes every minute dirty; the roll-ups of a running system are quiet.
await new Promise((done) => setTimeout(done, Number(process.env['BENCH_SETTLE_MS'] ?? 90_000)))

const pick = () => traceIds[Math.floor(random() * traceIds.length)] ?? ''
const range = (seconds: number) => {
  const end = first + seconds + random() * (HOURS * 3600 - seconds)
  return { StartTime: end - seconds, EndTime: end }
}
await measure('trace by id', 300, '/Traces', () => ({ TraceIds: [pick()] }))
await measure('five traces by id', 60, '/Traces', () => ({
  TraceIds: [pick(), pick(), pick(), pick(), pick()],
}))
await measure('summaries of 15 min, first page', 60, '/TraceSummaries', () => range(900))
await measure('summaries of 6 h, first page', 20, '/TraceSummaries', () => range(HOURS * 3600))
await measure('graph of one trace', 60, '/TraceGraph', () => ({ TraceIds: [pick()] }))
await measure('service graph of 5 min', 30, '/ServiceGraph', () => range(300))
await measure('service graph of 1 h', 20, '/ServiceGraph', () => range(3600))
await measure('service graph of 6 h', 10, '/ServiceGraph', () => range(HOURS * 3600))
await server.stop()
await removeDirectory(directory)

async function measure(
  name: string,
  times: number,
  path: string,
  input: () => object,
): Promise<void> {
  await call(server.endpoint, path, input())
  const millis: number[] = []
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await call(server.endpoint, path, input())
    millis.push(performance.now() - began)
  }
  show(name, latencies(millis))
}
