import type { MapEdge } from '../answer/service-graph.ts'

/** A way from one service to another that meets no service twice. */
export type ServicePath = {
  /** From the first service to the last one. */
  readonly nodes: readonly string[]
  /** One fewer: each leads to the next node. */
  readonly edges: readonly MapEdge[]
}

export type FoundPaths = {
  /** The shortest first; of equal length in the order of ids. */
  readonly paths: readonly ServicePath[]
  /** There are more, or may be: which bound ended the search. */
  readonly cut: 'paths' | 'steps' | undefined
}

/** As many paths as a person looks through. */
export const MOST_PATHS = 50
/** As many steps as pass unnoticed, and as many calls as the way of a request may have. */
const MOST_STEPS = 200_000
const MOST_CALLS = 500

type Search = {
  readonly next: ReadonlyMap<string, readonly MapEdge[]>
  /** Calls that are left to the last service, at least. */
  readonly left: ReadonlyMap<string, number>
  readonly from: string
  readonly to: string
  readonly mostPaths: number
  readonly paths: ServicePath[]
  stepsLeft: number
  /** A way was given up because it would be too long for now. */
  isDeferred: boolean
}

/**
 * All paths along calls and links, by iterative deepening: a way is followed only where the calls
 * that are left at least still fit into the length that is looked for.
 */
export function findPaths(
  edges: readonly MapEdge[],
  from: string,
  to: string,
  { mostPaths = MOST_PATHS, mostSteps = MOST_STEPS } = {},
): FoundPaths {
  const left = callsLeft(edges, to)
  const shortest = left.get(from)
  const paths: ServicePath[] = []
  if (shortest === undefined || from === to) return { paths, cut: undefined }
  const search: Search = {
    next: waysOf(edges, left),
    left,
    from,
    to,
    // One more than wanted tells whether there are more.
    mostPaths: mostPaths + 1,
    paths,
    stepsLeft: mostSteps,
    isDeferred: true,
  }
  for (let length = shortest; search.isDeferred; length++) {
    if (length > MOST_CALLS) return { paths, cut: 'steps' }
    search.isDeferred = false
    const isWhole = follow(search, from, length, [], new Set([from]))
    if (paths.length > mostPaths) return { paths: paths.slice(0, mostPaths), cut: 'paths' }
    if (!isWhole) return { paths, cut: 'steps' }
  }
  return { paths, cut: undefined }
}

/** Adds the paths of exactly `length` calls that go on from `at`; false where a bound ended it before. */
function follow(
  search: Search,
  at: string,
  length: number,
  taken: MapEdge[],
  met: Set<string>,
): boolean {
  for (const edge of search.next.get(at) ?? []) {
    if (search.stepsLeft-- === 0) return false
    if (met.has(edge.to)) continue
    if (taken.length + 1 + (search.left.get(edge.to) ?? Infinity) > length) {
      search.isDeferred = true
      continue
    }
    taken.push(edge)
    met.add(edge.to)
    const goesOn =
      edge.to === search.to
        ? arrive(search, length, taken)
        : follow(search, edge.to, length, taken, met)
    taken.pop()
    met.delete(edge.to)
    if (!goesOn) return false
  }
  return true
}

/** Adds what was taken, where it is of the wanted length; false once there are enough. */
function arrive({ paths, from, mostPaths }: Search, length: number, taken: MapEdge[]): boolean {
  if (taken.length < length) return true
  paths.push({ nodes: [from, ...taken.map(({ to }) => to)], edges: [...taken] })
  return paths.length < mostPaths
}

/** How many calls lead from each service to `to`, at least; none where no way leads there. */
function callsLeft(edges: readonly MapEdge[], to: string): ReadonlyMap<string, number> {
  const callers = new Map<string, string[]>()
  for (const edge of edges) callers.set(edge.to, [...(callers.get(edge.to) ?? []), edge.from])
  const left = new Map([[to, 0]])
  for (const [id, calls] of left) {
    // A map goes on over what is added while it is walked.
    for (const caller of callers.get(id) ?? []) if (!left.has(caller)) left.set(caller, calls + 1)
  }
  return left
}

/** The ways on from each service, one to each next service: the call, where a link goes beside it. */
function waysOf(
  edges: readonly MapEdge[],
  left: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly MapEdge[]> {
  const ways = new Map<string, Map<string, MapEdge>>()
  for (const edge of edges) {
    if (edge.from === edge.to || !left.has(edge.to)) continue
    const there = ways.get(edge.from) ?? new Map<string, MapEdge>()
    ways.set(edge.from, there)
    if (edge.type === 'call' || !there.has(edge.to)) there.set(edge.to, edge)
  }
  const ascending = (a: MapEdge, b: MapEdge) => (a.to < b.to ? -1 : 1)
  return new Map([...ways].map(([id, there]) => [id, [...there.values()].sort(ascending)]))
}
