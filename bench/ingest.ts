/**
 * Ingest: documents or spans a second acknowledged (after fdatasync) and queryable, CPU and bytes on disk
 * of each. `npm run bench:ingest -- [documents]`, or `-- otlp [spans]`; needs a build.
 */
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { otlpWorkload, segmentWorkload } from './support/ingest-workload.ts'
import { call, closedLoop } from './support/load.ts'
import { latencies, machine } from './support/machine.ts'
import {
  cpuSeconds,
  directoryBytes,
  processTree,
  residentBytes,
  threadSeconds,
} from './support/processes.ts'

const CONNECTIONS = 16
const QUIET_MS = 15_000

const [first = '300000', second = '1000000'] = process.argv.slice(2)
const workload = first === 'otlp' ? otlpWorkload(Number(second)) : segmentWorkload(Number(first))
const { bodies, units, unit } = workload

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
  workload.target(server.endpoint),
  bodies,
  units / bodies.length,
  CONNECTIONS,
)
const ownCpu = process.cpuUsage(ownBefore)
await untilVisible(workload.lastTraceId)
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

const perUnit = (seconds: number) => `${((seconds / units) * 1e6).toFixed(1)} µs`
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())
show(`${unit}s`, `${units}: ${workload.described}, ${CONNECTIONS} connections`)
show('start to ready', `${startMillis.toFixed(0)} ms`)
show(
  'acknowledged',
  `${(load.acknowledged / load.seconds).toFixed(0)} ${unit}s/s (${load.refused} refusals, sent again)`,
)
show('queryable', `${(units / queryableSeconds).toFixed(0)} ${unit}s/s`)
show('acknowledgement', latencies(load.ackMillis))
tree.forEach((pid, index) => {
  show(
    `CPU of ${index === 0 ? 'the server' : 'the engine'} (pid ${pid})`,
    `${perUnit(used[index] ?? 0)} a ${unit}; ${perUnit(settled[index] ?? 0)} with merges of ${QUIET_MS / 1000} s after`,
  )
})
show(
  "of the server's, main thread",
  `${perUnit(threadUsed(server.ready.pid))}; busiest other, a parser: ${perUnit(busiest)}`,
)
show('CPU of the driver', perUnit((ownCpu.user + ownCpu.system) / 1e6))
show(
  'resident memory',
  `${(idleBytes / 2 ** 20).toFixed(0)} MiB idle, ${(peakBytes / 2 ** 20).toFixed(0)} MiB peak`,
)
show('on disk, whole data directory', `${(bytes / units).toFixed(0)} B a ${unit}`)
await server.stop()
await removeDirectory(directory)

async function untilVisible(traceId: string): Promise<void> {
  for (;;) {
    const { Traces } = await call(server.endpoint, '/Traces', { TraceIds: [traceId] })
    const [trace] = Traces as { Segments: { Document: string }[] }[]
    const own = trace?.Segments.filter((segment) => !segment.Document.includes('"inferred":true'))
    if (own?.length === workload.segmentsPerTrace) return
    await new Promise((done) => setTimeout(done, 20))
  }
}
