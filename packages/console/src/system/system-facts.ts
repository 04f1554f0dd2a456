import { bytesText, durationText, numberText } from '../number-text.ts'
import { type Metrics, metricValue } from './parse-metrics.ts'

/** A number of the server and what it means; `isBad` where somebody should look. */
export type SystemFact = {
  readonly name: string
  readonly text: string
  readonly isBad: boolean
}

/** How long what was sent takes to be found, and what is on its way. */
export function freshnessFacts(metrics: Metrics): readonly SystemFact[] {
  return facts(metrics, [
    ['Waiting to be inserted', 'fluoroscope_writer_files', (count) => files(count)],
    ['The oldest waits', 'fluoroscope_writer_oldest_seconds', seconds, (age) => age > 30],
    ['Being parsed', 'fluoroscope_parser_batches', (count) => `${numberText(count)} batches`],
    ['Minutes of the map to compute', 'fluoroscope_graph_dirty_minutes', numberText],
    ['Dropped by the kernel', 'fluoroscope_udp_kernel_drops_total', numberText, isAny],
    ['Values left out', 'fluoroscope_ignored_values_total', numberText],
  ])
}

/** Journal, engine and memory. */
export function storageFacts(metrics: Metrics): readonly SystemFact[] {
  return facts(metrics, [
    ['Spans inserted since the start', 'fluoroscope_inserted_spans_total', numberText],
    ['Documents inserted since the start', 'fluoroscope_inserted_documents_total', numberText],
    ['Journal', 'fluoroscope_journal_bytes', bytesText],
    ['Slowest commit', 'fluoroscope_journal_slowest_commit_seconds', seconds],
    ['Failed commits', 'fluoroscope_journal_failed_commits_total', numberText, isAny],
    ['Inserts tried again', 'fluoroscope_insert_failures_total', numberText, isAny],
    ['Damaged journal files', 'fluoroscope_set_aside_files', numberText, isAny],
    ['Restarts of the engine', 'fluoroscope_engine_restarts_total', numberText, isAny],
    ['Memory without the engine', 'process_resident_memory_bytes', bytesText],
  ])
}

/** Which server this is, and since when it runs. */
export function serverFacts(metrics: Metrics): readonly SystemFact[] {
  const build = metrics.get('fluoroscope_build_info')?.[0]?.labels.get('version')
  return [
    { name: 'Version', text: build ?? 'not told', isBad: false },
    ...facts(metrics, [['Running for', 'process_uptime_seconds', seconds]]),
  ]
}

type FactSource = readonly [
  name: string,
  metric: string,
  print: (value: number) => string,
  isBad?: (value: number) => boolean,
]

/** What a server does not tell is said to be unknown, not zero. */
function facts(metrics: Metrics, sources: readonly FactSource[]): readonly SystemFact[] {
  return sources.map(([name, metric, print, isBad]) => {
    const value = metricValue(metrics, metric)
    if (value === undefined) return { name, text: 'not told', isBad: false }
    return { name, text: print(value), isBad: isBad?.(value) ?? false }
  })
}

function seconds(value: number): string {
  return durationText(value * 1e9)
}

function files(count: number): string {
  return `${numberText(count)} ${count === 1 ? 'file' : 'files'}`
}

function isAny(value: number): boolean {
  return value > 0
}
