import type { MergedNode } from './merged-tree.ts'
import { countTexts, textAt } from './string-table.ts'
import { endAt, outcomeBits, type TraceRows } from './trace-rows.ts'

/** Boxes of a flame graph, as columns: `from` and `to` in the unit of `length`. */
export type Flame = {
  readonly count: number
  readonly length: number
  readonly lanes: number
  readonly lane: Uint32Array
  readonly from: Float64Array
  readonly to: Float64Array
  /** 1 for boxes of work that failed. */
  readonly failed: Uint8Array
  /** Index into `labels` and `services`. */
  readonly label: Uint32Array
  readonly labels: readonly string[]
  readonly services: readonly string[]
  /** The row of each box, or the longest of its rows. */
  readonly row: Int32Array
  /** Boxes that share a lane with one that runs at the same time: no lane was free. */
  readonly crowded: number
}

const MAX_LANES = 400

/**
 * The rows of a trace by time, each in the first lane below its parent's that is free: calls at the
 * same time lie beneath each other.
 */
export function flameOfRows(rows: TraceRows): Flame {
  const order = byStart(rows)
  const lane = new Uint32Array(rows.count)
  const busyUntil: number[] = []
  let crowded = 0
  for (const row of order) {
    const parent = rows.parent[row] ?? -1
    const [from, to] = [rows.start[row] ?? 0, endAt(rows, row)]
    let free = parent < 0 ? 0 : (lane[parent] ?? 0) + 1
    while (free < MAX_LANES && (busyUntil[free] ?? Number.NEGATIVE_INFINITY) > from) free++
    if (free >= MAX_LANES) crowded++
    lane[row] = Math.min(free, MAX_LANES)
    busyUntil[free] = Math.max(busyUntil[free] ?? Number.NEGATIVE_INFINITY, to)
  }
  return {
    count: rows.count,
    length: Math.max(1, rows.span),
    lanes: lane.reduce((most, each) => Math.max(most, each), 0) + 1,
    lane,
    from: rows.start,
    to: Float64Array.from(rows.start, (_from, row) => endAt(rows, row)),
    failed: Uint8Array.from(rows.flags, (flags) => ((flags & 3) === outcomeBits('ok') ? 0 : 1)),
    ...labelsOf(rows),
    row: Int32Array.from(rows.start, (_from, row) => row),
    crowded,
  }
}

/** Rows by start, a parent never after its children, whatever their clocks say. */
function byStart(rows: TraceRows): Uint32Array {
  const effective = rows.start.slice()
  let isSorted = true
  for (let row = 0; row < rows.count; row++) {
    const parent = rows.parent[row] ?? -1
    if (parent >= 0) effective[row] = Math.max(effective[row] ?? 0, effective[parent] ?? 0)
    if (row > 0 && (effective[row] ?? 0) < (effective[row - 1] ?? 0)) isSorted = false
  }
  const order = Uint32Array.from(effective, (_start, row) => row)
  if (isSorted) return order
  return order.sort(
    (left, right) => (effective[left] ?? 0) - (effective[right] ?? 0) || left - right,
  )
}

/** What is written into a box, by service and name. */
function labelsOf(rows: TraceRows): Pick<Flame, 'label' | 'labels' | 'services'> {
  const numbers = new Map<number, number>()
  const [labels, services]: [string[], string[]] = [[], []]
  const texts = countTexts(rows.strings)
  const label = Uint32Array.from(rows.name, (name, row) => {
    const key = (rows.service[row] ?? 0) * texts + name
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, labels.length)
    services.push(textAt(rows.strings, rows.service[row] ?? 0))
    return labels.push(textAt(rows.strings, name)) - 1
  })
  return { label, labels, services }
}

/**
 * Merged nodes side by side, the widest first: a box is as wide as the own time of all that is in and
 * below it, so that boxes fill those above them as far as these waited for them.
 */
export function flameOfNodes(nodes: readonly MergedNode[], weight: 'own' | 'total'): Flame {
  const width = nodes.map((node) => node[weight])
  if (weight === 'own') {
    for (let node = nodes.length - 1; node >= 0; node--) {
      const parent = nodes[node]?.parent ?? -1
      if (parent >= 0) width[parent] = (width[parent] ?? 0) + (width[node] ?? 0)
    }
  }
  const from = new Float64Array(nodes.length)
  const children = childrenByWidth(nodes, width)
  const length = place(children.get(-1) ?? [], 0, from, width)
  for (const node of depthFirst(children))
    place(children.get(node) ?? [], from[node] ?? 0, from, width)
  return {
    count: nodes.length,
    length: Math.max(1, length),
    lanes: nodes.reduce((most, { depth }) => Math.max(most, depth + 1), 1),
    lane: Uint32Array.from(nodes, ({ depth }) => depth),
    from,
    to: from.map((start, node) => start + (width[node] ?? 0)),
    failed: Uint8Array.from(nodes, ({ failures }) => (failures > 0 ? 1 : 0)),
    label: Uint32Array.from(nodes.keys()),
    labels: nodes.map(({ name, count }) => (count === 1 ? name : `${name} ×${count}`)),
    services: nodes.map(({ service }) => service),
    row: Int32Array.from(nodes, ({ longest }) => longest),
    crowded: 0,
  }
}

function childrenByWidth(
  nodes: readonly MergedNode[],
  width: readonly number[],
): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>()
  for (const [node, { parent }] of nodes.entries()) {
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [node])
    else siblings.push(node)
  }
  for (const siblings of children.values()) {
    siblings.sort((left, right) => (width[right] ?? 0) - (width[left] ?? 0) || left - right)
  }
  return children
}

/** Nodes with children, each after the one above it. */
function* depthFirst(children: ReadonlyMap<number, readonly number[]>): Generator<number> {
  const open = [...(children.get(-1) ?? [])]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    open.push(...(children.get(node) ?? []))
  }
}

/** Puts siblings side by side from an offset on; gives where they end. */
function place(
  siblings: readonly number[],
  offset: number,
  from: Float64Array,
  width: readonly number[],
): number {
  let at = offset
  for (const node of siblings) {
    from[node] = at
    at += width[node] ?? 0
  }
  return at
}
