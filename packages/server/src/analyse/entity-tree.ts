import type { EntityId, Segment, Subsegment, Trace } from '@fluoroscope/model'
import { entitiesOf } from '../query/trace-entities.ts'

/** A segment or subsegment of a trace and where it stands among the others. */
export type EntityNode = {
  readonly entity: Segment | Subsegment
  /** The segment it belongs to; itself for a segment. */
  readonly segment: Segment
  /** What called the segment, or what the subsegment is part of. */
  readonly parent: EntityNode | undefined
  /** Its subsegments as sent, then the segments it called, by start and id. */
  readonly children: readonly EntityNode[]
}

/** All entities of a trace as one forest: segments hang below the calls they answered. */
export type EntityTree = {
  /** Every entity once, parents before their children. */
  readonly nodes: readonly EntityNode[]
  /** The segment the trace is entered by, its first; the caller may be unknown. */
  readonly entry: EntityNode | undefined
}

/**
 * Lays out a trace for walks. Ids come from outside, so segments may call each other in a circle:
 * the first of such a circle stands as a root, and every walk ends.
 */
export function entityTree(trace: Trace): EntityTree {
  const builder: Builder = { nodes: [], placed: new Set(), called: calledSegments(trace) }
  const ids = new Set<EntityId>()
  for (const { id } of entitiesOf(trace.segments)) ids.add(id)
  const called: Segment[] = []
  for (const segment of trace.segments) {
    if (segment.parentId !== undefined && ids.has(segment.parentId)) called.push(segment)
    else grow(segment, builder)
  }
  for (const segment of called) {
    if (!builder.placed.has(segment)) grow(segment, builder)
  }
  const entry = builder.nodes.find((node) => node.entity === trace.segments[0])
  return { nodes: builder.nodes, entry }
}

type MutableNode = EntityNode & { readonly children: EntityNode[] }

type Builder = {
  readonly nodes: EntityNode[]
  readonly placed: Set<Segment>
  /** Segments by the id of what called them. */
  readonly called: ReadonlyMap<EntityId, readonly Segment[]>
}

function calledSegments(trace: Trace): ReadonlyMap<EntityId, readonly Segment[]> {
  const called = new Map<EntityId, Segment[]>()
  for (const segment of [...trace.segments, ...trace.inferred]) {
    if (segment.parentId === undefined) continue
    const siblings = called.get(segment.parentId)
    if (siblings === undefined) called.set(segment.parentId, [segment])
    else siblings.push(segment)
  }
  return called
}

/** Places `top` and all below it; depth is the sender's, so the stack is our own. */
function grow(top: Segment, builder: Builder): void {
  builder.placed.add(top)
  const root: MutableNode = { entity: top, segment: top, parent: undefined, children: [] }
  const open: MutableNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    builder.nodes.push(node)
    const children = childrenOf(node, builder)
    for (const child of children) node.children.push(child)
    for (let index = children.length - 1; index >= 0; index--) {
      const child = children[index]
      if (child !== undefined) open.push(child)
    }
  }
}

function childrenOf(parent: EntityNode, builder: Builder): readonly MutableNode[] {
  const children: MutableNode[] = []
  for (const entity of parent.entity.subsegments) {
    children.push({ entity, segment: parent.segment, parent, children: [] })
  }
  for (const segment of builder.called.get(parent.entity.id) ?? []) {
    if (builder.placed.has(segment)) continue
    builder.placed.add(segment)
    children.push({ entity: segment, segment, parent, children: [] })
  }
  return children
}
