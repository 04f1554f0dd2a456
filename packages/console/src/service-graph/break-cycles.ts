/** A graph without its cycles. */
export type AcyclicOrder = {
  /** Every node after all that lead to it. */
  readonly order: readonly string[]
  /** The edges that go forward in that order; an edge that would close a cycle is left out. */
  readonly forward: ReadonlyMap<string, readonly string[]>
}

type Frame = { readonly id: string; readonly next: readonly string[]; at: number }

/**
 * Leaves out the edges that lead back to a node which a depth-first walk is still below, walking from
 * the nodes that nobody calls first, else in the order of `nodes`.
 */
export function breakCycles(
  nodes: readonly string[],
  nextOf: (id: string) => readonly string[],
): AcyclicOrder {
  const called = new Set(nodes.flatMap((id) => nextOf(id)))
  const finished: string[] = []
  const forward = new Map<string, string[]>()
  const open = new Set<string>()
  for (const start of [...nodes.filter((id) => !called.has(id)), ...nodes]) {
    if (forward.has(start)) continue
    const frames = [enter(start, nextOf, forward, open)]
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const next = frame.next[frame.at++]
      if (next === undefined) {
        frames.pop()
        open.delete(frame.id)
        finished.push(frame.id)
      } else if (!open.has(next)) {
        forward.get(frame.id)?.push(next)
        if (!forward.has(next)) frames.push(enter(next, nextOf, forward, open))
      }
    }
  }
  return { order: finished.reverse(), forward }
}

function enter(
  id: string,
  nextOf: (id: string) => readonly string[],
  forward: Map<string, string[]>,
  open: Set<string>,
): Frame {
  forward.set(id, [])
  open.add(id)
  return { id, next: nextOf(id), at: 0 }
}
