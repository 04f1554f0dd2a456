import { setTimeout as sleep } from 'node:timers/promises'
import type { UnixNanos } from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import { type ColumnList, INSTANT, type Row, TEXT, UINT64 } from './column.ts'
import type { Database } from './database.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { integer, sql, text } from './sql.ts'

/** What a client reported of a rule, or what was granted to it for that. */
export type SharedStatistics = {
  readonly kind: 'statistics'
  readonly at: UnixNanos
  readonly rule: string
  readonly client: string
  readonly requests: number
  readonly sampled: number
  readonly borrowed: number
  /** Requests a second, until `quotaEnd`. */
  readonly quota: number
  readonly quotaEnd: UnixNanos
}

/** What a client reported of the anomalies under a rule. */
type SharedAnomalies = {
  readonly kind: 'anomalies'
  readonly at: UnixNanos
  readonly rule: string
  readonly total: number
  readonly anomalies: number
}

export type SharedReport = SharedStatistics | SharedAnomalies

export type SharedReportsOptions = {
  readonly database: Database
  /** This server; no other has the name. */
  readonly server: string
  readonly log: Log
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
}

/**
 * Reports of sampling as all servers of a store see them: what one is told, the others know some two seconds
 * later. They are worth little and soon repeated: those that cannot be written are left out, and logged.
 */
export class SharedReports {
  readonly #options: SharedReportsOptions
  readonly #waiting: SharedReport[] = []
  #writing: Promise<void> | undefined
  #readAt: number | undefined
  /** Of the last reading, which the next overlaps. */
  #seen: ReadonlySet<string> = new Set()

  constructor(options: SharedReportsOptions) {
    this.#options = options
  }

  /** Has others know of the reports within a second or so. */
  put(reports: readonly SharedReport[]): void {
    this.#waiting.push(...reports)
    if (this.#waiting.length > 0) this.#writing ??= this.#writeLater()
  }

  /** What others were told since the last time, the oldest first; nothing within a second of it. */
  async takeNew(): Promise<readonly SharedReport[]> {
    const { monotonicMs, log } = this.#options
    const now = monotonicMs()
    const since = this.#readAt === undefined ? LIFE_MS : Math.min(now - this.#readAt, LIFE_MS)
    if (since < EVERY_MS) return []
    this.#readAt = now
    try {
      return await this.#read(since + OVERLAP_MS)
    } catch (cause) {
      log.warn('reports of sampling of other servers cannot be read', { reason: String(cause) })
      return []
    }
  }

  async #read(milliseconds: number): Promise<readonly SharedReport[]> {
    const { database, server } = this.#options
    const rows = await database.rows(
      sql`SELECT server, at, rule, client, requests, sampled, borrowed, quota, quota_end, total, anomalies
        FROM sampling_reports
        WHERE inserted >= now64(3) - toIntervalMillisecond(${integer(Math.ceil(milliseconds))})
          AND server != ${text(server)}
        ORDER BY at, rule, client`,
      COLUMNS,
    )
    const keyOf = (row: ReportRow) =>
      JSON.stringify([row.server, `${row.at}`, row.rule, row.client])
    const news = rows.filter((row) => !this.#seen.has(keyOf(row)))
    this.#seen = new Set(rows.map(keyOf))
    return news.map(reportOf)
  }

  async #writeLater(): Promise<void> {
    await sleep(EVERY_MS, undefined, { ref: false })
    const reports = this.#waiting.splice(0)
    this.#writing = undefined
    try {
      await this.#write(reports)
    } catch (cause) {
      const fields = { reports: reports.length, reason: String(cause) }
      this.#options.log.warn('reports of sampling cannot be told to other servers', fields)
    }
  }

  async #write(reports: readonly SharedReport[]): Promise<void> {
    const { database, server } = this.#options
    const writer = new RowBinaryWriter(4096)
    for (const report of reports) {
      const row = rowOf(server, report)
      for (const name of NAMES) COLUMNS[name].write(writer, row[name] as never)
    }
    const [first] = reports
    const token = `sampling-${server}-${first?.at}-${reports.length}`
    await database.insert(INSERT, once(writer.take()), token)
  }
}

/** Longest between two inserts, or two readings. */
const EVERY_MS = 1000
/** From the stamp of a row to its being visible. */
const OVERLAP_MS = 10_000
/** As long as clients count (xray-behaviour 11.4). */
const LIFE_MS = 300_000

const COLUMNS = {
  server: TEXT,
  at: INSTANT,
  rule: TEXT,
  client: TEXT,
  requests: UINT64,
  sampled: UINT64,
  borrowed: UINT64,
  quota: UINT64,
  quota_end: INSTANT,
  total: UINT64,
  anomalies: UINT64,
} as const satisfies ColumnList

type ReportRow = Row<typeof COLUMNS>

const NAMES = Object.keys(COLUMNS) as readonly (keyof typeof COLUMNS)[]
const INSERT = `INSERT INTO sampling_reports (${NAMES.join(', ')}) FORMAT RowBinary`

function rowOf(server: string, report: SharedReport): ReportRow {
  const { at, rule } = report
  const none = { client: '', requests: 0n, sampled: 0n, borrowed: 0n, quota: 0n, quota_end: at }
  const shared = { server, at, rule, ...none, total: 0n, anomalies: 0n }
  if (report.kind === 'anomalies') {
    return { ...shared, total: BigInt(report.total), anomalies: BigInt(report.anomalies) }
  }
  return {
    ...shared,
    client: report.client,
    requests: BigInt(report.requests),
    sampled: BigInt(report.sampled),
    borrowed: BigInt(report.borrowed),
    quota: BigInt(report.quota),
    quota_end: report.quotaEnd,
  }
}

function reportOf({ at, rule, client, quota_end: quotaEnd, ...row }: ReportRow): SharedReport {
  if (client === '') {
    return {
      kind: 'anomalies',
      at,
      rule,
      total: Number(row.total),
      anomalies: Number(row.anomalies),
    }
  }
  return {
    kind: 'statistics',
    at,
    rule,
    client,
    requests: Number(row.requests),
    sampled: Number(row.sampled),
    borrowed: Number(row.borrowed),
    quota: Number(row.quota),
    quotaEnd,
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
