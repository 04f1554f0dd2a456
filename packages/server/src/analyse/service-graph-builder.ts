import type {
  Outcome,
  ServiceEdge,
  ServiceGraph,
  ServiceKey,
  ServiceNode,
  ServiceState,
} from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { addToHistogram, sortHistogram } from './histogram.ts'

/** How large a graph may grow; what goes beyond is left out and counted. */
export type GraphLimits = { readonly nodes: number; readonly edges: number }

export const NO_LIMITS: GraphLimits = { nodes: 2 ** 25, edges: Number.POSITIVE_INFINITY }

/** One finished request as node and edge statistics count it. */
type Request = {
  readonly outcome: Outcome
  /** Nanoseconds; see {@link countedNanos}. */
  readonly nanos: number
}

type Alias = ServiceEdge['aliases'][number]

/**
 * A graph that grows request by request or graph by graph. The order of what is added does not
 * change the result, as long as no limit is met.
 */
export class GraphBuilder {
  readonly #limits: GraphLimits
  readonly #nodes = new Map<string, NodeSum>()
  /** By the numbers of both ends, and the type. */
  readonly #edges = new Map<number, EdgeSum>()
  #omitted = 0

  constructor(limits: GraphLimits) {
    this.#limits = limits
  }

  /** Times that a node or an edge was left out because the graph had reached its limit. */
  get omitted(): number {
    return this.#omitted
  }

  /** The node of `key`, made when it is new; undefined where there is no room for it. */
  node(key: ServiceKey, state: ServiceState): NodeSum | undefined {
    const id = keyText(key)
    const known = this.#nodes.get(id)
    if (known !== undefined) {
      if (STATE_RANK[state] > STATE_RANK[known.state]) known.state = state
      return known
    }
    if (this.#nodes.size >= this.#limits.nodes) {
      this.#omitted += 1
      return undefined
    }
    const sum = new NodeSum(key, state, this.#nodes.size)
    this.#nodes.set(id, sum)
    return sum
  }

  /** The edge between two nodes of this graph; undefined where there is no room for it. */
  edge(
    from: NodeSum | undefined,
    to: NodeSum | undefined,
    type: ServiceEdge['type'],
  ): EdgeSum | undefined {
    if (from === undefined || to === undefined) return undefined
    const id = (from.number * NO_LIMITS.nodes + to.number) * 2 + (type === 'call' ? 0 : 1)
    const known = this.#edges.get(id)
    if (known !== undefined) return known
    if (this.#edges.size >= this.#limits.edges) {
      this.#omitted += 1
      return undefined
    }
    const sum = new EdgeSum(from.key, to.key, type)
    this.#edges.set(id, sum)
    return sum
  }

  addGraph(graph: ServiceGraph): void {
    for (const node of graph.nodes) this.node(node.key, node.state)?.addNode(node)
    for (const edge of graph.edges) {
      // Ends without a node of their own would be a broken graph; the states then say nothing.
      const from = this.node(edge.from, 'passive')
      const to = this.node(edge.to, 'passive')
      this.edge(from, to, edge.type)?.addEdge(edge)
    }
  }

  graph(): ServiceGraph {
    const nodes = [...this.#nodes.values()].map((sum) => sum.node())
    const edges = [...this.#edges.values()].map((sum) => sum.edge())
    return { nodes: nodes.sort(compareNodes), edges: edges.sort(compareEdges) }
  }
}

/** By name, type (none first) and account (none first), as X-Ray numbers services (9.3). */
function compareKeys(left: ServiceKey, right: ServiceKey): number {
  return (
    compareText(left.name, right.name) ||
    compareText(left.type ?? '', right.type ?? '') ||
    compareText(left.account ?? '', right.account ?? '')
  )
}

/** The longest duration that counts as itself: what 32 bits of milliseconds hold, 49 days. */
const MAX_COUNTED_NANOS = (2 ** 32 - 1) * 1e6

/** A duration as statistics count it: not negative, and at most 49 days. */
export function countedNanos(nanos: number): number {
  return Math.min(Math.max(nanos, 0), MAX_COUNTED_NANOS)
}

class RequestSum {
  ok = 0
  error = 0
  throttle = 0
  fault = 0
  totalNanos = 0
  readonly responseTimes = new Map<number, number>()

  addRequest({ outcome, nanos }: Request): void {
    this[outcome] += 1
    this.totalNanos += nanos
    countMillis(this.responseTimes, nanos)
  }

  protected addStatistics(statistics: ServiceEdge['statistics']): void {
    this.ok += statistics.ok
    this.error += statistics.error
    this.throttle += statistics.throttle
    this.fault += statistics.fault
    this.totalNanos += statistics.totalNanos
  }

  protected statistics(): ServiceEdge['statistics'] {
    const { ok, error, throttle, fault, totalNanos } = this
    return { ok, error, throttle, fault, totalNanos }
  }
}

export class NodeSum extends RequestSum {
  readonly key: ServiceKey
  readonly number: number
  state: ServiceState
  root = false
  readonly #durations = new Map<number, number>()
  readonly #names: Set<string>
  #first: bigint | undefined
  #last: bigint | undefined

  constructor(key: ServiceKey, state: ServiceState, number: number) {
    super()
    this.key = key
    this.state = state
    this.number = number
    this.#names = new Set([key.name])
  }

  /** The node took part in traces that started in this time, whole seconds. */
  addTraces(first: bigint, last: bigint): void {
    if (this.#first === undefined || first < this.#first) this.#first = first
    if (this.#last === undefined || last > this.#last) this.#last = last
  }

  /** Envelope of one segment and its own subsegments, nanoseconds. */
  addDuration(nanos: number): void {
    countMillis(this.#durations, nanos)
  }

  addNode(node: ServiceNode): void {
    this.root ||= node.root
    for (const name of node.names) this.#names.add(name)
    if (node.statistics !== undefined) this.addStatistics(node.statistics)
    addToHistogram(this.responseTimes, node.responseTimes)
    addToHistogram(this.#durations, node.durations)
    this.addTraces(node.firstTrace, node.lastTrace)
  }

  node(): ServiceNode {
    const [canonical, ...others] = this.#names
    return {
      key: this.key,
      names: [canonical ?? this.key.name, ...others.sort(compareText)],
      root: this.root,
      state: this.state,
      statistics: this.key.type === CLIENT ? undefined : this.statistics(),
      responseTimes: sortHistogram(this.responseTimes),
      durations: sortHistogram(this.#durations),
      firstTrace: unixNanos(this.#first ?? 0n),
      lastTrace: unixNanos(this.#last ?? 0n),
    }
  }
}

export class EdgeSum extends RequestSum {
  readonly #from: ServiceKey
  readonly #to: ServiceKey
  readonly #type: ServiceEdge['type']
  readonly #ages = new Map<number, number>()
  readonly #aliases = new Map<string, Alias>()

  constructor(from: ServiceKey, to: ServiceKey, type: ServiceEdge['type']) {
    super()
    this.#from = from
    this.#to = to
    this.#type = type
  }

  /** How the caller names the callee. */
  addAlias({ name, type }: Alias): void {
    const id = keyText({ name, type, account: undefined })
    if (!this.#aliases.has(id)) this.#aliases.set(id, { name, type })
  }

  /** Time from sending to receiving, nanoseconds. */
  addAge(nanos: number): void {
    countMillis(this.#ages, nanos)
  }

  addEdge(edge: ServiceEdge): void {
    this.addStatistics(edge.statistics)
    addToHistogram(this.responseTimes, edge.responseTimes)
    addToHistogram(this.#ages, edge.receivedEventAges)
    for (const alias of edge.aliases) this.addAlias(alias)
  }

  edge(): ServiceEdge {
    return {
      from: this.#from,
      to: this.#to,
      type: this.#type,
      statistics: this.statistics(),
      responseTimes: sortHistogram(this.responseTimes),
      receivedEventAges: sortHistogram(this.#ages),
      aliases: [...this.#aliases.values()].sort(compareAliases),
    }
  }
}

/** The type of the node that stands for whoever called a root. */
export const CLIENT = 'client'

/** Where traces differ in what they say of a node, the higher one stands. */
const STATE_RANK: Readonly<Record<ServiceState, number>> = { passive: 0, unknown: 1, active: 2 }

function countMillis(histogram: Map<number, number>, nanos: number): void {
  const milliseconds = Math.round(nanos / 1e6)
  histogram.set(milliseconds, (histogram.get(milliseconds) ?? 0) + 1)
}

/** Names come from outside and may hold anything: lengths keep two keys from reading the same. */
function keyText({ name, type = '', account = '' }: ServiceKey): string {
  return `${name.length}.${type.length}.${name}${type}${account}`
}

function compareNodes(left: ServiceNode, right: ServiceNode): number {
  return compareKeys(left.key, right.key)
}

function compareEdges(left: ServiceEdge, right: ServiceEdge): number {
  return (
    compareKeys(left.from, right.from) ||
    compareKeys(left.to, right.to) ||
    compareText(left.type, right.type)
  )
}

function compareAliases(left: Alias, right: Alias): number {
  return compareText(left.name, right.name) || compareText(left.type ?? '', right.type ?? '')
}

/** By code units: the same on every machine, whatever its language. */
function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
