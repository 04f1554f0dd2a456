import type { AnnotationValue } from '@fluoroscope/model'
import type { ListedTrace } from './answer/trace-list.ts'

/** The values of one key among listed traces, those of most traces first. */
export type TraceTable = {
  readonly key: string
  readonly rows: readonly TraceTableRow[]
}

type TraceTableRow = {
  readonly value: AnnotationValue
  readonly traces: number
  /** How many of them ended as fault, error or throttled. */
  readonly failed: number
}

/** Keys that tables are made of, in their order. */
const TABLE_KEYS = [
  'outcome',
  'http.status',
  'http.url',
  'user',
  'cause.responsetime',
  'cause.fault',
  'cause.error',
] as const

/** The tables of `traces`; a key that none of them has makes no table. */
export function layoutTraceTables(traces: readonly ListedTrace[]): readonly TraceTable[] {
  const tables = new Map<string, Map<AnnotationValue, { traces: number; failed: number }>>(
    TABLE_KEYS.map((key) => [key, new Map()]),
  )
  for (const { facts, hasFault, hasError, hasThrottle } of traces) {
    const isFailed = hasFault || hasError || hasThrottle
    for (const { key, value } of facts) {
      const table = tables.get(key)
      const row = table?.get(value) ?? { traces: 0, failed: 0 }
      row.traces++
      if (isFailed) row.failed++
      table?.set(value, row)
    }
  }
  return [...tables]
    .map(([key, rows]) => ({
      key,
      rows: [...rows]
        .map(([value, counts]) => ({ value, ...counts }))
        .sort((left, right) => right.traces - left.traces || compareText(left.value, right.value)),
    }))
    .filter(({ rows }) => rows.length > 0)
}

function compareText(left: AnnotationValue, right: AnnotationValue): number {
  return String(left).localeCompare(String(right), 'en')
}
