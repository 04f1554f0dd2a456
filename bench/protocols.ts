/**
 * The same spans sent as X-Ray documents, OTLP over HTTP, OTLP over gRPC and Zipkin, in turns, each run on
 * a server and a directory of its own: medians, with the least and the most, and the ratio to OTLP over
 * HTTP. `npm run bench:protocols -- [spans a run] [rounds]`; needs a build.
 */
import { type IngestRun, runIngest } from './support/ingest-run.ts'
import { PROTOCOLS, type Protocol, spanWorkload } from './support/ingest-workload.ts'
import { machine, percentile } from './support/machine.ts'

const [spans = '200000', rounds = '3'] = process.argv.slice(2)
const CONNECTIONS = 16
const QUIET_MS = 5_000
const BASE: Protocol = 'otlp'

type Figure = readonly [name: string, of: (run: IngestRun, units: number) => number, digits: number]

const micros = (seconds: number, units: number) => (seconds / units) * 1e6
const ackAt = (share: number) => (run: IngestRun) => {
  return percentile(
    [...run.load.ackMillis].sort((a, b) => a - b),
    share,
  )
}
const FIGURES: readonly Figure[] = [
  ['acknowledged, spans/s', ({ load }) => load.acknowledged / load.seconds, 0],
  ['queryable, spans/s', (run, units) => units / run.queryableSeconds, 0],
  ['acknowledgement p50, ms', ackAt(0.5), 1],
  ['acknowledgement p99, ms', ackAt(0.99), 1],
  ['CPU of the server, µs', ({ processes }, units) => micros(processes[0]?.settled ?? 0, units), 1],
  ['CPU of the engine, µs', ({ processes }, units) => micros(processes[1]?.settled ?? 0, units), 1],
  ['CPU of the driver, µs', (run, units) => micros(run.driverSeconds, units), 1],
  ['peak memory, MiB', ({ peakBytes }) => peakBytes / 2 ** 20, 0],
  ['on disk, B a span', ({ diskBytes }, units) => diskBytes / units, 0],
  ['refusals, sent again', ({ load }) => load.refused, 0],
]

const workloads = new Map(PROTOCOLS.map((each) => [each, spanWorkload(each, Number(spans))]))
const runs = new Map(PROTOCOLS.map((each): [Protocol, IngestRun[]] => [each, []]))
for (let round = 0; round < Number(rounds); round++) {
  for (const [protocol, workload] of workloads) {
    runs.get(protocol)?.push(await runIngest(workload, CONNECTIONS, QUIET_MS))
  }
}

const line = (text: string) => process.stdout.write(`${text}\n`)
line(machine())
line(
  `${rounds} rounds in turns, ${CONNECTIONS} connections, merges of ${QUIET_MS / 1000} s after each run counted`,
)
for (const [protocol, { units, described }] of workloads)
  line(`${protocol}: ${units} spans, ${described}`)
line(
  `\n${['median (least to most)'.padEnd(26), ...PROTOCOLS.map((each) => each.padEnd(34))].join('')}`,
)
for (const [name, of, digits] of FIGURES) {
  const values = (protocol: Protocol) =>
    (runs.get(protocol) ?? [])
      .map((run) => of(run, workloads.get(protocol)?.units ?? 1))
      .sort((a, b) => a - b)
  const base = percentile(values(BASE), 0.5)
  const cells = PROTOCOLS.map((protocol) => {
    const sorted = values(protocol)
    const median = percentile(sorted, 0.5)
    const spread = `(${sorted[0]?.toFixed(digits)} to ${sorted.at(-1)?.toFixed(digits)})`
    const ratio = base === 0 ? '' : ` ${(median / base).toFixed(2)}×`
    return `${median.toFixed(digits)} ${spread}${ratio}`.padEnd(34)
  })
  line([name.padEnd(26), ...cells].join(''))
}
