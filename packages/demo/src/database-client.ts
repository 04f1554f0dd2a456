import { Socket } from 'node:net'
import type Postgres from 'pg'
import { portOf, type Settings } from './settings.ts'

export type DatabaseClient = {
  query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  close(): Promise<void>
}

/**
 * A pool of traced connections to the shop's PostgreSQL.
 * @param postgres the client as it is traced
 */
export function openDatabase(settings: Settings, postgres: typeof Postgres): DatabaseClient {
  const pool = new postgres.Pool({
    host: 'db.shop.internal',
    port: portOf(settings, 'database'),
    database: 'shop',
    user: 'shop',
    max: 4,
    stream: () => new LoopbackSocket(),
  })
  // A broken idle connection is replaced by the pool at the next query, which then says what is wrong.
  pool.on('error', () => {})
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      // A connection first, then the query: `await` brings the caller's segment back after waiting.
      const client = await pool.connect()
      try {
        return await new Promise<readonly Row[]>((resolve, reject) => {
          // The SDK ends its subsegment for callbacks only; a promise leaves it open on an error.
          client.query(text, [...values], (error: Error | null, result) => {
            if (error === null || error === undefined) resolve(result.rows as Row[])
            else reject(error)
          })
        })
      } finally {
        client.release()
      }
    },
    close: () => pool.end(),
  }
}

/** Connects to this machine whatever the host is called. */
class LoopbackSocket extends Socket {
  override connect(...address: unknown[]): this {
    return super.connect(Number(address[0]), '127.0.0.1')
  }
}
