import type {
  DurationHistogram,
  EdgeOutput,
  HistogramEntryOutput,
  RequestStatistics,
  ServiceEdge,
  ServiceGraph,
  ServiceKey,
  ServiceNode,
  ServiceOutput,
  SummaryStatisticsOutput,
  UnixNanos,
} from '@fluoroscope/model'
import { secondsFromUnixNanos } from '@fluoroscope/model'
import { wireHistogram } from '../analyse/histogram.ts'

/**
 * The wire form of a graph (xray-behaviour 9.3 to 9.6). `ReferenceId`s count nodes in their order.
 * @param timed false for the graph of one trace, whose nodes and edges carry no times
 */
export function printServices(graph: ServiceGraph, timed: boolean): readonly ServiceOutput[] {
  const references = new Map(graph.nodes.map(({ key }, index) => [keyText(key), index]))
  const edges = new Map<string, ServiceEdge[]>()
  for (const edge of graph.edges) {
    const key = keyText(edge.from)
    edges.set(key, [...(edges.get(key) ?? []), edge])
  }
  return graph.nodes.map((node, index) =>
    printNode(node, index, edges.get(keyText(node.key)) ?? [], references, timed),
  )
}

/** The bounds of what was found, or nulls (xray-behaviour 6.2 and 9.3). */
export function printBounds(services: readonly ServiceOutput[]): {
  readonly StartTime: number | null
  readonly EndTime: number | null
} {
  const starts = services.flatMap(({ StartTime }) => (StartTime === null ? [] : [StartTime]))
  const ends = services.flatMap(({ EndTime }) => (EndTime === null ? [] : [EndTime]))
  if (starts.length === 0) return { StartTime: null, EndTime: null }
  return { StartTime: Math.min(...starts), EndTime: Math.max(...ends) - 1 }
}

function printNode(
  node: ServiceNode,
  reference: number,
  edges: readonly ServiceEdge[],
  references: ReadonlyMap<string, number>,
  timed: boolean,
): ServiceOutput {
  const times = timed ? timesOf(node) : { StartTime: null, EndTime: null }
  return {
    ReferenceId: reference,
    Name: node.key.name,
    Names: node.names,
    Root: node.root,
    AccountId: node.key.account ?? null,
    Type: node.key.type ?? null,
    State: node.state,
    ...times,
    Edges: edges.map((edge) => printEdge(edge, times, references)),
    SummaryStatistics: node.statistics === undefined ? null : printStatistics(node.statistics),
    DurationHistogram: printHistogram(node.durations),
    ResponseTimeHistogram: printHistogram(node.responseTimes),
  }
}

function printEdge(
  edge: ServiceEdge,
  times: { readonly StartTime: number | null; readonly EndTime: number | null },
  references: ReadonlyMap<string, number>,
): EdgeOutput {
  const link = edge.type === 'link'
  return {
    ReferenceId: references.get(keyText(edge.to)) ?? -1,
    ...times,
    SummaryStatistics: link ? {} : printStatistics(edge.statistics),
    ResponseTimeHistogram: link ? [] : printHistogram(edge.responseTimes),
    ReceivedEventAgeHistogram: printHistogram(edge.receivedEventAges),
    Aliases: edge.aliases.map(({ name, type }) => ({
      Name: name,
      Names: [name],
      Type: type ?? null,
    })),
    ...(link ? { EdgeType: 'link' as const } : {}),
  }
}

/** One-second buckets: from the first trace's second to one past the last's. */
function timesOf({ firstTrace, lastTrace }: ServiceNode): {
  readonly StartTime: number
  readonly EndTime: number
} {
  return { StartTime: wholeSeconds(firstTrace), EndTime: wholeSeconds(lastTrace) + 1 }
}

/** xray-behaviour 9.6. */
export function printStatistics(statistics: RequestStatistics): SummaryStatisticsOutput {
  const { ok, error, throttle, fault, totalNanos } = statistics
  return {
    OkCount: ok,
    ErrorStatistics: {
      ThrottleCount: throttle,
      OtherCount: error,
      TotalCount: throttle + error,
    },
    FaultStatistics: { OtherCount: fault, TotalCount: fault },
    TotalCount: ok + error + throttle + fault,
    TotalResponseTime: Math.round(totalNanos / 1e6) / 1000,
  }
}

/** xray-behaviour 9.6; seconds. */
export function printHistogram(histogram: DurationHistogram): readonly HistogramEntryOutput[] {
  return wireHistogram(histogram).map(({ seconds, count }) => ({ Value: seconds, Count: count }))
}

function keyText({ name, type, account }: ServiceKey): string {
  return JSON.stringify([name, type ?? null, account ?? null])
}

function wholeSeconds(instant: UnixNanos): number {
  return Math.floor(secondsFromUnixNanos(instant))
}
