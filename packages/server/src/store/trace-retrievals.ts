import type { TraceId, UnixNanos } from '@fluoroscope/model'
import { ARRAY, BOOL, type ColumnList, INSTANT, TEXT, TRACE_ID, UINT64 } from './column.ts'
import type { Database } from './database.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { instant, sql, text } from './sql.ts'

/** Traces that somebody asked for, to be read page by page. */
export type TraceRetrieval = {
  /** 32 hexadecimal digits, by chance. */
  readonly id: string
  /** Documents received later do not belong to it. */
  readonly created: UnixNanos
  readonly cancelled: boolean
  /** Both ends belong to the range of the traces' starts. */
  readonly from: UnixNanos
  readonly to: UnixNanos
  /** In the order they were asked for. */
  readonly traceIds: readonly TraceId[]
}

/** Retrievals in the engine's table: any server of the store knows them, also after a restart. */
export class TraceRetrievals {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Undefined for one that is not known (any more). @throws StoreError */
  async find(id: string): Promise<TraceRetrieval | undefined> {
    const [row] = await this.#database.rows(
      sql`SELECT id, created, cancelled, range_from, range_to, trace_ids FROM trace_retrievals
        WHERE id = ${text(id)} ORDER BY cancelled DESC LIMIT 1`,
      COLUMNS,
    )
    if (row === undefined) return undefined
    const { range_from: from, range_to: to, trace_ids: traceIds, ...rest } = row
    return { ...rest, from, to, traceIds }
  }

  /** How many were made after `instant`, cancelled ones included. @throws StoreError */
  async countSince(created: UnixNanos): Promise<number> {
    const [row] = await this.#database.rows(
      sql`SELECT uniqExact(id) AS number FROM trace_retrievals WHERE created > ${instant(created)}`,
      { number: UINT64 },
    )
    return Number(row?.number ?? 0n)
  }

  /** Keeps a retrieval, or that it was cancelled; on the medium then. @throws StoreError */
  async put(retrieval: TraceRetrieval): Promise<void> {
    const { id, created, cancelled, from, to, traceIds } = retrieval
    const writer = new RowBinaryWriter(4096)
    COLUMNS.id.write(writer, id)
    COLUMNS.created.write(writer, created)
    COLUMNS.cancelled.write(writer, cancelled)
    COLUMNS.range_from.write(writer, from)
    COLUMNS.range_to.write(writer, to)
    COLUMNS.trace_ids.write(writer, traceIds)
    const token = `retrieval-${id}-${cancelled ? 'cancelled' : 'made'}`
    await this.#database.insert(INSERT, once(writer.take()), token)
  }
}

const COLUMNS = {
  id: TEXT,
  created: INSTANT,
  cancelled: BOOL,
  range_from: INSTANT,
  range_to: INSTANT,
  trace_ids: ARRAY(TRACE_ID),
} as const satisfies ColumnList

const INSERT = `INSERT INTO trace_retrievals (${Object.keys(COLUMNS).join(', ')}) FORMAT RowBinary`

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
