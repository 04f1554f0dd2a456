import type { ColumnList, Row } from './column.ts'
import type { Sql } from './sql.ts'

/** The engine as the rest of the program sees it: embedded and cluster behave the same. */
export type Database = {
  /**
   * The whole result in memory, at most `limits.rows` rows.
   * @throws StoreError `query-limit` where a limit is met: a result is never cut short in silence
   */
  rows<Columns extends ColumnList>(
    query: Sql,
    columns: Columns,
    limits?: QueryLimits,
  ): Promise<readonly Row<Columns>[]>

  /**
   * A large result piece by piece; leaving the loop gives up the rest. A cluster's query runs as long
   * as its result is read: do not wait for anything slow between the batches. (The embedded engine
   * writes the whole result to a file first, so it knows no first row before the last.)
   * @throws StoreError as `rows`
   */
  batches<Columns extends ColumnList>(
    query: Sql,
    columns: Columns,
    limits?: QueryLimits,
  ): AsyncIterable<readonly Row<Columns>[]>

  /** A statement without a result. @throws StoreError */
  command(statement: Sql): Promise<void>

  /**
   * Inserts RowBinary rows; resolves when they are on the medium. All rows become visible together.
   * The same bytes with the same token add nothing, also after a restart of the engine.
   * @param statement `INSERT INTO t FORMAT RowBinary`, or
   *   `INSERT INTO t (a, b) SELECT … FROM input('a String, b UInt8') FORMAT RowBinary`; our own text
   * @param rowBinary whole rows altogether; pieces may end anywhere
   * @throws StoreError
   */
  insert(statement: string, rowBinary: AsyncIterable<Uint8Array>, token: string): Promise<void>
}

/** What one query may cost; what is left out has a default. */
export type QueryLimits = {
  /** Seconds in the engine, 30. */
  readonly seconds?: number
  /** Rows of the result, 1,000,000; `batches` has no such limit unless told. */
  readonly rows?: number
  /** Bytes of memory in the engine, 1 GiB. */
  readonly memoryBytes?: number
  /** Ends the query in the engine when it fires. */
  readonly signal?: AbortSignal
}

/**
 * `unavailable`: the engine is away or overloaded, the same may succeed later.
 * `disk-full`: no room on the medium. `query-limit`: the query met one of its limits.
 * `failed`: anything else, a fault of ours or of the stored bytes.
 */
export type StoreErrorReason = 'unavailable' | 'disk-full' | 'query-limit' | 'failed'

/** The store did not do what it was asked to. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly reason: StoreErrorReason

  constructor(message: string, reason: StoreErrorReason, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
