import type { MergedNode } from './merged-tree.ts'

/** One path of two traces: what each has there; undefined where it has nothing. */
export type ComparedNode = {
  readonly service: string
  readonly name: string
  readonly depth: number
  /** Index of the node above; -1 for roots. */
  readonly parent: number
  readonly before: MergedNode | undefined
  readonly after: MergedNode | undefined
}

/**
 * The merged trees of two traces as one: nodes that were reached the same way and are called the same
 * stand together, depth first, those of the second trace in its order.
 */
export function compareTrees(
  before: readonly MergedNode[],
  after: readonly MergedNode[],
): readonly ComparedNode[] {
  const found: ComparedNode[] = []
  const [childrenBefore, childrenAfter] = [childrenOf(before), childrenOf(after)]
  const walk: [Pair, parent: number, depth: number][] = []
  const open = (
    left: number | undefined,
    right: number | undefined,
    parent: number,
    depth: number,
  ) => {
    const pairs = paired(
      left === undefined ? [] : (childrenBefore.get(left) ?? []),
      right === undefined ? [] : (childrenAfter.get(right) ?? []),
      before,
      after,
    )
    for (const pair of pairs.toReversed()) walk.push([pair, parent, depth])
  }
  open(-1, -1, -1, 0)
  for (let next = walk.pop(); next !== undefined; next = walk.pop()) {
    const [[left, right], parent, depth] = next
    const [old, now] = [before[left ?? -1], after[right ?? -1]]
    const { service = '', name = '' } = now ?? old ?? {}
    const index = found.push({ service, name, depth, parent, before: old, after: now }) - 1
    open(left, right, index, depth + 1)
  }
  return found
}

type Pair = readonly [before: number | undefined, after: number | undefined]

function paired(
  left: readonly number[],
  right: readonly number[],
  before: readonly MergedNode[],
  after: readonly MergedNode[],
): readonly Pair[] {
  const keyOf = (node: MergedNode | undefined) => `${node?.service}\u0000${node?.name}`
  const rest = new Map(left.map((node) => [keyOf(before[node]), node]))
  const pairs: Pair[] = right.map((node) => {
    const key = keyOf(after[node])
    const same = rest.get(key)
    rest.delete(key)
    return [same, node]
  })
  return [...pairs, ...[...rest.values()].map((node): Pair => [node, undefined])]
}

function childrenOf(nodes: readonly MergedNode[]): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>()
  for (const [node, { parent }] of nodes.entries()) {
    children.set(parent, [...(children.get(parent) ?? []), node])
  }
  return children
}

/** Own time of a node that changed, in nanoseconds: positive where it became more. */
export function ownChange({ before, after }: ComparedNode): number {
  return (after?.own ?? 0) - (before?.own ?? 0)
}

/** Something of the path has not ended in one of the traces. */
export function isOpen({ before, after }: ComparedNode): boolean {
  return (before?.inProgress ?? 0) > 0 || (after?.inProgress ?? 0) > 0
}

/**
 * The nodes whose own time changed most, the largest change first: own times alone add up. What has
 * not ended is left out.
 */
export function largestChanges(
  nodes: readonly ComparedNode[],
  count: number,
): readonly ComparedNode[] {
  return nodes
    .filter((node) => ownChange(node) !== 0 && !isOpen(node))
    .toSorted((left, right) => Math.abs(ownChange(right)) - Math.abs(ownChange(left)))
    .slice(0, count)
}
