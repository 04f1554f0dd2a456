import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReceivedDocument } from '@fluoroscope/model'
import { createLog } from '../../packages/server/src/lib/log.ts'
import { ClickHouseDatabase } from '../../packages/server/src/store/click-house-database.ts'
import type { Database } from '../../packages/server/src/store/database.ts'
import { EmbeddedEngine } from '../../packages/server/src/store/engine/embedded-engine.ts'
import { migrate, readMigrations } from '../../packages/server/src/store/migrate.ts'
import {
  type EncodedRows,
  INSERT_DOCUMENTS,
  INSERT_SPANS,
  INSERT_TRACE_MINUTES,
  RowEncoder,
} from '../../packages/server/src/store/segment-row.ts'

/** The real engine with the real tables in a folder of its own. */
export type TestDatabase = {
  readonly database: Database
  /** Inserts the rows of accepted documents at once; they are visible when it resolves. */
  insert(documents: readonly StoredDocument[]): Promise<void>
  /** The same of rows. */
  insertRows(rows: EncodedRows): Promise<void>
  stop(): Promise<void>
}

export type StoredDocument = { readonly received: ReceivedDocument; readonly text: string }

export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'fluoroscope-database-'))
  const directory = join(folder, 'engine')
  const spoolDirectory = join(folder, 'spool')
  await Promise.all([directory, spoolDirectory].map((path) => mkdir(path)))
  const engine = new EmbeddedEngine({
    directory,
    spoolDirectory,
    memoryBytes: 1024 ** 3,
    readers: 2,
    log: createLog({ level: 'error' }),
  })
  const database = new ClickHouseDatabase(() => engine.endpoint())
  await engine.start()
  await migrate(database, await readMigrations())
  let batches = 0
  const insertRows = async (rows: EncodedRows) => {
    batches += 1
    await database.insert(INSERT_SPANS, once(rows.spans), `spans-${batches}`)
    await database.insert(INSERT_DOCUMENTS, once(rows.documents), `documents-${batches}`)
    await database.insert(INSERT_TRACE_MINUTES, once(rows.minutes), `minutes-${batches}`)
  }
  return {
    database,
    async insert(documents) {
      const encoder = new RowEncoder()
      for (const { received, text } of documents) encoder.add(received, text)
      await insertRows(encoder.take())
    },
    insertRows,
    async stop() {
      await database.stop()
      await engine.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
