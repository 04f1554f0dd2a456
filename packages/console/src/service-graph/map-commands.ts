import type { MapState } from '../map-state.ts'
import { navigate } from '../navigation.ts'
import type { PageCommand } from '../page-commands.ts'
import { COLLAPSE_RULES, COLLAPSE_WORDS } from './collapse-rule.ts'
import { distancesOf, turnedFlow, windowBefore } from './map-choices.tsx'
import type { MapAction } from './map-keys.ts'
import { MAP_METRICS, METRIC_WORDS } from './map-metric.ts'
import { fullName } from './node-kind.ts'
import type { Selection } from './selection.ts'
import type { DrawnGraph } from './use-drawn-graph.ts'

/** A change of the selection takes back what was chosen on the one before. */
export function withoutStale(state: MapState, change: Partial<MapState>): MapState {
  const isOther = 'selected' in change && change.selected !== state.selected
  const fresh = isOther ? { response: undefined, depth: 0 } : {}
  return { ...state, ...fresh, ...change }
}

/** What a key makes of the state; undefined where it changes nothing. */
export function stateAfter(
  kind: MapAction['kind'],
  state: MapState,
  drawn: DrawnGraph,
  selection: Selection | undefined,
): MapState | undefined {
  const isNode = selection?.kind === 'node'
  switch (kind) {
    case 'out':
      return stepOut(state)
    case 'turn':
      return { ...state, flow: turnedFlow(state.flow) }
    case 'focus':
      return isNode ? { ...state, depth: state.depth === 0 ? 1 : 0 } : undefined
    case 'paths':
      return withPaths(state, drawn, selection)
    case 'open':
      return isNode ? opened(state, drawn, selection.node.id) : undefined
    default:
      return undefined
  }
}

/** One step back: the brushed times, the focus, the selection, the path that stands out, the paths. */
function stepOut(state: MapState): MapState | undefined {
  const { paths } = state
  if (state.response !== undefined) return { ...state, response: undefined }
  if (state.depth > 0) return { ...state, depth: 0 }
  if (state.selected !== undefined) return { ...state, selected: undefined }
  if (paths?.chosen !== undefined) return { ...state, paths: { ...paths, chosen: undefined } }
  return paths === undefined ? undefined : { ...state, paths: undefined }
}

/** Paths from the selection, or from where requests enter. */
function withPaths(
  state: MapState,
  { graph }: DrawnGraph,
  selection: Selection | undefined,
): MapState | undefined {
  const entry = graph.nodes.find(({ root }) => root) ?? graph.nodes[0]
  const from = selection?.kind === 'node' ? selection.node : entry
  if (from === undefined) return undefined
  return withoutStale(state, {
    selected: undefined,
    paths: { from: from.id, to: undefined, chosen: undefined },
  })
}

/** A bundle is expanded, a service of one that is expanded collapsed again. */
function opened(state: MapState, { graph, bundles }: DrawnGraph, id: string): MapState | undefined {
  const node = graph.nodes.find((each) => each.id === id)
  if (node?.bundle !== undefined) {
    const selected = node.bundle.members[0]?.id
    return withoutStale(state, { expanded: [...state.expanded, id], selected })
  }
  const bundle = bundles.get(id)
  if (bundle === undefined) return undefined
  const expanded = state.expanded.filter((each) => each !== bundle)
  return withoutStale(state, { expanded, selected: bundle })
}

type Source = {
  readonly state: MapState
  readonly drawn: DrawnGraph
  readonly selection: Selection | undefined
  readonly change: (part: Partial<MapState>) => void
}

/** What the palette offers on the map beside what it offers everywhere. */
export function mapCommands(source: Source): readonly PageCommand[] {
  const { state, change } = source
  const to = (label: string, part: Partial<MapState>): PageCommand => ({
    label,
    run: () => change(part),
  })
  const isList = state.view === 'list'
  return [
    to(isList ? 'Map: show as a map' : 'Map: show as a list', { view: isList ? 'map' : 'list' }),
    to(state.flow === 'right' ? 'Map: calls from top to bottom' : 'Map: calls from left to right', {
      flow: turnedFlow(state.flow),
    }),
    ...selectionCommands(source),
    ...COLLAPSE_RULES.filter((rule) => rule !== state.collapse).map((collapse) =>
      to(`Map: collapse ${COLLAPSE_WORDS[collapse]}`, { collapse, expanded: [] }),
    ),
    ...(state.collapse === undefined
      ? []
      : [to('Map: each service by itself', { collapse: undefined, expanded: [] })]),
    ...compareCommands(state, to),
    ...MAP_METRICS.filter((metric) => metric !== state.metric).map((metric) =>
      to(`Map: colours tell ${METRIC_WORDS[metric].toLowerCase()}`, { metric }),
    ),
  ]
}

function selectionCommands({ state, drawn, selection }: Source): readonly PageCommand[] {
  const offer = (label: string, kind: MapAction['kind']): readonly PageCommand[] => {
    const next = stateAfter(kind, state, drawn, selection)
    return next === undefined ? [] : [{ label, run: () => navigate(next) }]
  }
  const name = selection?.kind === 'node' ? fullName(selection.node) : undefined
  const isBundle = selection?.kind === 'node' && selection.node.bundle !== undefined
  return [
    ...offer(
      name === undefined ? 'Map: paths between services' : `Map: paths from ${name}`,
      'paths',
    ),
    ...offer(state.depth === 0 ? `Map: focus on ${name}` : 'Map: leave the focus', 'focus'),
    ...offer(isBundle ? `Map: expand ${name}` : `Map: collapse ${name} again`, 'open'),
    ...offer('Map: back out', 'out'),
  ]
}

function compareCommands(
  state: MapState,
  to: (label: string, part: Partial<MapState>) => PageCommand,
): readonly PageCommand[] {
  const { compared, time } = state
  return [
    ...[...distancesOf(state)].map(([seconds, text]) =>
      to(`Map: compare with ${text}`, { compared: { kind: 'before', seconds } }),
    ),
    to('Map: compare with another time', { compared: windowBefore(time) }),
    ...(compared === undefined ? [] : [to('Map: no comparison', { compared: undefined })]),
  ]
}
