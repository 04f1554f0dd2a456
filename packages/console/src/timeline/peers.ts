import type { HistogramEntry, ReceivedGraph } from '../answer/service-graph.ts'
import {
  FLAG,
  isFlagged,
  kindAt,
  nameAt,
  serviceAt,
  type TraceRows,
} from '../trace-rows/trace-rows.ts'

/** Where a duration stands among those of others that did the same. */
export type PeerRank = {
  /** 0 to 1: the share of the others that were faster by {@link SAME} or more. */
  readonly share: number
  readonly count: number
  /** Who the others are, `requests to orders`. */
  readonly what: string
}

/** Response times of services and of calls in a range, as the service graph tells them. */
export type Peers = {
  /** By the service's name. */
  readonly services: ReadonlyMap<string, readonly HistogramEntry[]>
  /** By the caller's name, a zero character and the callee's. */
  readonly calls: ReadonlyMap<string, readonly HistogramEntry[]>
}

/** Fewer than these tell nothing. */
const MIN_PEERS = 20
/** Graphs tell response times to within so much of them: what is closer counts as the same. */
const SAME = 0.01

/** The response times of a graph, those of nodes with one name together. */
export function peersOf({ nodes, edges }: ReceivedGraph): Peers {
  const services = new Map<string, HistogramEntry[]>()
  const calls = new Map<string, HistogramEntry[]>()
  const names = new Map(nodes.map(({ id, key }) => [id, key.name]))
  for (const { key, reports, responseTimes } of nodes) {
    if (reports) add(services, key.name, responseTimes)
  }
  for (const { from, to, type, responseTimes } of edges) {
    if (type === 'call') add(calls, `${names.get(from)}\u0000${names.get(to)}`, responseTimes)
  }
  return { services, calls }
}

/**
 * The rank of a row: a segment among the requests to its service, a call among the calls of its
 * service to the same. Undefined for a program's own work, and where there are too few others.
 */
export function rankOf(rows: TraceRows, row: number, peers: Peers): PeerRank | undefined {
  const duration = rows.duration[row] ?? Number.NaN
  if (Number.isNaN(duration) || isFlagged(rows, row, FLAG.inferred)) return undefined
  const [service, name] = [serviceAt(rows, row), nameAt(rows, row)]
  if (isFlagged(rows, row, FLAG.segment)) {
    return rankAmong(peers.services.get(service), duration, `requests to ${service}`)
  }
  if (kindAt(rows, row) === 'local') return undefined
  const times = peers.calls.get(`${service}\u0000${name}`)
  return rankAmong(times, duration, `calls from ${service} to ${name}`)
}

function rankAmong(
  times: readonly HistogramEntry[] | undefined,
  nanos: number,
  what: string,
): PeerRank | undefined {
  let [count, below] = [0, 0]
  for (const entry of times ?? []) {
    count += entry.count
    if (entry.seconds * 1e9 < nanos * (1 - SAME)) below += entry.count
  }
  return count < MIN_PEERS ? undefined : { share: below / count, count, what }
}

function add(
  histograms: Map<string, HistogramEntry[]>,
  key: string,
  times: readonly HistogramEntry[],
): void {
  histograms.set(key, [...(histograms.get(key) ?? []), ...times])
}
