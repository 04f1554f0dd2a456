import type { IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ClickHouseClient,
  ClickHouseError,
  type ClickHouseRequest,
  type Endpoint,
} from './click-house-client.ts'
import type { ColumnList, Row } from './column.ts'
import { type Database, type QueryLimits, StoreError, type StoreErrorReason } from './database.ts'
import { guardTail } from './exception-tail.ts'
import { ResultReader } from './result-reader.ts'
import type { Sql } from './sql.ts'

export type { Endpoint } from './click-house-client.ts'

/** The engine over ClickHouse's HTTP interface: the embedded one and a cluster alike. */
export class ClickHouseDatabase implements Database {
  readonly #endpoint: () => Promise<Endpoint>
  #client: ClickHouseClient | undefined
  #url: string | undefined

  /** @param endpoint asked before every statement: a restarted engine listens somewhere else */
  constructor(endpoint: () => Promise<Endpoint>) {
    this.#endpoint = endpoint
  }

  stop(): void {
    this.#client?.stop()
    this.#client = undefined
    this.#url = undefined
  }

  async rows<Columns extends ColumnList>(
    query: Sql,
    columns: Columns,
    limits: QueryLimits = {},
  ): Promise<readonly Row<Columns>[]> {
    return await this.#retried(async () => {
      const bounded = { ...limits, rows: limits.rows ?? DEFAULT_ROWS }
      const stream = await this.#select(query, bounded, { wait_end_of_query: 1 })
      const reader = new ResultReader(columns)
      const rows: Row<Columns>[] = []
      // Read as it arrives, so that a long result does not stop the event loop for long.
      for await (const chunk of stream) {
        for (const row of reader.read(chunk)) rows.push(row)
      }
      reader.end()
      return rows
    }, limits.signal)
  }

  async *batches<Columns extends ColumnList>(
    query: Sql,
    columns: Columns,
    limits: QueryLimits = {},
  ): AsyncGenerator<readonly Row<Columns>[]> {
    // Until the first row has left nothing has happened: so far it may be tried again.
    const stream = await this.#retried(() => this.#select(query, limits, {}), limits.signal)
    const tag = String(stream.headers['x-clickhouse-exception-tag'] ?? '')
    const reader = new ResultReader(columns)
    try {
      for await (const chunk of guardTail(stream, tag)) {
        limits.signal?.throwIfAborted()
        const rows = reader.read(chunk)
        if (rows.length > 0) yield rows
      }
      reader.end()
    } catch (cause) {
      throw storeError('the result broke off', cause)
    } finally {
      stream.destroy()
    }
  }

  /** @param settings for this statement alone; `database` is one of them */
  async command(statement: Sql, settings: ClickHouseRequest['settings'] = {}): Promise<void> {
    try {
      const { text, parameters } = statement
      await this.#execute({ statement: text, parameters, settings, isChange: true })
    } catch (cause) {
      throw storeError(`statement failed: ${firstWords(statement.text)}`, cause)
    }
  }

  async insert(
    statement: string,
    rowBinary: AsyncIterable<Uint8Array>,
    token: string,
  ): Promise<void> {
    try {
      const settings = { ...ONE_BLOCK, insert_deduplication_token: token }
      await this.#execute({ statement, settings, rows: rowBinary })
    } catch (cause) {
      const error = storeError(`insert failed: ${firstWords(statement)}`, cause)
      // For rows that must go in sooner or later, no memory now is no reason to give up.
      if (error.reason !== 'query-limit') throw error
      throw new StoreError(error.message, 'unavailable', { cause })
    }
  }

  /** A result of nothing: its end is the answer. */
  async #execute(request: ClickHouseRequest): Promise<void> {
    const client = await this.#connect()
    const response = await client.send(request)
    await finished(response.resume())
  }

  async #select(
    query: Sql,
    limits: QueryLimits,
    settings: { wait_end_of_query?: 1 },
  ): Promise<IncomingMessage> {
    try {
      const client = await this.#connect()
      return await client.send({
        statement: `${query.text}\nFORMAT RowBinaryWithNamesAndTypes`,
        parameters: query.parameters,
        settings: {
          ...settings,
          max_execution_time: limits.seconds ?? DEFAULT_SECONDS,
          max_memory_usage: limits.memoryBytes ?? DEFAULT_MEMORY_BYTES,
          max_result_rows: limits.rows ?? 0,
        },
        signal: limits.signal,
      })
    } catch (cause) {
      throw storeError(`query failed: ${firstWords(query.text)}`, cause)
    }
  }

  /** Tries again where the connection broke: the engine may have died, and is back in a moment. */
  async #retried<Answer>(
    attempt: () => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    for (const pause of RETRY_PAUSES_MS) {
      try {
        return await attempt()
      } catch (cause) {
        const error = storeError('the result broke off', cause)
        const answered = error.reason !== 'unavailable' || error.cause instanceof ClickHouseError
        if (answered || signal?.aborted) throw error
        await sleep(pause)
      }
    }
    return await attempt()
  }

  async #connect(): Promise<ClickHouseClient> {
    const endpoint = await this.#endpoint()
    if (this.#client !== undefined && this.#url === endpoint.url) return this.#client
    this.#client?.stop()
    this.#client = new ClickHouseClient(endpoint)
    this.#url = endpoint.url
    return this.#client
  }
}

const DEFAULT_ROWS = 1_000_000
const DEFAULT_SECONDS = 30
const DEFAULT_MEMORY_BYTES = 1024 ** 3
/** The first: until the death of the engine is noticed. Waiting for its return is the endpoint's. */
const RETRY_PAUSES_MS = [50, 250]

/**
 * An insert is one block a partition, whatever its size: then it becomes visible as one, and its
 * deduplication token stands for all of it.
 */
const ONE_BLOCK = {
  async_insert: 0,
  // What a newer version of the program left in a journal must not lose its columns in silence.
  input_format_skip_unknown_fields: 0,
  max_threads: 1,
  max_insert_threads: '1',
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '100000000000',
} as const

const REASONS: Readonly<Record<string, StoreErrorReason>> = {
  // TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES,
  // QUERY_WAS_CANCELLED, TOO_MANY_ROWS_OR_BYTES
  158: 'query-limit',
  159: 'query-limit',
  160: 'query-limit',
  241: 'query-limit',
  307: 'query-limit',
  394: 'query-limit',
  396: 'query-limit',
  // NOT_ENOUGH_SPACE
  243: 'disk-full',
  // TOO_MANY_SIMULTANEOUS_QUERIES, SOCKET_TIMEOUT, NETWORK_ERROR, TABLE_IS_READ_ONLY,
  // TOO_MANY_PARTS, ALL_CONNECTION_TRIES_FAILED, KEEPER_EXCEPTION
  202: 'unavailable',
  209: 'unavailable',
  210: 'unavailable',
  242: 'unavailable',
  252: 'unavailable',
  279: 'unavailable',
  999: 'unavailable',
}

/** What went wrong, in the store's words; what no engine answered is a broken connection. */
function storeError(what: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  if (!(cause instanceof ClickHouseError)) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new StoreError(`${what}: ${reason}`, 'unavailable', { cause })
  }
  // The engine tells the system's error number in the text only.
  const noRoom = /errno: 28\b|No space left on device/.test(cause.message)
  const reason = noRoom ? 'disk-full' : (REASONS[cause.code] ?? 'failed')
  return new StoreError(`${what}: ${cause.message}`, reason, { cause })
}

function firstWords(statement: string): string {
  return statement.trim().replaceAll(/\s+/g, ' ').slice(0, 80)
}
