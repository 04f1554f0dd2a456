import { removeDirectory, startServer, temporaryDirectory } from '../../test/support/server.ts'
import type { IngestWorkload } from './ingest-workload.ts'
import { call, closedLoop, type LoadResult } from './load.ts'
import {
  cpuSeconds,
  directoryBytes,
  processTree,
  residentBytes,
  threadSeconds,
} from './processes.ts'

/** What one run of a workload took, on a server of its own. */
export type IngestRun = {
  readonly load: LoadResult
  readonly startMillis: number
  /** From the first request until the last trace is read back. */
  readonly queryableSeconds: number
  /** CPU-seconds of the server and of the engine: until then, and with the merges after. */
  readonly processes: readonly { readonly used: number; readonly settled: number }[]
  /** Of the server's, those of its main thread and of its busiest other, a parser. */
  readonly mainThread: number
  readonly busiestOther: number
  readonly driverSeconds: number
  readonly idleBytes: number
  readonly peakBytes: number
  /** Of the whole data directory. */
  readonly diskBytes: number
}

/** Starts a server on an empty directory, sends all bodies, and looks at what it took. */
export async function runIngest(
  workload: IngestWorkload,
  connections: number,
  quietMs: number,
): Promise<IngestRun> {
  const directory = await temporaryDirectory()
  const started = performance.now()
  const server = await startServer(directory, ['--log-level=warn'])
  const startMillis = performance.now() - started
  const tree = processTree(server.ready.pid)
  const resident = () => tree.reduce((sum, pid) => sum + residentBytes(pid), 0)
  const idleBytes = resident()
  const before = tree.map(cpuSeconds)
  const usedBy = () => tree.map((pid, index) => cpuSeconds(pid) - (before[index] ?? 0))
  const threadsBefore = threadSeconds(server.ready.pid)
  const ownBefore = process.cpuUsage()
  let peakBytes = 0
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, resident())
  }, 100)

  const began = performance.now()
  const { bodies, units } = workload
  const sender = workload.open(server, connections)
  const load = await closedLoop(sender, bodies, units / bodies.length, connections)
  const own = process.cpuUsage(ownBefore)
  await untilVisible(server.endpoint, workload)
  const queryableSeconds = (performance.now() - began) / 1000
  clearInterval(sampler)
  const used = usedBy()
  const threads = threadSeconds(server.ready.pid)
  const threadUsed = (id: number) => (threads.get(id) ?? 0) - (threadsBefore.get(id) ?? 0)
  const others = [...threads.keys()].filter((id) => id !== server.ready.pid)
  await new Promise((done) => setTimeout(done, quietMs))
  const settled = usedBy()
  const diskBytes = directoryBytes(directory)
  await server.stop()
  await removeDirectory(directory)
  return {
    load,
    startMillis,
    queryableSeconds,
    processes: used.map((seconds, index) => ({ used: seconds, settled: settled[index] ?? 0 })),
    mainThread: threadUsed(server.ready.pid),
    busiestOther: Math.max(...others.map(threadUsed)),
    driverSeconds: (own.user + own.system) / 1e6,
    idleBytes,
    peakBytes,
    diskBytes,
  }
}

async function untilVisible(endpoint: string, workload: IngestWorkload): Promise<void> {
  for (;;) {
    const { Traces } = await call(endpoint, '/Traces', { TraceIds: [workload.lastTraceId] })
    const [trace] = Traces as { Segments: { Document: string }[] }[]
    const own = trace?.Segments.filter((segment) => !segment.Document.includes('"inferred":true'))
    if (own?.length === workload.segmentsPerTrace) return
    await new Promise((done) => setTimeout(done, 20))
  }
}
