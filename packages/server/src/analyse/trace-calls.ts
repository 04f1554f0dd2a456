import type {
  Outcome,
  ServiceEdge,
  ServiceKey,
  ServiceState,
  TraceId,
  UnixNanos,
} from '@fluoroscope/model'
import { REMOTE_TYPE } from '@fluoroscope/model'
import type { FinishedRequest } from './request-sums.ts'
import { CLIENT, countedNanos } from './service-graph-builder.ts'

/**
 * A trace as the service graph looks at it: the little that both an assembled trace and rows of the
 * span table can tell. Versions are chosen, and orphans are left out.
 */
export type TraceCalls = {
  /** See `traceStart`. */
  readonly start: UnixNanos
  readonly segments: readonly CallingSegment[]
  /** Links beyond the bounds of `boundLinks`. */
  readonly omittedLinks: number
}

/** Ids are texts or numbers, alike within one trace. */
export type GraphId = string | bigint

export type TimedEntity = {
  readonly id: GraphId
  readonly start: bigint
  /** Undefined while in progress. */
  readonly end: bigint | undefined
  readonly outcome: Outcome
}

export type CallingSegment = TimedEntity & {
  readonly parentId: GraphId | undefined
  readonly service: ServiceKey
  /** All below the segment, at whatever depth. */
  readonly subsegments: readonly Subcall[]
  /** What sent the messages that started this segment (xray-behaviour 9.5), in other traces. */
  readonly links: readonly TriggerLink[]
}

/** An entity of another trace; its id is of the kind that this trace's ids are. */
export type TriggerLink = { readonly traceId: TraceId; readonly id: GraphId }

export type Subcall = TimedEntity & {
  /** The caller's view of what it calls; undefined for the program's own work. */
  readonly callee: ServiceKey | undefined
}

/** Where a message came from: the node of the queue or service, and when it was sent. */
export type Producer = { readonly service: ServiceKey; readonly sent: bigint }

/** What sent the message a link points at; undefined where it is not known. */
export type ProducerOf = (link: TriggerLink) => Producer | undefined

/**
 * What is told of a trace: a `GraphBuilder` sums it up, filters look at each call. One key has one
 * node, and `edge` is given nodes that `node` gave.
 */
export type CallGraph = {
  /** Undefined where there is no room. */
  node(key: ServiceKey, state: ServiceState): CallNode | undefined
  edge(
    from: CallNode | undefined,
    to: CallNode | undefined,
    type: ServiceEdge['type'],
  ): CallEdge | undefined
}

export type CallNode = {
  root: boolean
  /** @param envelope of the segment and its own subsegments, nanoseconds */
  addRequest(request: CountedRequest, envelope: number): void
  addTraces(first: bigint, last: bigint): void
}

export type CallEdge = {
  addRequest(request: CountedRequest): void
  addAlias(alias: ServiceEdge['aliases'][number]): void
  addAge(nanos: number): void
}

/** One finished request, with the entity that tells of it. */
export type CountedRequest = FinishedRequest & { readonly id: GraphId }

/**
 * Adds one trace to a graph (xray-behaviour 9): a node for each service that reported or was called,
 * an edge for each call with the caller's numbers, and a client before each root. What is in
 * progress makes nodes and edges but does not count as a request.
 * @param producerOf looks up senders in other traces; without it there are no link edges
 */
export function addTraceCalls(
  graph: CallGraph,
  trace: TraceCalls,
  producerOf: ProducerOf = unknownProducer,
): void {
  const callees = trace.segments.map((segment) => ({ segment, node: addSegment(graph, segment) }))
  const called = groupByCaller(callees)
  const touch = touching(trace.start)
  for (const caller of callees) {
    touch(caller.node)
    for (const callee of called.get(caller.segment.id) ?? []) addOwnEdge(graph, caller.node, callee)
    for (const call of caller.segment.subsegments) {
      touch(addCall(graph, caller.node, call, called.get(call.id)))
    }
    for (const link of caller.segment.links) {
      const producer = producerOf(link)
      if (producer !== undefined) touch(addLink(graph, producer, caller))
    }
  }
  for (const entry of entriesOf(callees)) touch(addEntry(graph, entry))
}

function unknownProducer(): undefined {
  return undefined
}

type Callee = { readonly segment: CallingSegment; readonly node: CallNode | undefined }

/** Segments by the id of the entity that they name as their parent. */
function groupByCaller(callees: readonly Callee[]): ReadonlyMap<GraphId, readonly Callee[]> {
  const called = new Map<GraphId, Callee[]>()
  for (const callee of callees) {
    const { parentId } = callee.segment
    if (parentId === undefined) continue
    const siblings = called.get(parentId)
    if (siblings === undefined) called.set(parentId, [callee])
    else siblings.push(callee)
  }
  return called
}

const NANOS_PER_SECOND = 1_000_000_000n

/** Notes the start of the trace, to the second, on each node it took part in (9.3). */
function touching(start: UnixNanos): (node: CallNode | undefined) => void {
  const second = start - (start % NANOS_PER_SECOND)
  return (node) => node?.addTraces(second, second)
}

function addSegment(graph: CallGraph, segment: CallingSegment): CallNode | undefined {
  const node = graph.node(segment.service, 'active')
  const request = requestOf(segment)
  if (node === undefined || request === undefined) return node
  node.addRequest(request, envelopeOf(segment))
  return node
}

/** One request of a finished entity; undefined while it is in progress. */
function requestOf({ id, start, end, outcome }: TimedEntity): CountedRequest | undefined {
  if (end === undefined) return undefined
  return { id, outcome, nanos: countedNanos(Number(end - start)), end }
}

/** Latest end minus earliest start of a segment and its own subsegments; times after 1970 only. */
export function envelopeOf(segment: CallingSegment): number {
  let start = segment.start > 0n ? segment.start : undefined
  let end = segment.end ?? 0n
  for (const subsegment of segment.subsegments) {
    if (subsegment.start > 0n && (start === undefined || subsegment.start < start)) {
      start = subsegment.start
    }
    if (subsegment.end !== undefined && subsegment.end > end) end = subsegment.end
  }
  return start === undefined ? 0 : countedNanos(Number(end - start))
}

/** A segment parented on a segment, or on the program's own work: there are only its own times. */
function addOwnEdge(graph: CallGraph, from: CallNode | undefined, callee: Callee): void {
  const edge = graph.edge(from, callee.node, 'call')
  const request = requestOf(callee.segment)
  if (request !== undefined) edge?.addRequest(request)
}

/** Adds the edges of one call; returns the node it needs where no segment answered. */
function addCall(
  graph: CallGraph,
  from: CallNode | undefined,
  call: Subcall,
  answers: readonly Callee[] | undefined,
): CallNode | undefined {
  if (answers === undefined) return addSilentCallee(graph, from, call)
  addAnsweredCall(graph, from, call, answers)
  return undefined
}

/** A finished call of a service that sent nothing itself: a node and an edge of the same numbers. */
function addSilentCallee(
  graph: CallGraph,
  from: CallNode | undefined,
  call: Subcall,
): CallNode | undefined {
  const request = requestOf(call)
  if (call.callee === undefined || request === undefined) return undefined
  const node = graph.node(call.callee, call.callee.type === REMOTE_TYPE ? 'passive' : 'unknown')
  node?.addRequest(request, request.nanos)
  graph.edge(from, node, 'call')?.addRequest(request)
  return node
}

/** A call that segments answered: it counts once for each service among them. */
function addAnsweredCall(
  graph: CallGraph,
  from: CallNode | undefined,
  call: Subcall,
  answers: readonly Callee[],
): void {
  if (call.callee === undefined) {
    for (const answer of answers) addOwnEdge(graph, from, answer)
    return
  }
  const request = requestOf(call)
  for (const node of new Set(answers.map((answer) => answer.node))) {
    const edge = graph.edge(from, node, 'call')
    edge?.addAlias(call.callee)
    if (request !== undefined) edge?.addRequest(request)
  }
}

/** Traces stay separate; the edge says how long messages waited (9.5). */
function addLink(graph: CallGraph, producer: Producer, consumer: Callee): CallNode | undefined {
  const from = graph.node(producer.service, 'passive')
  const age = countedNanos(Number(consumer.segment.start - producer.sent))
  graph.edge(from, consumer.node, 'link')?.addAge(age)
  return from
}

/** Segments without a parent; where all name one, the earliest (xray-behaviour 19). */
function entriesOf(callees: readonly Callee[]): readonly Callee[] {
  const roots = callees.filter(({ segment }) => segment.parentId === undefined)
  if (roots.length > 0) return roots
  const [first, ...others] = callees
  if (first === undefined) return []
  return [
    others.reduce((best, next) => (isBefore(next.segment, best.segment) ? next : best), first),
  ]
}

function isBefore(left: TimedEntity, right: TimedEntity): boolean {
  return left.start < right.start || (left.start === right.start && left.id < right.id)
}

/** Marks the entry, and puts the client before it that called a root. */
function addEntry(graph: CallGraph, { segment, node }: Callee): CallNode | undefined {
  if (node !== undefined) node.root = true
  if (segment.parentId !== undefined) return undefined
  const key = { name: segment.service.name, type: CLIENT, account: undefined }
  const client = graph.node(key, 'unknown')
  const edge = graph.edge(client, node, 'call')
  const request = requestOf(segment)
  if (request !== undefined) edge?.addRequest(request)
  return client
}
