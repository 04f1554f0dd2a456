import type { ServiceEdge, ServiceGraph, ServiceNode, TraceId } from '@fluoroscope/model'
import { type ColumnList, DAY, INT64, MINUTE, TEXT, TRACE_ID, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { RowBinaryWriter } from '../store/row-binary.ts'
import { identifier, integer, minute as minuteOf, type Sql, sql, text } from '../store/sql.ts'
import {
  EDGE_COLUMNS,
  edgeColumns,
  edgeOf,
  NODE_COLUMNS,
  nodeColumns,
  nodeOf,
  writeRow,
} from './graph-columns.ts'
import { findNewestVersions, type GraphSource } from './graph-merges.ts'
import { type MinuteRange, minuteIn, minuteWithin } from './minute-list.ts'

/** The grouping of the graphs that all traces are in. */
export const ALL_TRACES = ''

/** The share of a node or an edge whose requests ended in one minute. */
export type Completed<Part> = Part & {
  /** Start of that minute, unix seconds; 0 where it is not known, and for what is no request. */
  readonly completed: number
}

/** A graph whose nodes and edges come once for each minute in which requests of theirs ended. */
export type CompletedGraph = {
  readonly nodes: readonly Completed<ServiceNode>[]
  readonly edges: readonly Completed<ServiceEdge>[]
}

/** The graph of a minute as computed from all rows visible before `covered`, or of a merge. */
export type GraphMinute = CompletedGraph & {
  /** Start of the minute or of the merge, unix seconds. */
  readonly minute: number
  readonly omitted: number
  /** Of a merge: the sum of the versions it was made from, modulo 2^64. */
  readonly merged?: bigint
}

/** How a computation of minutes is told from those before. */
export type GraphVersion = {
  readonly grouping: string
  /** Grows with `covered`; no two computations share one. */
  readonly version: bigint
  /** Milliseconds since 1970 of the engine's clock, read before the rows were. */
  readonly covered: number
  /** Days since 1970: of the computation, and of the earliest receipt among its rows. */
  readonly day: number
  readonly oldest: number
}

/**
 * Writes minutes under a new version. Only the last step makes it the one that is read, so a crash
 * leaves nothing but rows that nobody sees. @throws StoreError
 */
export async function insertGraphMinutes(
  database: Database,
  minutes: readonly GraphMinute[],
  version: GraphVersion,
): Promise<void> {
  const rows = { nodes: new RowBinaryWriter(), edges: new RowBinaryWriter() }
  const markers = new RowBinaryWriter(4096)
  for (const { minute, nodes, edges, omitted, merged = 0n } of minutes) {
    const { day, grouping, oldest, covered } = version
    const shared = { day, grouping, minute, version: version.version }
    const keys = { nodes: new Set<string>(), edges: new Set<string>() }
    for (const node of nodes) {
      const row = { completed: node.completed, ...nodeColumns(node) }
      writeRow(rows.nodes, STORED_NODE, { ...shared, ...row })
      keys.nodes.add(JSON.stringify([row.completed, row.name, row.type, row.account]))
    }
    for (const edge of edges) {
      const row = { completed: edge.completed, ...edgeColumns(edge) }
      writeRow(rows.edges, STORED_EDGE, { ...shared, ...row })
      const { from_name, from_type, from_account, to_name, to_type, to_account, edge_type } = row
      const ends = [from_name, from_type, from_account, to_name, to_type, to_account]
      keys.edges.add(JSON.stringify([row.completed, edge_type, ...ends]))
    }
    const marker = { ...shared, covered: BigInt(covered), oldest, omitted: BigInt(omitted), merged }
    // Rows of one key are one to the engine.
    const counts = { node_rows: BigInt(keys.nodes.size), edge_rows: BigInt(keys.edges.size) }
    writeRow(markers, STORED_MINUTE, {
      ...marker,
      ...counts,
      ...completionsOf([...nodes, ...edges]),
    })
  }
  await insertRows(database, { table: 'graph_nodes', columns: STORED_NODE, ...version }, rows.nodes)
  await insertRows(database, { table: 'graph_edges', columns: STORED_EDGE, ...version }, rows.edges)
  await insertRows(
    database,
    { table: 'graph_minutes', columns: STORED_MINUTE, ...version },
    markers,
  )
}

/** To which other traces those that start in a minute link. */
export type MinuteLinks = {
  readonly minute: number
  readonly traceIds: ReadonlySet<TraceId>
}

/** Makes the minutes change with the traces they link to. Before their versions. @throws StoreError */
export async function insertGraphLinks(
  database: Database,
  links: readonly MinuteLinks[],
  { day, version }: Pick<GraphVersion, 'day' | 'version'>,
): Promise<void> {
  const rows = new RowBinaryWriter(4096)
  for (const { minute, traceIds } of links) {
    for (const trace_id of traceIds) writeRow(rows, STORED_LINK, { day, trace_id, minute })
  }
  await insertRows(database, { table: 'graph_links', columns: STORED_LINK, version }, rows)
}

/** How large a merged graph may be: the busiest nodes and edges are kept. */
export type MergeLimits = { readonly nodes: number; readonly edges: number }

export type MergedGraph = ServiceGraph & { readonly omitted: number }

/**
 * The newest versions of everything in `sources`, at least one, merged. Undefined where some of their rows are
 * gone: while a version is being replaced the engine may drop them, before the new one is the one to read.
 * @throws StoreError
 */
export async function findMergedGraph(
  database: Database,
  sources: readonly GraphSource[],
  limits: MergeLimits,
): Promise<MergedGraph | undefined> {
  const { rows: newest, omitted, counts } = await findNewestVersions(database, sources)
  const [nodes, edges] = await Promise.all([
    database.rows(
      sql`SELECT name, type, account, max(graph_nodes.state) AS state, max(graph_nodes.root) AS root,
          sum(graph_nodes.ok) AS ok, sum(graph_nodes.error) AS error,
          sum(graph_nodes.throttle) AS throttle, sum(graph_nodes.fault) AS fault,
          sum(graph_nodes.total_nanos) AS total_nanos,
          mapKeys(${histogramSum('graph_nodes', 'response')}) AS response_millis,
          mapValues(${histogramSum('graph_nodes', 'response')}) AS response_counts,
          mapKeys(${histogramSum('graph_nodes', 'duration')}) AS duration_millis,
          mapValues(${histogramSum('graph_nodes', 'duration')}) AS duration_counts,
          min(graph_nodes.first_trace) AS first_trace, max(graph_nodes.last_trace) AS last_trace,
          count() AS merged
        FROM graph_nodes WHERE ${newest} GROUP BY name, type, account
        ORDER BY ok + error + throttle + fault DESC, name, type, account
        LIMIT ${integer(limits.nodes + 1)}`,
      { ...NODE_COLUMNS, merged: UINT64 },
    ),
    database.rows(
      sql`SELECT from_name, from_type, from_account, to_name, to_type, to_account, edge_type,
          sum(graph_edges.ok) AS ok, sum(graph_edges.error) AS error,
          sum(graph_edges.throttle) AS throttle, sum(graph_edges.fault) AS fault,
          sum(graph_edges.total_nanos) AS total_nanos,
          mapKeys(${histogramSum('graph_edges', 'response')}) AS response_millis,
          mapValues(${histogramSum('graph_edges', 'response')}) AS response_counts,
          mapKeys(${histogramSum('graph_edges', 'age')}) AS age_millis,
          mapValues(${histogramSum('graph_edges', 'age')}) AS age_counts,
          ${ALIASES}.1 AS alias_names,
          ${ALIASES}.2 AS alias_types, count() AS merged
        FROM graph_edges WHERE ${newest}
        GROUP BY ${EDGE_KEY} ORDER BY ok + error + throttle + fault DESC, ${EDGE_KEY}
        LIMIT ${integer(limits.edges + 1)}`,
      { ...EDGE_COLUMNS, merged: UINT64 },
    ),
  ])
  const isWhole =
    counts === undefined ||
    (holdsAll(nodes, limits.nodes, counts.nodes) && holdsAll(edges, limits.edges, counts.edges))
  return isWhole ? { nodes: nodes.map(nodeOf), edges: edges.map(edgeOf), omitted } : undefined
}

/** Of parts beyond the limit it is not known how many rows they were. */
function holdsAll(
  parts: readonly { readonly merged: bigint }[],
  limit: number,
  count: number,
): boolean {
  if (parts.length > limit) return true
  return parts.reduce((sum, { merged }) => sum + Number(merged), 0) >= count
}

/** The minutes of a source whose newest versions lack rows. @throws StoreError */
export async function findIncompleteMinutes(
  database: Database,
  { grouping, ranges }: GraphSource,
): Promise<readonly number[]> {
  const within = sql`grouping = ${text(grouping)} AND ${minuteWithin(ranges)}`
  const found = (table: string) =>
    sql`(SELECT minute, version, count() AS found FROM ${identifier(table)} WHERE ${within}
      GROUP BY minute, version)`
  const rows = await database.rows(
    sql`SELECT told.minute AS minute FROM (
        SELECT minute, max(version) AS newest, argMax(node_rows, version) AS due_nodes,
          argMax(edge_rows, version) AS due_edges
        FROM graph_minutes WHERE ${within} GROUP BY minute) AS told
      LEFT JOIN ${found('graph_nodes')} AS nodes
        ON nodes.minute = told.minute AND nodes.version = told.newest
      LEFT JOIN ${found('graph_edges')} AS edges
        ON edges.minute = told.minute AND edges.version = told.newest
      WHERE told.due_nodes > nodes.found OR told.due_edges > edges.found`,
    { minute: MINUTE },
  )
  return rows.map(({ minute }) => minute)
}

/** Those of the minutes that have a version, ascending. @throws StoreError */
export async function findGraphMinutes(
  database: Database,
  minutes: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await database.rows(
    sql`SELECT DISTINCT minute FROM graph_minutes
      WHERE grouping = ${text(ALL_TRACES)} AND ${minuteIn(minutes)}`,
    { minute: MINUTE },
  )
  return new Set(rows.map(({ minute }) => minute))
}

/**
 * The newest version of all traces of those minutes that have one, with all that belongs to it: starts are
 * written last, but a replica may get them first. @throws StoreError
 */
export async function findComputedVersions(
  database: Database,
  minutes: readonly number[],
): Promise<ReadonlyMap<number, bigint>> {
  const rows = await database.rows(
    sql`SELECT minute, min(newest) AS whole FROM (
        SELECT minute, max(version) AS newest FROM trace_starts WHERE ${minuteIn(minutes)} GROUP BY minute
        UNION ALL
        SELECT minute, max(version) AS newest FROM graph_minutes
          WHERE grouping = ${text(ALL_TRACES)} AND ${minuteIn(minutes)} GROUP BY minute)
      GROUP BY minute HAVING count() = 2`,
    { minute: MINUTE, whole: UINT64 },
  )
  return new Map(rows.map(({ minute, whole }) => [minute, whole]))
}

/**
 * The minutes of `range` whose version under a grouping is missing, or older than that of all traces;
 * ascending. @throws StoreError
 * @param completed only those in which something of all traces ended then
 */
export async function findBehindMinutes(
  database: Database,
  grouping: string,
  { range, completed }: { readonly range: MinuteRange; readonly completed?: MinuteRange },
): Promise<readonly number[]> {
  const all = sql`grouping = ${text(ALL_TRACES)}`
  const ending =
    completed === undefined
      ? sql`true`
      : sql`argMaxIf(last_completed, version, ${all}) >= ${minuteOf(completed.from)}
        AND argMaxIf(first_completed, version, ${all}) < ${minuteOf(completed.to)}`
  const rows = await database.rows(
    sql`SELECT minute FROM graph_minutes
      WHERE grouping IN (${text(ALL_TRACES)}, ${text(grouping)}) AND ${minuteWithin([range])}
      GROUP BY minute
      HAVING maxIf(covered, ${all}) > maxIf(covered, grouping = ${text(grouping)}) AND ${ending}
      ORDER BY minute`,
    { minute: MINUTE },
  )
  return rows.map(({ minute }) => minute)
}

/** Over a map it takes six tenths of what it takes over the two arrays. */
export function histogramSum(table: string, name: string): Sql {
  const millis = sql`${identifier(table)}.${identifier(`${name}_millis`)}`
  const counts = sql`${identifier(table)}.${identifier(`${name}_counts`)}`
  return sql`sumMap(mapFromArrays(${millis}, ${counts}))`
}

const ALIASES = sql`groupUniqArrayArrayIf(
  arrayZip(graph_edges.alias_names, graph_edges.alias_types), notEmpty(graph_edges.alias_names))`

const EDGE_KEY = sql`from_name, from_type, from_account, to_name, to_type, to_account, edge_type`

/** The earliest and the latest minute of completion; 0 for none. */
function completionsOf(parts: readonly Completed<unknown>[]) {
  let first = 0
  let last = 0
  for (const { completed } of parts) {
    if (completed === 0) continue
    if (first === 0 || completed < first) first = completed
    if (completed > last) last = completed
  }
  return { first_completed: first, last_completed: last }
}

const STORED = { day: DAY, grouping: TEXT, minute: MINUTE, version: UINT64 } as const
const STORED_NODE = { ...STORED, completed: MINUTE, ...NODE_COLUMNS } as const
const STORED_EDGE = { ...STORED, completed: MINUTE, ...EDGE_COLUMNS } as const
const STORED_MINUTE = {
  ...STORED,
  covered: INT64,
  oldest: DAY,
  omitted: UINT64,
  first_completed: MINUTE,
  last_completed: MINUTE,
  merged: UINT64,
  node_rows: INT64,
  edge_rows: INT64,
} as const

const STORED_LINK = { day: DAY, trace_id: TRACE_ID, minute: MINUTE } as const

type Target = {
  readonly table: string
  readonly columns: ColumnList
  readonly version: bigint
}

async function insertRows(
  database: Database,
  { table, columns, version }: Target,
  rows: RowBinaryWriter,
): Promise<void> {
  if (rows.length === 0) return
  const statement = `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) FORMAT RowBinary`
  await database.insert(statement, once(rows.take()), `${table}-${version}`)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
