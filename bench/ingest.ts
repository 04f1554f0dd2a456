/**
 * Ingest: documents or spans a second acknowledged (after fdatasync) and queryable, CPU and bytes on disk
 * of each. `npm run bench:ingest -- [documents]`, or `-- otlp|otlp-grpc|zipkin|x-ray [spans]`; needs a build.
 */
import { runIngest } from './support/ingest-run.ts'
import { PROTOCOLS, segmentWorkload, spanWorkload } from './support/ingest-workload.ts'
import { latencies, machine } from './support/machine.ts'

const CONNECTIONS = 16
const QUIET_MS = 15_000

const [first = '300000', second = '1000000'] = process.argv.slice(2)
const protocol = PROTOCOLS.find((each) => each === first)
const workload =
  protocol === undefined ? segmentWorkload(Number(first)) : spanWorkload(protocol, Number(second))
const { units, unit } = workload
const run = await runIngest(workload, CONNECTIONS, QUIET_MS)
const { load } = run

const perUnit = (seconds: number) => `${((seconds / units) * 1e6).toFixed(1)} µs`
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())
show(`${unit}s`, `${units}: ${workload.described}, ${CONNECTIONS} connections`)
show('start to ready', `${run.startMillis.toFixed(0)} ms`)
show(
  'acknowledged',
  `${(load.acknowledged / load.seconds).toFixed(0)} ${unit}s/s (${load.refused} refusals, sent again)`,
)
show('queryable', `${(units / run.queryableSeconds).toFixed(0)} ${unit}s/s`)
show('acknowledgement', latencies(load.ackMillis))
run.processes.forEach(({ used, settled }, index) => {
  show(
    `CPU of ${index === 0 ? 'the server' : 'the engine'}`,
    `${perUnit(used)} a ${unit}; ${perUnit(settled)} with merges of ${QUIET_MS / 1000} s after`,
  )
})
show(
  "of the server's, main thread",
  `${perUnit(run.mainThread)}; busiest other, a parser: ${perUnit(run.busiestOther)}`,
)
show('CPU of the driver', perUnit(run.driverSeconds))
show('resident memory', `${mib(run.idleBytes)} idle, ${mib(run.peakBytes)} peak`)
show('on disk, whole data directory', `${(run.diskBytes / units).toFixed(0)} B a ${unit}`)
