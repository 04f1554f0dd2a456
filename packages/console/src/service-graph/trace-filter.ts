import {
  type FilterExpression,
  MAX_FILTER_LENGTH,
  type Outcome,
  printFilter,
  type ServiceSelector,
} from '@fluoroscope/model'
import { type MapNode, membersOf } from '../answer/service-graph.ts'
import type { MapState, ResponseRange } from '../map-state.ts'
import { timeParameters } from '../time-window.ts'
import type { Selection } from './selection.ts'

/** What narrows the traces of a service or call. */
type TraceConditions = {
  readonly outcome: Outcome | undefined
  readonly responseTime: ResponseRange | undefined
}

/**
 * The address of the list of traces behind a selection, or of their analytics, in the map's own time and group. A link joins
 * two traces and no trace holds it: it leads to those that received. Undefined where a bundle takes
 * more words than a filter may have.
 */
export function tracesAddress(
  selection: Selection,
  { time, group, response }: MapState,
  outcome: Outcome | undefined,
  page: 'traces' | 'analytics' = 'traces',
): string | undefined {
  const isLink = selection.kind === 'edge' && selection.edge.type === 'link'
  const where = conditionsOf({ outcome, responseTime: isLink ? undefined : response })
  const filter = printFilter(inGroup(anyOf(termsOf(selection, where)), group))
  if (filter.length > MAX_FILTER_LENGTH) return undefined
  return `/${page}?${new URLSearchParams([
    ...timeParameters(time)
      .filter(([, value]) => value !== '')
      .map((pair) => [...pair]),
    ['filter', filter],
  ])}`
}

/**
 * Selects the statistics of a selection over time (xray-behaviour 9.8): no braces, no group. Undefined
 * where no single selector tells them.
 */
export function entitySelector(selection: Selection): string | undefined {
  const [term, ...others] = termsOf(selection, undefined)
  return term === undefined || others.length > 0 ? undefined : printFilter(term)
}

/** One of the terms holds for a trace behind the selection. */
function termsOf(
  selection: Selection,
  where: FilterExpression | undefined,
): readonly FilterExpression[] {
  if (selection.kind === 'node') return nodeTerms(selection.node, where)
  const { edge, from, to } = selection
  if (edge.type === 'link') return nodeTerms(to, where)
  const terms = (edge.parts.length === 0 ? [edge] : edge.parts).map((call) => ({
    kind: 'edge' as const,
    from: endOf(from, call.from),
    to: endOf(to, call.to),
    where,
  }))
  return distinct(terms)
}

function nodeTerms(
  node: MapNode,
  where: FilterExpression | undefined,
): readonly FilterExpression[] {
  const [first, ...others] = membersOf(node)
  if (first?.key.type === 'client') {
    // Clients have no segment of their own: what they called tells of them (10.3).
    const name = others.length === 0 ? first.key.name : undefined
    return [{ kind: 'edge', from: endOf(node, first.id), to: { ...ANYTHING, name }, where }]
  }
  const terms = membersOf(node).map(({ id }) => ({
    kind: 'service' as const,
    selector: endOf(node, id),
    where,
  }))
  return distinct(terms)
}

const ANYTHING: ServiceSelector = { name: undefined, type: undefined, account: undefined }

/** Selects a member of a node: by its name, or all of them at once by what they are bundled by. */
function endOf(node: MapNode, member: string): ServiceSelector {
  const found = membersOf(node).find(({ id }) => id === member)
  const { name, type, account } = found?.key ?? node.key
  switch (node.bundle?.rule) {
    case 'type':
      return { ...ANYTHING, type }
    case 'account':
      return { ...ANYTHING, account }
    case 'cycle':
    case undefined:
      return { name, type, account }
  }
}

function distinct(terms: readonly FilterExpression[]): readonly FilterExpression[] {
  return [...new Map(terms.map((term) => [printFilter(term), term])).values()]
}

function anyOf(terms: readonly FilterExpression[]): FilterExpression {
  const [first, ...others] = terms
  return first === undefined || others.length > 0 ? { kind: 'or', terms } : first
}

function inGroup(term: FilterExpression, group: string | undefined): FilterExpression {
  if (group === undefined) return term
  const isInGroup: FilterExpression = { kind: 'group', group: { field: 'name', value: group } }
  return { kind: 'and', terms: [isInGroup, term] }
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
