/** A request for a graph or a time series. */
export type GraphCase = {
  readonly name: string
  readonly times: number
  readonly path: string
  readonly input: () => object
}

const HOUR = 3600

/** The group that `graphCases` asks for, and its expression. */
export const GRAPH_GROUP = { GroupName: 'bench', FilterExpression: 'fault' }

/**
 * Graphs and time series of all traces and of a group.
 * @param range of so many seconds, somewhere in the data
 */
export function graphCases(range: (seconds: number) => object): readonly GraphCase[] {
  const group = { GroupName: GRAPH_GROUP.GroupName }
  const graph = (name: string, times: number, seconds: number, more: object = {}) => ({
    name: `service graph of ${name}`,
    times,
    path: '/ServiceGraph',
    input: () => ({ ...range(seconds), ...more }),
  })
  const series = (name: string, EntitySelectorExpression?: string) => ({
    name: `time series of 6 h, ${name}`,
    times: 10,
    path: '/TimeSeriesServiceStatistics',
    input: () => ({ ...range(6 * HOUR), EntitySelectorExpression }),
  })
  return [
    graph('5 min', 30, 300),
    graph('1 h', 20, HOUR),
    graph('6 h', 10, 6 * HOUR),
    graph('24 h', 10, 24 * HOUR),
    graph('1 h, a group', 5, HOUR, group),
    series('all entries'),
    series('a service', 'service("orders")'),
    series('an edge', 'edge("orders", "payments")'),
  ]
}
