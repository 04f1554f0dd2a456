import type { CriticalPath } from './critical-path.ts'
import { textAt } from './string-table.ts'
import type { TraceRows } from './trace-rows.ts'

/** Rows that were reached the same way and do the same, as one; times in nanoseconds. */
export type MergedNode = {
  readonly service: string
  readonly name: string
  /** Index of the node above; -1 for roots. */
  readonly parent: number
  readonly depth: number
  readonly count: number
  readonly failures: number
  /** Rows that have not ended: what they will take is not known. */
  readonly inProgress: number
  /** Of the rows themselves, those in progress not counted. */
  readonly total: number
  /** In which no child of them ran. */
  readonly own: number
  /** On the critical path. */
  readonly critical: number
  /** The row that took longest. */
  readonly longest: number
}

type Draft = { -readonly [Key in keyof MergedNode]: MergedNode[Key] }

/** The tree of a trace with identical paths merged; a node comes after the one above it. */
export function mergeTree(rows: TraceRows, critical: CriticalPath): readonly MergedNode[] {
  const nodes: Draft[] = []
  const nodeOf = new Int32Array(rows.count)
  const children = new Map<string, number>()
  for (let row = 0; row < rows.count; row++) {
    const above = rows.parent[row] ?? -1
    const parent = above < 0 ? -1 : (nodeOf[above] ?? -1)
    const key = `${parent} ${rows.service[row]} ${rows.name[row]}`
    let node = children.get(key)
    if (node === undefined) {
      node = nodes.length
      children.set(key, node)
      nodes.push(emptyNode(rows, row, parent, parent < 0 ? 0 : (nodes[parent]?.depth ?? 0) + 1))
    }
    nodeOf[row] = node
    const draft = nodes[node]
    if (draft !== undefined) addRow(draft, rows, critical, row)
  }
  return nodes
}

function emptyNode(rows: TraceRows, row: number, parent: number, depth: number): Draft {
  return {
    service: textAt(rows.strings, rows.service[row] ?? 0),
    name: textAt(rows.strings, rows.name[row] ?? 0),
    parent,
    depth,
    count: 0,
    failures: 0,
    inProgress: 0,
    total: 0,
    own: 0,
    critical: 0,
    longest: row,
  }
}

function addRow(draft: Draft, rows: TraceRows, critical: CriticalPath, row: number): void {
  draft.count++
  if (((rows.flags[row] ?? 0) & 3) !== 0) draft.failures++
  draft.critical += critical.share[row] ?? 0
  const duration = rows.duration[row] ?? Number.NaN
  if (Number.isNaN(duration)) {
    draft.inProgress++
    return
  }
  if (duration > (rows.duration[draft.longest] ?? 0)) draft.longest = row
  draft.total += Math.max(0, duration)
  draft.own += rows.own[row] ?? 0
}

/** How an operation of a service was reached, or what it called: a tree from it on. */
export type Direction = 'callers' | 'callees'

/**
 * The merged tree below all rows of an operation, or the one of the rows above them. An occurrence below
 * another counts with that one. Callers carry the time of the operation that they led to.
 */
export function mergeAround(
  rows: TraceRows,
  critical: CriticalPath,
  operation: { readonly service: string; readonly name: string },
  direction: Direction,
): readonly MergedNode[] {
  const isOne = (row: number) =>
    textAt(rows.strings, rows.name[row] ?? 0) === operation.name &&
    textAt(rows.strings, rows.service[row] ?? 0) === operation.service
  const merge = new PathMerge(rows, critical)
  for (let row = 0; row < rows.count; row++) {
    if (!isOne(row)) continue
    if (direction === 'callers') merge.addAbove(row)
    else {
      merge.addBelow(row)
      row = (rows.end[row] ?? row + 1) - 1
    }
  }
  return merge.nodes
}

class PathMerge {
  readonly nodes: Draft[] = []
  readonly #rows: TraceRows
  readonly #critical: CriticalPath
  readonly #children = new Map<string, number>()

  constructor(rows: TraceRows, critical: CriticalPath) {
    this.#rows = rows
    this.#critical = critical
  }

  addBelow(first: number): void {
    const nodeOf = new Map<number, number>()
    for (let row = first; row < (this.#rows.end[first] ?? 0); row++) {
      const parent = row === first ? -1 : (nodeOf.get(this.#rows.parent[row] ?? -1) ?? -1)
      nodeOf.set(row, this.#add(parent, row, row))
    }
  }

  addAbove(first: number): void {
    let node = -1
    for (let row = first; row >= 0; row = this.#rows.parent[row] ?? -1) {
      node = this.#add(node, row, first)
    }
  }

  /** Adds the row `row`, with the times of `timed`, below a node. */
  #add(parent: number, row: number, timed: number): number {
    const rows = this.#rows
    const key = `${parent} ${rows.service[row]} ${rows.name[row]}`
    let node = this.#children.get(key)
    if (node === undefined) {
      node = this.nodes.length
      this.#children.set(key, node)
      const depth = parent < 0 ? 0 : (this.nodes[parent]?.depth ?? 0) + 1
      this.nodes.push(emptyNode(rows, row, parent, depth))
    }
    const draft = this.nodes[node]
    if (draft !== undefined) addRow(draft, rows, this.#critical, timed)
    return node
  }
}
