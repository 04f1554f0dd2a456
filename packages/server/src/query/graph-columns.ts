import type { DurationHistogram, ServiceEdge, ServiceNode } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import {
  ARRAY,
  BOOL,
  type Column,
  type ColumnList,
  ENUM8,
  INT64,
  type Row,
  TEXT,
  UINT32,
  UINT64,
} from '../store/column.ts'
import type { RowBinaryWriter } from '../store/row-binary.ts'
import { narrowHistogram } from './narrow-histogram.ts'

const MILLIS: Column<readonly number[]> = ARRAY(UINT32)
/** A graph holds thousands of these, and none that a number does not hold: no bigint each. */
const COUNT: Column<number> = {
  type: UINT64.type,
  write: (writer, value) => UINT64.write(writer, BigInt(value)),
  read: (reader) => reader.uint32() + reader.uint32() * 2 ** 32,
}
const COUNTS: Column<readonly number[]> = ARRAY(COUNT)

export const REQUEST_COLUMNS = {
  ok: UINT64,
  error: UINT64,
  throttle: UINT64,
  fault: UINT64,
  total_nanos: UINT64,
  response_millis: MILLIS,
  response_counts: COUNTS,
} as const

/** A node of the service graph in `graph_nodes`; '' where the model has undefined, histograms narrowed. */
export const NODE_COLUMNS = {
  name: TEXT,
  type: TEXT,
  account: TEXT,
  state: ENUM8({ passive: 0, unknown: 1, active: 2 }),
  root: BOOL,
  ...REQUEST_COLUMNS,
  duration_millis: MILLIS,
  duration_counts: COUNTS,
  first_trace: INT64,
  last_trace: INT64,
} as const

/** An edge of the service graph in `graph_edges`. */
export const EDGE_COLUMNS = {
  from_name: TEXT,
  from_type: TEXT,
  from_account: TEXT,
  to_name: TEXT,
  to_type: TEXT,
  to_account: TEXT,
  edge_type: ENUM8({ call: 0, link: 1 }),
  ...REQUEST_COLUMNS,
  age_millis: MILLIS,
  age_counts: COUNTS,
  alias_names: ARRAY(TEXT),
  alias_types: ARRAY(TEXT),
} as const

/** Writes the values of a row in the order of the columns. */
export function writeRow<Columns extends ColumnList>(
  writer: RowBinaryWriter,
  columns: Columns,
  row: Row<Columns>,
): void {
  for (const [name, column] of Object.entries(columns)) column.write(writer, row[name])
}

export function nodeColumns(node: ServiceNode): Row<typeof NODE_COLUMNS> {
  const { ok, error, throttle, fault, totalNanos } = node.statistics ?? NO_REQUESTS
  const responseTimes = narrowHistogram(node.responseTimes)
  const durations = narrowHistogram(node.durations)
  return {
    name: node.key.name,
    type: node.key.type ?? '',
    account: node.key.account ?? '',
    state: node.state,
    root: node.root,
    ok: BigInt(ok),
    error: BigInt(error),
    throttle: BigInt(throttle),
    fault: BigInt(fault),
    total_nanos: BigInt(totalNanos),
    response_millis: millisOf(responseTimes),
    response_counts: countsOf(responseTimes),
    duration_millis: millisOf(durations),
    duration_counts: countsOf(durations),
    first_trace: node.firstTrace,
    last_trace: node.lastTrace,
  }
}

/** The inverse of {@link nodeColumns}, but for histograms, and that every node has statistics and one name. */
export function nodeOf(row: Row<typeof NODE_COLUMNS>): ServiceNode {
  return {
    key: keyOf(row.name, row.type, row.account),
    names: [row.name],
    root: row.root,
    state: row.state,
    statistics: statisticsOf(row),
    responseTimes: histogramOf(row.response_millis, row.response_counts),
    durations: histogramOf(row.duration_millis, row.duration_counts),
    firstTrace: unixNanos(row.first_trace),
    lastTrace: unixNanos(row.last_trace),
  }
}

export function edgeColumns(edge: ServiceEdge): Row<typeof EDGE_COLUMNS> {
  const { from, to, aliases, statistics } = edge
  const responseTimes = narrowHistogram(edge.responseTimes)
  const ages = narrowHistogram(edge.receivedEventAges)
  return {
    from_name: from.name,
    from_type: from.type ?? '',
    from_account: from.account ?? '',
    to_name: to.name,
    to_type: to.type ?? '',
    to_account: to.account ?? '',
    edge_type: edge.type,
    ok: BigInt(statistics.ok),
    error: BigInt(statistics.error),
    throttle: BigInt(statistics.throttle),
    fault: BigInt(statistics.fault),
    total_nanos: BigInt(statistics.totalNanos),
    response_millis: millisOf(responseTimes),
    response_counts: countsOf(responseTimes),
    age_millis: millisOf(ages),
    age_counts: countsOf(ages),
    alias_names: aliases.map(({ name }) => name),
    alias_types: aliases.map(({ type }) => type ?? ''),
  }
}

export function edgeOf(row: Row<typeof EDGE_COLUMNS>): ServiceEdge {
  return {
    from: keyOf(row.from_name, row.from_type, row.from_account),
    to: keyOf(row.to_name, row.to_type, row.to_account),
    type: row.edge_type,
    statistics: statisticsOf(row),
    responseTimes: histogramOf(row.response_millis, row.response_counts),
    receivedEventAges: histogramOf(row.age_millis, row.age_counts),
    aliases: row.alias_names.map((name, index) => ({
      name,
      type: row.alias_types[index] || undefined,
    })),
  }
}

const NO_REQUESTS = { ok: 0, error: 0, throttle: 0, fault: 0, totalNanos: 0 }

function keyOf(name: string, type: string, account: string): ServiceNode['key'] {
  return { name, type: type || undefined, account: account || undefined }
}

export function statisticsOf(row: Row<typeof REQUEST_COLUMNS>): ServiceEdge['statistics'] {
  return {
    ok: Number(row.ok),
    error: Number(row.error),
    throttle: Number(row.throttle),
    fault: Number(row.fault),
    totalNanos: Number(row.total_nanos),
  }
}

function millisOf(histogram: DurationHistogram): readonly number[] {
  return [...histogram.keys()]
}

function countsOf(histogram: DurationHistogram): readonly number[] {
  return [...histogram.values()]
}

export function histogramOf(
  millis: readonly number[],
  counts: readonly number[],
): DurationHistogram {
  const histogram = new Map<number, number>()
  for (const [index, value] of millis.entries()) histogram.set(value, counts[index] ?? 0)
  return histogram
}
