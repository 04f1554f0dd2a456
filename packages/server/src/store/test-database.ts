import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type LogLevel } from '../lib/log.ts'
import { ClickHouseDatabase } from './click-house-database.ts'
import { openDataDirectory } from './data-directory.ts'
import { EmbeddedEngine } from './engine/embedded-engine.ts'
import { migrate, readMigrations } from './migrate.ts'

/** For tests only: an engine of its own in a temporary directory, with the tables in it. */
export type TestDatabase = {
  readonly database: ClickHouseDatabase
  readonly engine: EmbeddedEngine
  readonly directory: string
  /** Ends the engine and removes the directory. */
  stop(): Promise<void>
}

export async function startTestDatabase(level: LogLevel = 'silent'): Promise<TestDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'fluoroscope-'))
  const data = await openDataDirectory(directory)
  const engine = new EmbeddedEngine({
    directory: data.engine,
    spoolDirectory: data.spool,
    memoryBytes: 2 * 1024 ** 3,
    readers: 4,
    log: createLog({ level }),
  })
  await engine.start()
  const database = new ClickHouseDatabase(() => engine.endpoint())
  await migrate(database, await readMigrations())
  return {
    database,
    engine,
    directory,
    async stop() {
      await database.stop()
      await engine.stop()
      await data.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
