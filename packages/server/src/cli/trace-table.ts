import type { Outcome, TraceSummaryOutput } from '@fluoroscope/model'
import { safeText } from './cell-text.ts'
import { OUTCOME_MARKS } from './outcome-mark.ts'
import type { Paint } from './paint.ts'
import { dateTimeText, durationText } from './quantity-text.ts'
import { layoutTable, type TableCell, type TableColumn } from './text-table.ts'

/** Traces as a table, a line each, in the order given. A request of another day shows its date. */
export function layoutTraceTable(
  summaries: readonly TraceSummaryOutput[],
  today: string,
  width: number,
  paint: Paint,
): readonly string[] {
  const rows = summaries.map((summary) => rowOf(summary, today))
  return layoutTable(COLUMNS, rows, width, paint)
}

/** What became of the request: one word of X-Ray, in the order throttle, fault, error. */
function outcomeOfSummary(summary: TraceSummaryOutput): Outcome {
  if (summary.HasThrottle) return 'throttle'
  if (summary.HasFault) return 'fault'
  return summary.HasError ? 'error' : 'ok'
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'TIME' },
  { title: ' ' },
  { title: 'RESPONSE', align: 'right', rank: 1 },
  { title: 'DURATION', align: 'right', rank: 4 },
  { title: 'HTTP', align: 'right' },
  { title: 'REQUEST', min: 12 },
  { title: 'ENTRY', min: 8, rank: 2 },
  { title: 'NOTES', min: 8, rank: 3 },
  { title: 'TRACE ID' },
]

function rowOf(summary: TraceSummaryOutput, today: string): readonly TableCell[] {
  const mark = OUTCOME_MARKS[outcomeOfSummary(summary)]
  const started = dateTimeText(summary.StartTime)
  const [day = '', time = ''] = started.split(' ')
  const open = summary.ResponseTime === null
  return [
    { text: day === today ? time : started },
    { text: open ? '…' : mark.letter, ink: mark.ink },
    { text: durationText(summary.ResponseTime) },
    { text: durationText(summary.Duration), ink: 'dim' },
    { text: String(summary.Http.HttpStatus ?? '-'), ink: mark.ink },
    { text: requestText(summary) },
    { text: safeText(summary.EntryPoint?.Name ?? '-'), ink: 'cyan' },
    { text: notesOf(summary), ink: mark.ink === 'plain' ? 'dim' : mark.ink },
    { text: summary.Id, ink: 'dim' },
  ]
}

/** Method and path; the host is nearly always the same and is in `trace <id>`. */
function requestText({ Http, EntryPoint }: TraceSummaryOutput): string {
  const url = safeText(Http.HttpURL ?? '')
  if (url === '') return safeText(EntryPoint?.Name ?? '-')
  const path = URL.canParse(url) ? url.slice(new URL(url).origin.length) : url
  return `${safeText(Http.HttpMethod ?? '')} ${path === '' ? '/' : path}`.trim()
}

function notesOf(summary: TraceSummaryOutput): string {
  const outcome = outcomeOfSummary(summary)
  const causes = [...summary.FaultRootCauses, ...summary.ErrorRootCauses]
  const exception = causes
    .flatMap(({ Services }) => Services)
    .flatMap(({ EntityPath }) => EntityPath)
    .flatMap(({ Exceptions }) => Exceptions)
    .at(-1)
  const notes = [
    ...(summary.ResponseTime === null ? ['in progress'] : []),
    ...(outcome === 'ok' ? [] : [OUTCOME_MARKS[outcome].word]),
    ...(exception === undefined ? [] : [safeText(exception.Name)]),
    ...(summary.IsPartial ? ['partial'] : []),
  ]
  return notes.join(' ')
}
