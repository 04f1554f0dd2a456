import type { RequestStatistics } from '@fluoroscope/model'
import {
  type HistogramEntry,
  type MapEdge,
  type MapNode,
  type ReceivedGraph,
  totalOf,
} from '../answer/service-graph.ts'
import type { CollapseRule } from './collapse-rule.ts'
import { KIND_WORDS, typeText } from './node-kind.ts'
import { strongComponents } from './strong-components.ts'

type Graph = Pick<ReceivedGraph, 'nodes' | 'edges'>

/** By the id of a service the id of the node that stands for it and others. */
export type Bundles = ReadonlyMap<string, string>

/**
 * Which services of any of `graphs` are drawn as one: two at least. Clients stand for those outside:
 * they are drawn as one by their type alone.
 */
export function findBundles(graphs: readonly Graph[], rule: CollapseRule): Bundles {
  const nodes = new Map(graphs.flatMap((graph) => graph.nodes.map((node) => [node.id, node])))
  const bundles = new Map<string, string>()
  const join = (name: string, members: readonly string[]) => {
    if (members.length < 2) return
    for (const member of members) bundles.set(member, `+${rule}~${encodeURIComponent(name)}`)
  }
  if (rule === 'cycle') {
    const edges = graphs.flatMap((graph) => graph.edges)
    for (const members of strongComponents({ nodes: [...nodes.keys()], edges })) {
      join([...members].sort()[0] ?? '', members)
    }
    return bundles
  }
  const sets = new Map<string, string[]>()
  for (const { id, key } of nodes.values()) {
    const value = rule === 'account' && key.type === 'client' ? undefined : key[rule]
    if (value !== undefined) sets.set(value, [...(sets.get(value) ?? []), id])
  }
  for (const [value, members] of sets) join(value, members)
  return bundles
}

/** The graph with one node in the place of each bundle: its requests are those of its members added up. */
export function collapseGraph(
  graph: ReceivedGraph,
  rule: CollapseRule,
  bundles: Bundles,
): ReceivedGraph {
  const standFor = (id: string) => bundles.get(id) ?? id
  const members = gathered(graph.nodes, ({ id }) => standFor(id))
  const calls = gathered(graph.edges, ({ from, to, type }) => {
    const [start, end] = [standFor(from), standFor(to)]
    if (start === from && end === to) return idOf(from, to, type)
    // What goes on within a bundle is told by the bundle.
    return start === end ? `${start}=` : idOf(start, end, type)
  })
  const nodes = [...members].map(([id, parts]) => {
    const [only] = parts
    if (only !== undefined && only.id === id) return only
    return bundleOf(id, rule, parts, calls.get(`${id}=`) ?? [])
  })
  const edges = [...calls].flatMap(([id, parts]) => {
    const [first] = parts
    if (first === undefined || id.endsWith('=')) return []
    if (first.id === id) return [first]
    return [joinedEdge(id, standFor(first.from), standFor(first.to), parts)]
  })
  return { ...graph, nodes, edges }
}

function bundleOf(
  id: string,
  rule: CollapseRule,
  members: readonly MapNode[],
  inner: readonly MapEdge[],
): MapNode {
  const accounts = new Set(members.map(({ key }) => key.account))
  const [account] = accounts
  return {
    id,
    key: {
      name: bundleName(rule, members),
      type: undefined,
      account: accounts.size === 1 ? account : undefined,
    },
    root: members.some(({ root }) => root),
    reports: members.some(({ reports }) => reports),
    statistics: added(members),
    responseTimes: merged(members.map(({ responseTimes }) => responseTimes)),
    bundle: {
      rule,
      members,
      innerRequests: inner.reduce((sum, { statistics }) => sum + totalOf(statistics), 0),
    },
  }
}

function bundleName(rule: CollapseRule, members: readonly MapNode[]): string {
  const names = members.map(({ key }) => key.name).sort()
  const { type, account } = members[0]?.key ?? {}
  switch (rule) {
    case 'cycle':
      return `${names[0]} + ${members.length - 1} in a cycle`
    case 'account':
      return `${members.length} × account ${account}`
    case 'type':
      if (type === 'client') return `${members.length} × ${KIND_WORDS.client.toLowerCase()}`
      if (type === 'remote') return `${members.length} × ${KIND_WORDS.external.toLowerCase()}`
      return `${members.length} × ${typeText(type)}`
  }
}

function joinedEdge(id: string, from: string, to: string, parts: readonly MapEdge[]): MapEdge {
  return {
    id,
    from,
    to,
    type: parts[0]?.type ?? 'call',
    statistics: added(parts),
    responseTimes: merged(parts.map(({ responseTimes }) => responseTimes)),
    receivedEventAges: merged(parts.map(({ receivedEventAges }) => receivedEventAges)),
    aliases: [...new Set(parts.flatMap(({ aliases }) => aliases))],
    parts,
  }
}

function added(parts: readonly { readonly statistics: RequestStatistics }[]): RequestStatistics {
  const sum = (member: keyof RequestStatistics) =>
    parts.reduce((total, { statistics }) => total + statistics[member], 0)
  return {
    ok: sum('ok'),
    error: sum('error'),
    throttle: sum('throttle'),
    fault: sum('fault'),
    totalNanos: sum('totalNanos'),
  }
}

/** Ascending, each time once. */
function merged(histograms: readonly (readonly HistogramEntry[])[]): readonly HistogramEntry[] {
  const counts = new Map<number, number>()
  for (const { seconds, count } of histograms.flat()) {
    counts.set(seconds, (counts.get(seconds) ?? 0) + count)
  }
  return [...counts]
    .map(([seconds, count]) => ({ seconds, count }))
    .sort((a, b) => a.seconds - b.seconds)
}

/** As the answer's edges are named: no id of a node holds `>` or `=`. */
function idOf(from: string, to: string, type: MapEdge['type']): string {
  return `${from}${type === 'link' ? '>>' : '>'}${to}`
}

function gathered<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const lists = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [item])
    else list.push(item)
  }
  return lists
}
