/**
 * X-Ray ingest: documents a second acknowledged (after fdatasync) and queryable, CPU a document, bytes
 * a document on disk. `npm run bench:ingest -- [documents]`; needs a build.
 */
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { generateTrace, putBodies, seededRandom } from './support/generate.ts'
import { call, closedLoop } from './support/load.ts'
import { latencies, machine } from './support/machine.ts'
import {
  cpuSeconds,
  directoryBytes,
  processTree,
  residentBytes,
  threadSeconds,
} from './support/processes.ts'

const DOCUMENTS = Number(process.argv[2] ?? 300_000)
const SEGMENTS_PER_TRACE = 5
const CONNECTIONS = 16
const QUIET_MS = 15_000

const random = seededRandom(1)
const now = Date.now() / 1000
const documents: string[] = []
let lastTraceId = ''
for (let index = 0; documents.length < DOCUMENTS; index++) {
  const trace = generateTrace(index, SEGMENTS_PER_TRACE, now - 60 + random() * 60, random)
  documents.push(...trace.documents)
  lastTraceId = trace.traceId
}
const rawBytes = documents.reduce((sum, document) => sum + document.length, 0)
const bodies = putBodies(documents)

const directory = await temporaryDirectory()
const started = performance.now()
const server = await startServer(directory, ['--log-level=warn'])
const startMillis = performance.now() - started
const tree = processTree(server.ready.pid)
const idleBytes = tree.reduce((sum, pid) => sum + residentBytes(pid), 0)
const cpuOf = () => tree.map(cpuSeconds)
const before = cpuOf()
const threadsBefore = threadSeconds(server.ready.pid)
const ownBefore = process.cpuUsage()

let peakBytes = 0
const sampler = setInterval(() => {
  peakBytes = Math.max(
    peakBytes,
    tree.reduce((sum, pid) => sum + residentBytes(pid), 0),
  )
}, 100)
const began = performance.now()
const load = await closedLoop(
  server.endpoint,
  bodies,
  documents.length / bodies.length,
  CONNECTIONS,
)
const ownCpu = process.cpuUsage(ownBefore)
await untilVisible(lastTraceId)
const queryableSeconds = (performance.now() - began) / 1000
clearInterval(sampler)
const used = cpuOf().map((seconds, index) => seconds - (before[index] ?? 0))
const threads = threadSeconds(server.ready.pid)
const threadUsed = (id: number) => (threads.get(id) ?? 0) - (threadsBefore.get(id) ?? 0)
const busiest = Math.max(
  ...[...threads.keys()].filter((id) => id !== server.ready.pid).map(threadUsed),
)
await new Promise((done) => setTimeout(done, QUIET_MS))
const settled = cpuOf().map((seconds, index) => seconds - (before[index] ?? 0))
const bytes = directoryBytes(directory)

const perDocument = (seconds: number) => `${((seconds / documents.length) * 1e6).toFixed(1)} µs`
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())
show(
  'documents',
  `${documents.length} of ${(rawBytes / documents.length).toFixed(0)} B, 2 subsegments, 50 a request, ${CONNECTIONS} connections`,
)
show('start to ready', `${startMillis.toFixed(0)} ms`)
show(
  'acknowledged',
  `${(load.acknowledged / load.seconds).toFixed(0)} documents/s (${load.refused} refusals, sent again)`,
)
show('queryable', `${(documents.length / queryableSeconds).toFixed(0)} documents/s`)
show('acknowledgement', latencies(load.ackMillis))
tree.forEach((pid, index) => {
  show(
    `CPU of ${index === 0 ? 'the server' : 'the engine'} (pid ${pid})`,
    `${perDocument(used[index] ?? 0)} a document; ${perDocument(settled[index] ?? 0)} with merges of ${QUIET_MS / 1000} s after`,
  )
})
show(
  "of the server's, main thread",
  `${perDocument(threadUsed(server.ready.pid))}; busiest other, a parser: ${perDocument(busiest)}`,
)
show('CPU of the driver', perDocument((ownCpu.user + ownCpu.system) / 1e6))
show(
  'resident memory',
  `${(idleBytes / 2 ** 20).toFixed(0)} MiB idle, ${(peakBytes / 2 ** 20).toFixed(0)} MiB peak`,
)
show('on disk, whole data directory', `${(bytes / documents.length).toFixed(0)} B a document`)
await server.stop()
await removeDirectory(directory)

async function untilVisible(traceId: string): Promise<void> {
  for (;;) {
    const { Traces } = await call(server.endpoint, '/Traces', { TraceIds: [traceId] })
    const [trace] = Traces as { Segments: { Document: string }[] }[]
    const own = trace?.Segments.filter((segment) => !segment.Document.includes('"inferred":true'))
    if (own?.length === SEGMENTS_PER_TRACE) return
    await new Promise((done) => setTimeout(done, 20))
  }
}
