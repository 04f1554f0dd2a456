import type { TimeRange } from '../client.ts'
import { type Comparison, compareSets } from './compare-sets.ts'
import {
  type GroupKey,
  type GroupRow,
  groupFacts,
  groupKeys,
  numbersOf,
  type SetNumbers,
} from './group-facts.ts'
import { type HeatMap, layoutHeat } from './layout-heat.ts'
import type { SetCondition } from './set-condition.ts'
import { sizeOf, type TraceColumns, without } from './trace-columns.ts'

/** What the page asks of the traces that were retrieved. */
export type AnalyticsQuestion = {
  readonly a: readonly SetCondition[]
  /** Undefined: set A is compared with all others. */
  readonly b: readonly SetCondition[] | undefined
  /** The key of the table. */
  readonly by: string
}

/** All that the page shows, counted over all retrieved traces. */
export type AnalyticsView = {
  readonly all: SetNumbers
  readonly a: SetNumbers
  /** Set B, or all traces that are not in A. */
  readonly b: SetNumbers
  readonly heat: HeatMap
  readonly keys: readonly GroupKey[]
  readonly by: string
  /** The values of `by` with most traces; `rowsLeft` more have fewer. */
  readonly rows: readonly GroupRow[]
  readonly rowsLeft: number
  /** Undefined where one of the sets is empty. */
  readonly comparison: Comparison | undefined
  readonly differencesLeft: number
  /** Traces in A and in B; they are compared as traces of A. */
  readonly inBoth: number
}

/** Rows that are sent to the page; how many there are beyond is told. */
const MOST_ROWS = 200
const MOST_DIFFERENCES = 100

/** Answers a question over `range`, the time that `columns` were retrieved for. */
export function answerAnalytics(
  columns: TraceColumns,
  range: TimeRange,
  { a, b, by }: AnalyticsQuestion,
): AnalyticsView {
  const everything = columns.select([])
  const inA = columns.select(a)
  const inB = b === undefined ? undefined : columns.select(b)
  const others = without(inB ?? everything, inA)
  const chosen = new Set([...a, ...(b ?? [])].flatMap(keysOf))
  const rows = groupFacts(columns, by, inA, inB ?? others)
  const numbers = { a: numbersOf(columns, inA), b: numbersOf(columns, inB ?? others) }
  const isComparable = numbers.a.size > 0 && sizeOf(others) > 0
  const comparison = isComparable ? compareSets(columns, inA, others, chosen) : undefined
  const differences = comparison?.differences ?? []
  return {
    all: numbersOf(columns, everything),
    ...numbers,
    heat: layoutHeat(columns, range, inA, inB),
    keys: groupKeys(columns),
    by,
    rows: rows.slice(0, MOST_ROWS),
    rowsLeft: Math.max(0, rows.length - MOST_ROWS),
    comparison: comparison && {
      ...comparison,
      differences: differences.slice(0, MOST_DIFFERENCES),
    },
    differencesLeft: Math.max(0, differences.length - MOST_DIFFERENCES),
    inBoth: inB === undefined ? 0 : sizeOf(inB) - sizeOf(others),
  }
}

function keysOf(condition: SetCondition): readonly string[] {
  return condition.kind === 'fact' ? [condition.key] : []
}
