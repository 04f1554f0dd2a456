import {
  type Entity,
  type EntityId,
  endOf,
  isJsonObject,
  parseSegmentDocument,
  type Segment,
  type Subsegment,
  secondsFromUnixNanos,
} from '@fluoroscope/model'

/** A segment or subsegment with what it caused, below it; times in seconds since the trace began. */
export type TreeNode = {
  readonly entity: Segment | Subsegment
  /** The service whose segment holds it. */
  readonly service: string
  readonly start: number
  /** Undefined while in progress. */
  readonly end: number | undefined
  /** What the call reached is known from the caller only. */
  readonly inferred: Segment | undefined
  /** Its caller is named, but has not arrived. */
  readonly callerMissing: boolean
  readonly children: readonly TreeNode[]
}

export type TraceTree = {
  readonly roots: readonly TreeNode[]
  /** Epoch seconds of the earliest start. */
  readonly startedAt: number
  /** Seconds from the first start to the last end known. */
  readonly length: number
  /** Documents that could not be read. */
  readonly unreadable: number
}

/** Joins the documents of one trace, as BatchGetTraces gives them, by the ids of their callers. */
export function buildTraceTree(documents: readonly string[]): TraceTree {
  const segments = documents.map(readSegment).filter((segment) => segment !== undefined)
  const reported = segments.filter(({ inferred }) => !inferred)
  const ids = new Set(segments.flatMap((segment) => idsBelow(segment)))
  const known: Known = {
    startNanos: segments.reduce<bigint | undefined>(
      (least, { start }) => (least === undefined || start < least ? start : least),
      undefined,
    ),
    calledBy: groupByCaller(reported),
    inferredBy: groupByCaller(segments.filter(({ inferred }) => inferred)),
  }
  const roots = segments
    .filter(({ parentId, inferred }) => !inferred && (parentId === undefined || !ids.has(parentId)))
    .map((segment) => nodeOf(segment, segment.name, known, segment.parentId !== undefined))
    .sort(byStart)
  return {
    roots,
    startedAt: secondsFromUnixNanos((known.startNanos ?? 0n) as Entity['start']),
    length: Math.max(0, ...roots.map(latest)),
    unreadable: documents.length - segments.length,
  }
}

/** Every node, callers before what they called. */
export function* walkTree(nodes: readonly TreeNode[]): Generator<TreeNode> {
  for (const node of nodes) {
    yield node
    yield* walkTree(node.children)
  }
}

type Known = {
  readonly startNanos: bigint | undefined
  readonly calledBy: ReadonlyMap<EntityId, readonly Segment[]>
  readonly inferredBy: ReadonlyMap<EntityId, readonly Segment[]>
}

/** `inferred` is written by the server only, so the reader of sent documents leaves it out. */
function readSegment(text: string): Segment | undefined {
  const parsed = parseSegmentDocument(text)
  if (!parsed.ok || parsed.value.document.kind !== 'segment') return undefined
  const document: unknown = JSON.parse(text)
  const inferred = isJsonObject(document) && document['inferred'] === true
  return { ...parsed.value.document.segment, inferred }
}

function idsBelow(entity: Segment | Subsegment): readonly EntityId[] {
  return [entity.id, ...entity.subsegments.flatMap(idsBelow)]
}

function groupByCaller(segments: readonly Segment[]): ReadonlyMap<EntityId, readonly Segment[]> {
  const groups = new Map<EntityId, Segment[]>()
  for (const segment of segments) {
    if (segment.parentId === undefined) continue
    const group = groups.get(segment.parentId)
    if (group === undefined) groups.set(segment.parentId, [segment])
    else group.push(segment)
  }
  return groups
}

function nodeOf(
  entity: Segment | Subsegment,
  service: string,
  known: Known,
  callerMissing = false,
): TreeNode {
  const since = (instant: bigint) => Number(instant - (known.startNanos ?? 0n)) / 1e9
  const end = endOf(entity)
  const called = known.calledBy.get(entity.id) ?? []
  return {
    entity,
    service,
    start: since(entity.start),
    end: end === undefined ? undefined : since(end),
    inferred: known.inferredBy.get(entity.id)?.[0],
    callerMissing,
    children: [
      ...entity.subsegments.map((subsegment) => nodeOf(subsegment, service, known)),
      ...called.map((segment) => nodeOf(segment, segment.name, known)),
    ].sort(byStart),
  }
}

function byStart(left: TreeNode, right: TreeNode): number {
  return left.start - right.start
}

function latest(node: TreeNode): number {
  return Math.max(node.start, node.end ?? node.start, ...node.children.map(latest))
}
