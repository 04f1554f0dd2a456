import { type ListedTrace, outcomeOfTrace } from './answer/trace-list.ts'

/** A column of the list of traces, and which way it runs. */
export type TraceSort = { readonly column: TraceColumn; readonly descending: boolean }

export type TraceColumn = (typeof TRACE_COLUMNS)[number]

/** The columns that can be sorted by, as the address names them. */
const TRACE_COLUMNS = ['start', 'outcome', 'request', 'response', 'duration'] as const

/** Newest first, as the server answers. */
const DEFAULT_SORT: TraceSort = { column: 'start', descending: true }

/** Reads `duration` or `-duration`; anything else is newest first. */
export function readTraceSort(text: string | null): TraceSort {
  const name = text?.replace(/^-/, '')
  const column = TRACE_COLUMNS.find((each) => each === name)
  return column === undefined
    ? DEFAULT_SORT
    : { column, descending: text?.startsWith('-') === true }
}

/** The inverse of {@link readTraceSort}; empty for newest first. */
export function traceSortText({ column, descending }: TraceSort): string {
  const isDefault = column === DEFAULT_SORT.column && descending === DEFAULT_SORT.descending
  return isDefault ? '' : `${descending ? '-' : ''}${column}`
}

/** What a click on a column's head leads to: largest first, then around. */
export function nextTraceSort(sort: TraceSort, column: TraceColumn): TraceSort {
  if (sort.column === column) return { column, descending: !sort.descending }
  return { column, descending: column !== 'request' }
}

/** `traces` in the order of `sort`; ties stay as they were. What has no value comes last. */
export function sortTraces(
  traces: readonly ListedTrace[],
  { column, descending }: TraceSort,
): readonly ListedTrace[] {
  if (column === 'start') return descending ? traces : [...traces].reverse()
  const direction = descending ? -1 : 1
  return [...traces].sort((left, right) => {
    const [a, b] = [sortValue(left, column), sortValue(right, column)]
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
    return a === b ? 0 : direction * (a < b ? -1 : 1)
  })
}

const SEVERITY = { ok: 0, throttle: 1, error: 2, fault: 3 } as const

function sortValue(trace: ListedTrace, column: Exclude<TraceColumn, 'start'>) {
  switch (column) {
    case 'outcome':
      return SEVERITY[outcomeOfTrace(trace)]
    case 'request':
      return trace.http.url ?? trace.entryPoint?.name
    case 'response':
      return trace.responseTime
    case 'duration':
      return trace.duration
  }
}
