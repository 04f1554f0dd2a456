import {
  type FilterExpression,
  type Outcome,
  printFilter,
  type ServiceKey,
  type ServiceSelector,
} from '@fluoroscope/model'
import { timeParameters } from '../time-window.ts'
import type { MapState, ResponseRange } from '../url-state.ts'
import type { Selection } from './selection.ts'

/** What narrows the traces of a service or call. */
type TraceConditions = {
  readonly group: string | undefined
  readonly outcome: Outcome | undefined
  readonly responseTime: ResponseRange | undefined
}

/** The filter expression that finds the traces behind a part of the map. */
function traceFilter(
  part: { readonly node: ServiceKey } | { readonly from: ServiceKey; readonly to: ServiceSelector },
  conditions: TraceConditions,
): string {
  const where = conditionsOf(conditions)
  const term: FilterExpression =
    'node' in part
      ? { kind: 'service', selector: selectorOf(part.node), where }
      : { kind: 'edge', from: selectorOf(part.from), to: part.to, where }
  const { group } = conditions
  if (group === undefined) return printFilter(term)
  const inGroup: FilterExpression = { kind: 'group', group: { field: 'name', value: group } }
  return printFilter({ kind: 'and', terms: [inGroup, term] })
}

/**
 * The address of the list of traces behind a selection, or of their analytics, in the map's own time and group. A link joins
 * two traces and no trace holds it: it leads to those that received.
 */
export function tracesAddress(
  selection: Selection,
  { time, group, response }: MapState,
  outcome: Outcome | undefined,
  page: 'traces' | 'analytics' = 'traces',
): string {
  const conditions = { group, outcome, responseTime: response }
  return `/${page}?${new URLSearchParams([
    ...timeParameters(time)
      .filter(([, value]) => value !== '')
      .map((pair) => [...pair]),
    ['filter', filterOf(selection, conditions)],
  ])}`
}

/** Selects the statistics of a selection over time (xray-behaviour 9.8): no braces, no group. */
export function entitySelector(selection: Selection): string {
  return filterOf(selection, { group: undefined, outcome: undefined, responseTime: undefined })
}

function filterOf(selection: Selection, conditions: TraceConditions): string {
  if (selection.kind === 'node') {
    const { key } = selection.node
    if (key.type !== 'client') return traceFilter({ node: key }, conditions)
    // Clients have no segment of their own: what they called tells of them (10.3).
    const called = { name: key.name, type: undefined, account: undefined }
    return traceFilter({ from: key, to: called }, conditions)
  }
  const { edge, from, to } = selection
  if (edge.type === 'call')
    return traceFilter({ from: from.key, to: selectorOf(to.key) }, conditions)
  return traceFilter({ node: to.key }, { ...conditions, responseTime: undefined })
}

function selectorOf({ name, type, account }: ServiceKey): ServiceSelector {
  return { name, type, account }
}

function conditionsOf({ outcome, responseTime }: TraceConditions): FilterExpression | undefined {
  const terms: FilterExpression[] = []
  if (outcome !== undefined) terms.push({ kind: 'flag', keyword: outcome })
  if (responseTime !== undefined) {
    const { from, to } = responseTime
    terms.push(
      { kind: 'number', keyword: 'responsetime', operator: '>=', value: from },
      { kind: 'number', keyword: 'responsetime', operator: '<=', value: to },
    )
  }
  const [first, ...others] = terms
  if (first === undefined || others.length === 0) return first
  return { kind: 'and', terms }
}
