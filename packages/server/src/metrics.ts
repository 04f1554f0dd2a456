import { createRequire } from 'node:module'
import type { IntervalHistogram } from 'node:perf_hooks'
import type { Ingest } from './ingest.ts'
import type { ByteBudget } from './lib/byte-budget.ts'
import type { Ledger, LedgerEntry } from './lib/ledger.ts'
import { counter, gauge, type Metric, printMetrics, type Sample } from './lib/prometheus.ts'
import type { Omissions } from './omissions.ts'
import type { Encoders } from './parse-pool.ts'
import type { RequestCounts } from './show/request-counts.ts'

/** What the server measures of itself; `store` are the engine's and the journal's numbers by name. */
export type MetricSources = {
  readonly ledger: Ledger
  readonly ingest: Ingest
  readonly encoders: Encoders
  readonly counts: RequestCounts
  readonly grpcCounts: RequestCounts
  readonly omissions: Omissions
  readonly budget: ByteBudget
  readonly loopDelay: IntervalHistogram
  /** By listener. */
  readonly refusedConnections: ReadonlyMap<string, number>
  /** Datagrams the kernel dropped; undefined where it does not tell. */
  readonly kernelDrops: () => Promise<number | undefined>
  readonly store: () => readonly Metric[]
}

/** package.json lies a folder above, of the sources as of what is built from them. */
const { version: VERSION } = createRequire(import.meta.url)('../package.json') as {
  readonly version: string
}

/** The resolution to open `loopDelay` with. */
export const LOOP_DELAY_STEP_MS = 10

export async function collectMetrics(sources: MetricSources): Promise<string> {
  const { ledger, ingest, encoders, counts, grpcCounts, omissions, budget, loopDelay } = sources
  const kernelDrops = await sources.kernelDrops()
  const memory = process.memoryUsage()
  return printMetrics([
    ...ledgerMetrics(ledger.entries()),
    counter(
      'fluoroscope_udp_kernel_drops_total',
      'Datagrams the kernel dropped before they were received.',
      kernelDrops === undefined ? [] : kernelDrops,
    ),
    counter(
      'fluoroscope_ignored_values_total',
      'Values of accepted documents left out because their type was wrong.',
      ingest.ignoredValues,
    ),
    counter(
      'fluoroscope_span_oddities_total',
      'Spans that end before they start or are their own parent, links that name no span, texts that are not Unicode: all kept.',
      [...ingest.oddities].map(([what, value]) => ({ labels: { what }, value })),
    ),
    counter(
      'fluoroscope_parser_crashes_total',
      'Parsing threads that ended and were replaced.',
      encoders.crashes,
    ),
    gauge('fluoroscope_parser_batches', 'Batches being parsed or waiting.', encoders.waiting),
    gauge('fluoroscope_request_body_bytes', 'Bytes of bodies in memory.', budget.used),
    counter(
      'fluoroscope_http_requests_total',
      'Answers, by operation and status.',
      counts.entries().map(({ operation, status, count }) => ({
        labels: { operation, status: String(status) },
        value: count,
      })),
    ),
    counter(
      'fluoroscope_grpc_requests_total',
      'Calls of gRPC that are over, by method and status.',
      grpcCounts.entries().map(({ operation, status, count }) => ({
        labels: { method: operation, status: String(status) },
        value: count,
      })),
    ),
    counter(
      'fluoroscope_connections_refused_total',
      'Connections closed because a listener had --max-connections already.',
      [...sources.refusedConnections].map(([listener, value]) => ({ labels: { listener }, value })),
    ),
    counter(
      'fluoroscope_omitted_total',
      'What limits kept out of answers.',
      [...omissions.counts()].map(([what, value]) => ({ labels: { what }, value })),
    ),
    ...sources.store(),
    gauge('fluoroscope_event_loop_delay_seconds', 'Delay of the main event loop since start.', [
      { labels: { quantile: '0.5' }, value: delaySeconds(loopDelay.percentile(50)) },
      { labels: { quantile: '0.99' }, value: delaySeconds(loopDelay.percentile(99)) },
      { labels: { quantile: '1' }, value: delaySeconds(loopDelay.max) },
    ]),
    gauge('process_resident_memory_bytes', 'Resident memory without the engine.', memory.rss),
    gauge('nodejs_heap_used_bytes', "Memory of the main thread's objects.", memory.heapUsed),
    counter('process_cpu_seconds_total', 'CPU time without the engine.', cpuSeconds()),
    gauge('process_uptime_seconds', 'Since the start.', process.uptime()),
    gauge('fluoroscope_build_info', 'Always 1; the version is in its label.', [
      { labels: { version: VERSION }, value: 1 },
    ]),
  ])
}

/** received = stored + sampled out + rejected + dropped + in flight, for each source. */
function ledgerMetrics(entries: readonly LedgerEntry[]): readonly Metric[] {
  const plain = (value: (entry: LedgerEntry) => number) =>
    entries.map((entry) => ({ labels: { source: entry.source }, value: value(entry) }))
  const reasons = (counts: (entry: LedgerEntry) => ReadonlyMap<string, number>): Sample[] =>
    entries.flatMap((entry) =>
      [...counts(entry)].map(([reason, value]) => ({
        labels: { source: entry.source, reason },
        value,
      })),
    )
  return [
    counter(
      'fluoroscope_documents_received_total',
      'Segment documents received; of the sources of OTLP and Zipkin, spans.',
      plain(({ received }) => received),
    ),
    counter(
      'fluoroscope_documents_stored_total',
      'Documents kept: they were on the medium when they were acknowledged.',
      plain(({ stored }) => stored),
    ),
    counter(
      'fluoroscope_documents_sampled_out_total',
      'Documents left out on purpose.',
      reasons(({ sampledOut }) => sampledOut),
    ),
    counter(
      'fluoroscope_documents_rejected_total',
      'Malformed documents, by reason.',
      reasons(({ rejected }) => rejected),
    ),
    counter(
      'fluoroscope_documents_dropped_total',
      'Documents lost, by reason.',
      reasons(({ dropped }) => dropped),
    ),
    gauge(
      'fluoroscope_documents_in_flight',
      'Documents received and not yet any of the above.',
      plain(({ inFlight }) => inFlight),
    ),
  ]
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The histogram holds the times between two ticks of a timer: what is beyond its step is delay. */
function delaySeconds(nanos: number): number {
  return Number.isFinite(nanos) ? Math.max(0, nanos / 1e9 - LOOP_DELAY_STEP_MS / 1000) : 0
}
