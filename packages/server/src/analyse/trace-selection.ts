import type { FilterExpression, Group, UnixNanos } from '@fluoroscope/model'
import { parseFilter, printFilter, unixNanos } from '@fluoroscope/model'
import { compileFilter, type RowCondition } from '../query/compile-filter.ts'

/** A filter by which traces are chosen, with what its roll-ups go by. */
export type TraceFilter = {
  /** The expression in its one spelling: equal expressions share their roll-ups. */
  readonly grouping: string
  /** Names no groups. */
  readonly expression: FilterExpression
  /** What `compileFilter` makes of it. */
  readonly conditions: readonly RowCondition[]
}

/** The traces that match among those that start in `[from, to)`. */
export type TraceSelection = {
  /** Undefined for all. */
  readonly filter: TraceFilter | undefined
  readonly from: UnixNanos
  readonly to: UnixNanos
}

/**
 * The traces of a group (xray-behaviour 9.7, 12.1): each is judged by the expression that was in force
 * when it started, those from before the first one by that.
 */
export function tracesOfGroup(group: Group): readonly TraceSelection[] {
  const { filterExpression, filterSince, earlierFilters } = group
  if (filterExpression === undefined) return ALL_TRACES_EVER
  const versions = [...earlierFilters, { expression: filterExpression, since: filterSince }]
  return versions.map(({ expression, since }, index) => ({
    filter: filterOf(group.name, expression),
    from: index === 0 ? EARLIEST : since,
    to: versions[index + 1]?.since ?? LATEST,
  }))
}

/** Whether a range reaches back to traces that an earlier expression decided on. */
export function hasOldVersions(group: Group, from: UnixNanos): boolean {
  return group.earlierFilters.length > 0 && from < group.filterSince
}

const EARLIEST = unixNanos(0n)
const LATEST = unixNanos(2n ** 63n - 1n)

export const ALL_TRACES_EVER: readonly TraceSelection[] = [
  { filter: undefined, from: EARLIEST, to: LATEST },
]

function filterOf(name: string, text: string): TraceFilter {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(`the expression of group ${name} was kept unchecked`)
  const expression = parsed.value
  return { grouping: printFilter(expression), expression, conditions: compileFilter(expression) }
}
