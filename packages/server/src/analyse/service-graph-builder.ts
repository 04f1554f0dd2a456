import type {
  DurationHistogram,
  ServiceEdge,
  ServiceGraph,
  ServiceKey,
  ServiceNode,
  ServiceState,
} from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import type { Completed, CompletedGraph } from '../query/graph-minutes.ts'
import { addToHistogram, sortHistogram } from './histogram.ts'
import {
  type CompletionRoom,
  type FinishedRequest,
  type RequestSum,
  RequestSums,
} from './request-sums.ts'

/** How large a graph may grow; what goes beyond is left out and counted. */
export type GraphLimits = { readonly nodes: number; readonly edges: number }

export const NO_LIMITS: GraphLimits = { nodes: 2 ** 25, edges: Number.POSITIVE_INFINITY }

type Alias = ServiceEdge['aliases'][number]

/**
 * A graph that grows request by request or graph by graph. The order of what is added does not
 * change the result, as long as no limit is met.
 */
export class GraphBuilder {
  readonly #limits: GraphLimits
  readonly #room: CompletionRoom | undefined
  readonly #nodes = new Map<string, NodeSum>()
  /** By the numbers of both ends, and the type. */
  readonly #edges = new Map<number, EdgeSum>()
  #omitted = 0

  /** @param room for `byCompletion`; without it requests are not kept apart by their ends */
  constructor(limits: GraphLimits, room?: CompletionRoom) {
    this.#limits = limits
    this.#room = room
  }

  /** Times that a node, an edge or a time of completion was left out for want of room. */
  get omitted(): number {
    return this.#omitted + (this.#room?.omitted ?? 0)
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
    const requests = new RequestSums(this.#room)
    const sum = new NodeSum(key, state, { number: this.#nodes.size, requests })
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
    const sum = new EdgeSum(from.key, to.key, { type, requests: new RequestSums(this.#room) })
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

  /** Each node and edge once for every time of completion among its requests, at least once. */
  byCompletion(): CompletedGraph {
    return {
      nodes: [...this.#nodes.values()].flatMap((sum) => sum.byCompletion()),
      edges: [...this.#edges.values()].flatMap((sum) => sum.byCompletion()),
    }
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

export class NodeSum {
  readonly key: ServiceKey
  readonly number: number
  state: ServiceState
  root = false
  readonly #requests: RequestSums
  readonly #names: Set<string>
  #first: bigint | undefined
  #last: bigint | undefined

  constructor(
    key: ServiceKey,
    state: ServiceState,
    { number, requests }: { readonly number: number; readonly requests: RequestSums },
  ) {
    this.key = key
    this.state = state
    this.number = number
    this.#requests = requests
    this.#names = new Set([key.name])
  }

  /** The node took part in traces that started in this time, whole seconds. */
  addTraces(first: bigint, last: bigint): void {
    if (this.#first === undefined || first < this.#first) this.#first = first
    if (this.#last === undefined || last > this.#last) this.#last = last
  }

  /** @param envelope of the segment and its own subsegments, nanoseconds */
  addRequest(request: FinishedRequest, envelope: number): void {
    const sum = this.#requests.of(request.end)
    sum.addRequest(request)
    sum.addDuration(envelope)
  }

  addNode(node: ServiceNode): void {
    this.root ||= node.root
    for (const name of node.names) this.#names.add(name)
    const sum = this.#requests.whole()
    if (node.statistics !== undefined) sum.addSums(node.statistics, node.responseTimes)
    sum.addDurations(node.durations)
    this.addTraces(node.firstTrace, node.lastTrace)
  }

  node(): ServiceNode {
    return this.#nodeOf(this.#requests.total())
  }

  byCompletion(): readonly Completed<ServiceNode>[] {
    return this.#requests
      .byCompletion()
      .map(([completed, sum]) => ({ ...this.#nodeOf(sum), completed }))
  }

  #nodeOf(requests: RequestSum): ServiceNode {
    const [canonical, ...others] = this.#names
    return {
      key: this.key,
      names: [canonical ?? this.key.name, ...others.sort(compareText)],
      root: this.root,
      state: this.state,
      statistics: this.key.type === CLIENT ? undefined : requests.statistics(),
      responseTimes: requests.responseTimes(),
      durations: requests.durations(),
      firstTrace: unixNanos(this.#first ?? 0n),
      lastTrace: unixNanos(this.#last ?? 0n),
    }
  }
}

export class EdgeSum {
  readonly #from: ServiceKey
  readonly #to: ServiceKey
  readonly #type: ServiceEdge['type']
  readonly #requests: RequestSums
  readonly #ages = new Map<number, number>()
  readonly #aliases = new Map<string, Alias>()

  constructor(
    from: ServiceKey,
    to: ServiceKey,
    { type, requests }: { readonly type: ServiceEdge['type']; readonly requests: RequestSums },
  ) {
    this.#from = from
    this.#to = to
    this.#type = type
    this.#requests = requests
  }

  addRequest(request: FinishedRequest): void {
    this.#requests.of(request.end).addRequest(request)
  }

  /** How the caller names the callee. */
  addAlias({ name, type }: Alias): void {
    const id = keyText({ name, type, account: undefined })
    if (!this.#aliases.has(id)) this.#aliases.set(id, { name, type })
  }

  /** Time from sending to receiving, nanoseconds. */
  addAge(nanos: number): void {
    const milliseconds = Math.round(nanos / 1e6)
    this.#ages.set(milliseconds, (this.#ages.get(milliseconds) ?? 0) + 1)
  }

  addEdge(edge: ServiceEdge): void {
    this.#requests.whole().addSums(edge.statistics, edge.responseTimes)
    addToHistogram(this.#ages, edge.receivedEventAges)
    for (const alias of edge.aliases) this.addAlias(alias)
  }

  edge(): ServiceEdge {
    return this.#edgeOf(this.#requests.total(), this.#ages)
  }

  /** The ages go with the first, so that they count once. */
  byCompletion(): readonly Completed<ServiceEdge>[] {
    return this.#requests.byCompletion().map(([completed, sum], index) => ({
      ...this.#edgeOf(sum, index === 0 ? this.#ages : NO_AGES),
      completed,
    }))
  }

  #edgeOf(requests: RequestSum, ages: DurationHistogram): ServiceEdge {
    return {
      from: this.#from,
      to: this.#to,
      type: this.#type,
      statistics: requests.statistics(),
      responseTimes: requests.responseTimes(),
      receivedEventAges: sortHistogram(ages),
      aliases: [...this.#aliases.values()].sort(compareAliases),
    }
  }
}

const NO_AGES: DurationHistogram = new Map()

/** The type of the node that stands for whoever called a root. */
export const CLIENT = 'client'

/** Where traces differ in what they say of a node, the higher one stands. */
const STATE_RANK: Readonly<Record<ServiceState, number>> = { passive: 0, unknown: 1, active: 2 }

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
