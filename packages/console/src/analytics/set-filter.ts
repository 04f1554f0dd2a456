import { andFilter } from '../chart/layout-histogram.ts'
import { factFilter, factKeyText } from '../fact-filter.ts'
import { durationText, rangeText } from '../number-text.ts'
import { betweenSeconds, type TimeWindow } from '../time-window.ts'
import type { SetCondition } from './set-condition.ts'

/** A search that finds the traces of a set. */
export type SetSearch = { readonly filter: string; readonly time: TimeWindow }

/**
 * The search for the traces that `filter` retrieved and that fulfil all conditions; undefined where
 * the filter language cannot say one of them.
 */
export function setSearch(
  filter: string,
  time: TimeWindow,
  conditions: readonly SetCondition[],
): SetSearch | undefined {
  let search: SetSearch = { filter, time }
  for (const condition of conditions) {
    if (condition.kind === 'time') {
      // Ends of a search are included, and starts are told in whole seconds.
      const { from, to } = condition
      search = { ...search, time: betweenSeconds(from, Math.max(to - 1, from + 0.999)) ?? time }
      continue
    }
    const term = conditionFilter(condition)
    if (term === undefined) return undefined
    search = { ...search, filter: andFilter(search.filter, term) }
  }
  return search
}

/** A condition in few words. */
export function conditionText(condition: SetCondition): string {
  switch (condition.kind) {
    case 'time':
      return rangeText(condition.from, condition.to)
    case 'response': {
      const [from, to] = [condition.from, condition.to].map((seconds) =>
        durationText(seconds * 1e9),
      )
      return from === to ? `Response ${from}` : `Response ${from} – ${to}`
    }
    case 'fact':
      return `${factKeyText(condition.key)} ${condition.isNegated ? '≠' : '='} ${condition.value}`
  }
}

function conditionFilter(condition: Exclude<SetCondition, { kind: 'time' }>): string | undefined {
  if (condition.kind === 'response') {
    return `responsetime >= ${condition.from} AND responsetime <= ${condition.to}`
  }
  return factFilter(condition, condition.isNegated)
}
