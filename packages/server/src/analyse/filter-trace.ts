import type {
  EntityId,
  Segment,
  ServiceKey,
  Subsegment,
  Trace,
  TraceSummary,
} from '@fluoroscope/model'
import { entitiesOf } from '../query/trace-entities.ts'
import { callsOfTrace, nodeKeyOf } from './service-graph.ts'
import { CLIENT } from './service-graph-builder.ts'
import {
  addTraceCalls,
  type CallEdge,
  type CallGraph,
  type CallingSegment,
  type CallNode,
  type CountedRequest,
  type TraceCalls,
} from './trace-calls.ts'

/** A service as selectors see it. */
export type NamedService = {
  readonly key: ServiceKey
  /** The account it belongs to; several where senders of several accounts share a node. */
  readonly accounts: ReadonlySet<string>
}

/** A service with one segment of it, sent or inferred. */
export type SegmentService = NamedService & { readonly segment: Segment }

/** Who called whom, with the finished calls as the caller tells of them. */
export type FilterEdge = {
  readonly from: NamedService
  readonly to: NamedService
  readonly calls: readonly CountedRequest[]
}

/** One trace for the terms with braces; what a filter does not ask for is not computed. */
export class FilterTrace {
  readonly trace: Trace
  readonly summary: TraceSummary
  #services: readonly SegmentService[] | undefined
  #calls: TraceCalls | undefined
  #calling: ReadonlyMap<CallingSegment['id'], CallingSegment> | undefined
  #graph: CallList | undefined
  #entities: ReadonlyMap<EntityId, Segment | Subsegment> | undefined

  constructor(trace: Trace, summary: TraceSummary) {
    this.trace = trace
    this.summary = summary
  }

  get services(): readonly SegmentService[] {
    this.#services ??= [...this.trace.segments, ...this.trace.inferred].map((segment) => {
      const key = nodeKeyOf(segment)
      const account = key.account ?? this.trace.context.get(segment.id)?.account
      return { key, segment, accounts: new Set(account === undefined ? [] : [account]) }
    })
    return this.#services
  }

  /** The client before each root. */
  get clients(): readonly NamedService[] {
    const roots = this.services.filter(({ segment }) => segment.parentId === undefined)
    return roots.map(({ key, accounts }) => ({
      key: { name: key.name, type: CLIENT, account: undefined },
      accounts,
    }))
  }

  /** Those of the service graph of this trace (xray-behaviour 9). */
  get edges(): readonly FilterEdge[] {
    return this.#callList().edges
  }

  /** The service is the entry of the trace (xray-behaviour 9.3, 19). */
  isEntry(service: NamedService): boolean {
    return this.#callList().isEntry(service.key)
  }

  /** As the service graph sees a segment that was sent; undefined for an inferred one. */
  callingSegment(segment: Segment): CallingSegment | undefined {
    this.#calling ??= new Map(this.#callsOfTrace().segments.map((each) => [each.id, each]))
    return this.#calling.get(segment.id)
  }

  /** The parent that the segment names is not there. */
  hasLostParent({ parentId }: Segment): boolean {
    return parentId !== undefined && !this.#entitiesById().has(parentId)
  }

  /** What tells of a call: the calling subsegment, else the segment that was called. */
  callingEntity(call: CountedRequest): Segment | Subsegment | undefined {
    return this.#entitiesById().get(call.id as EntityId)
  }

  #callsOfTrace(): TraceCalls {
    this.#calls ??= callsOfTrace(this.trace)
    return this.#calls
  }

  #callList(): CallList {
    if (this.#graph === undefined) {
      this.#graph = new CallList([...this.services, ...this.clients])
      addTraceCalls(this.#graph, this.#callsOfTrace())
    }
    return this.#graph
  }

  #entitiesById(): ReadonlyMap<EntityId, Segment | Subsegment> {
    this.#entities ??= new Map(
      [...entitiesOf(this.trace.segments)].map((entity) => [entity.id, entity]),
    )
    return this.#entities
  }
}

type ListedNode = CallNode & NamedService

/** A graph that keeps each call instead of sums. */
class CallList implements CallGraph {
  readonly edges: FilterEdge[] = []
  readonly #nodes = new Map<string, ListedNode>()
  readonly #accounts = new Map<string, Set<string>>()

  constructor(services: readonly NamedService[]) {
    for (const { key, accounts } of services) {
      const text = keyText(key)
      const known = this.#accounts.get(text) ?? new Set()
      for (const account of accounts) known.add(account)
      this.#accounts.set(text, known)
    }
  }

  node(key: ServiceKey): ListedNode {
    const text = keyText(key)
    const known = this.#nodes.get(text)
    if (known !== undefined) return known
    const accounts = this.#accounts.get(text) ?? new Set()
    const node = { key, accounts, root: false, ...NO_SUMS }
    this.#nodes.set(text, node)
    return node
  }

  edge(from: ListedNode, to: ListedNode): CallEdge {
    const calls: CountedRequest[] = []
    this.edges.push({ from, to, calls })
    return { ...NO_DETAILS, addRequest: (request) => calls.push(request) }
  }

  isEntry(key: ServiceKey): boolean {
    return this.#nodes.get(keyText(key))?.root === true
  }
}

const ignore = () => {}
const NO_SUMS = { addRequest: ignore, addTraces: ignore }
const NO_DETAILS = { addAlias: ignore, addAge: ignore }

function keyText({ name, type, account }: ServiceKey): string {
  return JSON.stringify([name, type, account])
}
