import { DAY, INT64, MINUTE, TEXT, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { integer, joinSql, type Sql, sql, text } from '../store/sql.ts'
import { MAX_LISTED_MINUTES, type MinuteRange, minuteWithin } from './minute-list.ts'

/** A stretch of minutes with one graph; it starts at a multiple of its length, in unix seconds. */
type GraphMerge = { readonly start: number; readonly seconds: number }

/** Graphs under one grouping: of minutes, or merged ones. */
export type GraphSource = {
  readonly grouping: string
  readonly ranges: readonly MinuteRange[]
}

/** Lengths of merged graphs in seconds, the longest first. */
const LENGTHS = [3600, 600] as const
const SHORTEST = Math.min(...LENGTHS)

/** The grouping of merges of a grouping; no printed expression begins so. */
export function mergedGrouping(grouping: string, seconds: number): string {
  return `#${seconds} ${grouping}`
}

/**
 * Where the graphs of some ranges of minutes are, in as few rows as merges allow: no minute is in two
 * of the sources. A merge counts only while its minutes have the versions it was made from.
 * @throws StoreError
 */
export async function findGraphSources(
  database: Database,
  { grouping, ranges }: GraphSource,
): Promise<readonly GraphSource[]> {
  const long = ranges.filter(({ from, to }) => to - from >= SHORTEST)
  if (long.length === 0) return [{ grouping, ranges }]
  const of = LENGTHS.map((seconds) => sql`${text(mergedGrouping(grouping, seconds))}`)
  const within = minuteWithin(long)
  const merges = await database.rows(
    sql`SELECT seconds, start FROM (
        SELECT seconds, ${STRETCH} AS start, sum(newest) AS versions
        FROM (SELECT minute, max(version) AS newest FROM graph_minutes
          WHERE grouping = ${text(grouping)} AND ${within} GROUP BY minute)
        ARRAY JOIN ${ALL_LENGTHS} AS seconds GROUP BY seconds, start)
      WHERE (seconds, start, versions) IN (
        SELECT ${MERGED_LENGTH}, toInt64(toUnixTimestamp(minute)), argMax(merged, version)
        FROM graph_minutes WHERE grouping IN (${joinSql(of, ', ')}) AND ${within}
        GROUP BY grouping, minute)
      ORDER BY start`,
    { seconds: INT64, start: INT64 },
  )
  const made = merges.map(({ seconds, start }) => ({
    seconds: Number(seconds),
    start: Number(start),
  }))
  return coverRanges({ grouping, ranges }, made)
}

/** The newest versions of some graphs. */
export type NewestVersions = {
  /** A condition on the rows of these versions, in any of the tables. */
  readonly rows: Sql
  /** Nodes and edges left out of them for want of room. */
  readonly omitted: number
  /** Rows of nodes and edges they have; undefined where one was written before that was kept. */
  readonly counts: { readonly nodes: number; readonly edges: number } | undefined
}

/** @param sources at least one @throws StoreError */
export async function findNewestVersions(
  database: Database,
  sources: readonly GraphSource[],
): Promise<NewestVersions> {
  const conditions = sources.map(
    ({ grouping, ranges }) => sql`(grouping = ${text(grouping)} AND ${minuteWithin(ranges)})`,
  )
  const within = sql`(${joinSql(conditions, ' OR ')})`
  const versions = await database.rows(
    sql`SELECT minute, max(version) AS newest, argMax(omitted, version) AS omitted,
        argMax(node_rows, version) AS nodes, argMax(edge_rows, version) AS edges
      FROM graph_minutes WHERE ${within} GROUP BY grouping, minute`,
    { minute: MINUTE, newest: UINT64, omitted: UINT64, nodes: INT64, edges: INT64 },
  )
  const sum = (of: 'omitted' | 'nodes' | 'edges') =>
    versions.reduce((total, version) => total + Number(version[of]), 0)
  const omitted = sum('omitted')
  const isCounted = versions.every(({ nodes }) => nodes >= 0n)
  const counts = isCounted ? { nodes: sum('nodes'), edges: sum('edges') } : undefined
  if (versions.length <= MAX_LISTED_MINUTES) {
    // Told once for both tables. Computations share no version, so it stands for the grouping too.
    const pairs = text(versions.map(({ minute, newest }) => `${minute}:${newest}`).join(','))
    return {
      rows: sql`${within} AND (minute, version) IN (
        SELECT toDateTime(toUInt32OrZero(splitByChar(':', pair)[1]), 'UTC'),
          toUInt64OrZero(splitByChar(':', pair)[2])
        FROM (SELECT arrayJoin(splitByChar(',', ${pairs})) AS pair))`,
      omitted,
      counts,
    }
  }
  return {
    rows: sql`${within} AND (grouping, minute, version) IN (
      SELECT grouping, minute, max(version) FROM graph_minutes WHERE ${within}
      GROUP BY grouping, minute)`,
    omitted,
    counts,
  }
}

/** A merge that is to be made, with what to tell of its minutes. */
export type StaleMerge = GraphMerge & {
  /** That of the minutes. */
  readonly grouping: string
  /** Sum of the newest versions of its minutes, modulo 2^64. */
  readonly versions: bigint
  /** Day of the earliest receipt among the rows they may have been made from. */
  readonly oldest: number
}

/**
 * What has no merge, or one of other versions than its minutes have now; at most `limit`, the newest.
 * @param covered stretches with a minute that was computed later are left out, milliseconds by the
 *   engine's clock: they may be changing still
 * @throws StoreError
 */
export async function findStaleMerges(
  database: Database,
  covered: number,
  limit: number,
): Promise<readonly StaleMerge[]> {
  const rows = await database.rows(
    sql`SELECT base AS grouping, seconds, start, versions, oldest FROM (
        SELECT base, seconds, ${STRETCH} AS start, sum(newest) AS versions,
          max(latest) AS changed, min(earliest) AS oldest
        FROM (SELECT grouping AS base, minute, max(version) AS newest, max(covered) AS latest,
            argMax(oldest, version) AS earliest
          FROM graph_minutes WHERE merged = 0 GROUP BY base, minute)
        ARRAY JOIN ${ALL_LENGTHS} AS seconds GROUP BY base, seconds, start)
      WHERE changed <= ${integer(covered)} AND (base, seconds, start, versions) NOT IN (
        SELECT substring(grouping, position(grouping, ' ') + 1), ${MERGED_LENGTH},
          toInt64(toUnixTimestamp(minute)), argMax(merged, version)
        FROM graph_minutes WHERE merged != 0 GROUP BY grouping, minute)
      ORDER BY start DESC, seconds, grouping LIMIT ${integer(limit)}`,
    { grouping: TEXT, seconds: INT64, start: INT64, versions: UINT64, oldest: DAY },
  )
  return rows.map((row) => ({ ...row, seconds: Number(row.seconds), start: Number(row.start) }))
}

/** Each minute goes to the longest merge that lies in its range. */
function coverRanges(
  { grouping, ranges }: GraphSource,
  merges: readonly GraphMerge[],
): readonly GraphSource[] {
  const sources: GraphSource[] = []
  let left = ranges
  for (const seconds of LENGTHS) {
    const merged = merges
      .filter((merge) => merge.seconds === seconds)
      .map(({ start }) => ({ from: start, to: start + seconds }))
    const covers = left.map((range) => coverRange(range, merged))
    const covered = covers.flatMap((cover) => cover.covered)
    const made = mergedGrouping(grouping, seconds)
    if (covered.length > 0) sources.push({ grouping: made, ranges: covered })
    left = covers.flatMap((cover) => cover.left)
  }
  return left.length === 0 ? sources : [...sources, { grouping, ranges: left }]
}

/** What of a range the merges cover that lie in it, ascending, and what they leave. */
function coverRange({ from, to }: MinuteRange, merged: readonly MinuteRange[]) {
  const covered: MinuteRange[] = []
  const left: MinuteRange[] = []
  let next = from
  for (const merge of merged) {
    if (merge.from < next || merge.to > to) continue
    if (next < merge.from) left.push({ from: next, to: merge.from })
    addRange(covered, merge)
    next = merge.to
  }
  if (next < to) left.push({ from: next, to })
  return { covered, left }
}

/** Ranges that touch become one. */
function addRange(ranges: MinuteRange[], { from, to }: MinuteRange): void {
  const last = ranges.at(-1)
  if (last?.to === from) ranges[ranges.length - 1] = { from: last.from, to }
  else ranges.push({ from, to })
}

const ALL_LENGTHS = sql`[${joinSql(
  LENGTHS.map((seconds) => sql`${integer(seconds)}`),
  ', ',
)}]`
const STRETCH = sql`intDiv(toInt64(toUnixTimestamp(minute)), seconds) * seconds`
const MERGED_LENGTH = sql`toInt64(substring(grouping, 2, position(grouping, ' ') - 2))`
