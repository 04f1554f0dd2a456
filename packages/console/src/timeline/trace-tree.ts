import {
  type EntityId,
  endOf,
  type Outcome,
  outcomeOf,
  type Segment,
  type Subsegment,
  type UnixNanos,
} from '@fluoroscope/model'

/** One line of the timeline: a segment or a subsegment, and its place in the tree. */
export type TraceRow = {
  /** Unique in the trace: the entity's id, with a number behind it where an id comes twice. */
  readonly key: string
  readonly entity: Segment | Subsegment
  /** The segment the entity belongs to: itself, or the one it is embedded in. */
  readonly segment: Segment
  readonly outcome: Outcome
  readonly depth: number
  /** Index of the parent row; -1 for a root. */
  readonly parent: number
  /** Index after the last descendant: rows from here on are outside of this one. */
  readonly end: number
  /** It names a parent that is not in the trace, or that is one of its own descendants. */
  readonly parentMissing: boolean
}

/** All rows of a trace in the order of a fully opened tree, and the time they span. */
export type TraceTree = {
  readonly rows: readonly TraceRow[]
  readonly start: UnixNanos
  /** Latest end; not before `start`. */
  readonly end: UnixNanos
}

type Draft = { -readonly [Key in keyof TraceRow]: TraceRow[Key] }
type Pending = Pick<TraceRow, 'entity' | 'segment' | 'depth' | 'parent' | 'parentMissing'>

/**
 * Hangs segments below their callers (xray-behaviour 7.1) and lists all rows depth first, siblings
 * by start. Segments whose parent is missing are roots of their own, after those that name none.
 */
export function buildTraceTree(segments: readonly Segment[]): TraceTree {
  const known = entityIds(segments)
  const callees = new Map<EntityId, Segment[]>()
  const roots: Segment[] = []
  for (const segment of segments) {
    const { parentId } = segment
    if (parentId === undefined || parentId === segment.id || !known.has(parentId)) {
      roots.push(segment)
    } else {
      callees.set(parentId, [...(callees.get(parentId) ?? []), segment])
    }
  }
  roots.sort((a, b) => Number(isOrphan(a)) - Number(isOrphan(b)) || byStart(a, b))
  const walk = new Walk(callees)
  for (const root of roots) walk.from(root, isOrphan(root))
  // What is left calls itself in a circle: shown from wherever it is met first.
  for (const segment of segments) if (!walk.seen.has(segment)) walk.from(segment, true)
  return { rows: walk.rows, ...timeSpan(walk.rows) }
}

/** Indexes of the rows that show while the children of the rows in `collapsed` are hidden. */
export function visibleRows(tree: TraceTree, collapsed: ReadonlySet<string>): readonly number[] {
  const visible: number[] = []
  for (let index = 0; index < tree.rows.length; ) {
    const row = tree.rows[index]
    if (row === undefined) break
    visible.push(index)
    index = collapsed.has(row.key) ? row.end : index + 1
  }
  return visible
}

/** The rows above `index`, nearest first. */
export function ancestorsOf(tree: TraceTree, index: number): readonly TraceRow[] {
  const ancestors: TraceRow[] = []
  let row = tree.rows[tree.rows[index]?.parent ?? -1]
  while (row !== undefined) {
    ancestors.push(row)
    row = tree.rows[row.parent]
  }
  return ancestors
}

class Walk {
  readonly rows: Draft[] = []
  readonly seen = new Set<Segment>()
  readonly #callees: ReadonlyMap<EntityId, readonly Segment[]>
  readonly #keys = new Map<string, number>()

  constructor(callees: ReadonlyMap<EntityId, readonly Segment[]>) {
    this.#callees = callees
  }

  from(root: Segment, parentMissing: boolean): void {
    const first = this.rows.length
    const stack: Pending[] = [{ entity: root, segment: root, depth: 0, parent: -1, parentMissing }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.entity.kind === 'segment') {
        if (this.seen.has(next.entity)) continue
        this.seen.add(next.entity)
      }
      const index = this.rows.length
      this.rows.push({
        ...next,
        key: this.#keyOf(next.entity.id),
        outcome: outcomeOf(next.entity),
        end: index + 1,
      })
      stack.push(...this.#childrenOf(next, index).reverse())
    }
    for (let index = this.rows.length - 1; index > first; index--) {
      const row = this.rows[index]
      const parent = row === undefined ? undefined : this.rows[row.parent]
      if (row !== undefined && parent !== undefined) parent.end = Math.max(parent.end, row.end)
    }
  }

  #childrenOf(row: Pending, index: number): Pending[] {
    const shared = { depth: row.depth + 1, parent: index, parentMissing: false }
    return [
      ...row.entity.subsegments.map((entity) => ({ entity, segment: row.segment, ...shared })),
      ...(this.#callees.get(row.entity.id) ?? []).map((segment) => ({
        entity: segment,
        segment,
        ...shared,
      })),
    ].sort((a, b) => byStart(a.entity, b.entity))
  }

  #keyOf(id: EntityId): string {
    const uses = (this.#keys.get(id) ?? 0) + 1
    this.#keys.set(id, uses)
    return uses === 1 ? id : `${id}-${uses}`
  }
}

function entityIds(segments: readonly Segment[]): ReadonlySet<EntityId> {
  const ids = new Set<EntityId>()
  const stack: (Segment | Subsegment)[] = [...segments]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    ids.add(next.id)
    for (const child of next.subsegments) stack.push(child)
  }
  return ids
}

function timeSpan(rows: readonly TraceRow[]): Pick<TraceTree, 'start' | 'end'> {
  let start: UnixNanos | undefined
  let end: UnixNanos | undefined
  for (const { entity } of rows) {
    const last = endOf(entity) ?? entity.start
    // A start of 0 or -1 is accepted on the wire but tells no time (xray-behaviour 7.4).
    if (entity.start > 0n && (start === undefined || entity.start < start)) start = entity.start
    if (last > 0n && (end === undefined || last > end)) end = last
  }
  const from = start ?? end ?? (0n as UnixNanos)
  return { start: from, end: end === undefined || end < from ? from : end }
}

function isOrphan(segment: Segment): boolean {
  return segment.parentId !== undefined
}

function byStart(a: Segment | Subsegment, b: Segment | Subsegment): number {
  if (a.start === b.start) return 0
  return a.start < b.start ? -1 : 1
}
