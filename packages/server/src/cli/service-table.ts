import type {
  GetServiceGraphOutput,
  HistogramEntryOutput,
  ServiceOutput,
  SummaryStatisticsOutput,
} from '@fluoroscope/model'
import { safeText } from './cell-text.ts'
import type { Ink, Paint } from './paint.ts'
import { durationText, percentText, rateText } from './quantity-text.ts'
import { layoutTable, type TableCell, type TableColumn } from './text-table.ts'

/**
 * The service graph as a table: entry services first, then by requests. Clients have no line of
 * their own: what they see is their entry service's line.
 *
 * @param rangeSeconds the time asked for, which the rates are over
 */
export function layoutServiceTable(
  services: GetServiceGraphOutput['Services'],
  rangeSeconds: number,
  width: number,
  paint: Paint,
): readonly string[] {
  const names = new Map(services.map(({ ReferenceId, Name }) => [ReferenceId, shortName(Name)]))
  const rows = services
    .filter(({ Type }) => Type !== 'client')
    .sort(byImportance)
    .map((service) => rowOf(service, names, rangeSeconds))
  return layoutTable(COLUMNS, rows, width, paint)
}

/**
 * The value that `fraction` of the samples do not exceed: X-Ray's histograms are an unsorted list of
 * values and how often each came (xray-behaviour 9.6). Undefined without samples.
 */
export function percentile(
  histogram: readonly HistogramEntryOutput[],
  fraction: number,
): number | undefined {
  const sorted = [...histogram].sort((left, right) => left.Value - right.Value)
  const total = sorted.reduce((sum, { Count }) => sum + Count, 0)
  let seen = 0
  for (const { Value, Count } of sorted) {
    seen += Count
    if (seen >= total * fraction) return Value
  }
  return undefined
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'SERVICE', min: 12 },
  { title: 'TYPE', min: 6, rank: 4 },
  { title: 'REQUESTS', align: 'right', rank: 6 },
  { title: 'RATE', align: 'right' },
  { title: 'OK %', align: 'right', rank: 7 },
  { title: 'ERROR %', align: 'right' },
  { title: 'THROTTLE %', align: 'right', rank: 3 },
  { title: 'FAULT %', align: 'right' },
  { title: 'P50', align: 'right' },
  { title: 'P95', align: 'right', rank: 5 },
  { title: 'P99', align: 'right' },
  { title: 'CALLS', min: 14, rank: 2 },
]

function byImportance(left: ServiceOutput, right: ServiceOutput): number {
  const rank = (service: ServiceOutput) => (service.Root ? 0 : service.State === 'active' ? 1 : 2)
  const requests = (service: ServiceOutput) => service.SummaryStatistics?.TotalCount ?? 0
  return rank(left) - rank(right) || requests(right) - requests(left)
}

function rowOf(
  service: ServiceOutput,
  names: ReadonlyMap<number, string>,
  rangeSeconds: number,
): readonly TableCell[] {
  const { SummaryStatistics: statistics, ResponseTimeHistogram: histogram } = service
  const total = statistics?.TotalCount ?? 0
  const quantile = (fraction: number) => ({
    text: durationText(percentile(histogram ?? [], fraction)),
  })
  const calls = service.Edges.map(({ ReferenceId }) => names.get(ReferenceId) ?? '?')
  return [
    { text: shortName(service.Name), ink: service.State === 'active' ? 'bold' : 'plain' },
    { text: safeText(service.Type ?? '-').replace(/^AWS::/, ''), ink: 'dim' },
    { text: String(total) },
    { text: rateText(total, rangeSeconds) },
    { text: percentText(statistics?.OkCount ?? 0, total) },
    ...shares(statistics),
    quantile(0.5),
    quantile(0.95),
    quantile(0.99),
    { text: [...new Set(calls)].sort().join(', '), ink: 'dim' },
  ]
}

function shares(statistics: SummaryStatisticsOutput | null): readonly TableCell[] {
  const total = statistics?.TotalCount ?? 0
  const share = (part: number | undefined, ink: Ink): TableCell => {
    const text = percentText(part ?? 0, total)
    return { text, ink: text === '-' ? 'dim' : ink }
  }
  return [
    share(statistics?.ErrorStatistics.OtherCount, 'yellow'),
    share(statistics?.ErrorStatistics.ThrottleCount, 'magenta'),
    share(statistics?.FaultStatistics.TotalCount, 'red'),
  ]
}

/** A queue is named by its URL, a topic by its ARN: the last part tells them apart. */
function shortName(name: string): string {
  const safe = safeText(name)
  if (URL.canParse(safe) && /^https?:/.test(safe)) return safe.split('/').at(-1) || safe
  return safe.startsWith('arn:') ? (safe.split(':').at(-1) ?? safe) : safe
}
