import { parseSegmentDocument, type UnixNanos } from '@fluoroscope/model'
import { createLog } from '../../packages/server/src/lib/log.ts'
import { ClickHouseDatabase } from '../../packages/server/src/store/click-house-database.ts'
import { type ColumnList, TEXT } from '../../packages/server/src/store/column.ts'
import { openDataDirectory } from '../../packages/server/src/store/data-directory.ts'
import type { Database } from '../../packages/server/src/store/database.ts'
import { EmbeddedEngine } from '../../packages/server/src/store/engine/embedded-engine.ts'
import { migrate, readMigrations } from '../../packages/server/src/store/migrate.ts'
import {
  DOCUMENT_COLUMNS,
  RowEncoder,
  TRACE_MINUTE_COLUMNS,
} from '../../packages/server/src/store/segment-row.ts'
import { SPAN_COLUMNS } from '../../packages/server/src/store/span-row.ts'
import { sql, text, trustedSql } from '../../packages/server/src/store/sql.ts'

export type SeededDocument = { readonly text: string; readonly received: UnixNanos }

/**
 * Makes a data directory as a program left it that knew the schema up to a version: its tables, and the rows of the
 * documents in the columns there were. What later versions keep for speed alone is not there.
 */
export async function seedStore(
  path: string,
  version: number,
  documents: readonly SeededDocument[],
): Promise<void> {
  const data = await openDataDirectory(path)
  const engine = new EmbeddedEngine({
    directory: data.engine,
    spoolDirectory: data.spool,
    memoryBytes: 1024 ** 3,
    readers: 1,
    log: createLog({ level: 'error' }),
  })
  const database = new ClickHouseDatabase(() => engine.endpoint())
  try {
    await engine.start()
    const migrations = await readMigrations()
    await migrate(database, migrations.slice(0, version))
    const encoder = new RowEncoder()
    for (const { text: document, received } of documents) {
      const parsed = parseSegmentDocument(document)
      if (!parsed.ok) throw new Error(parsed.problem.code)
      const receipt = { received, account: '000000000000', region: 'us-east-1' }
      encoder.add({ document: parsed.value.document, ...receipt }, document)
    }
    const rows = encoder.take()
    await insertKnown(database, 'trace_minutes', TRACE_MINUTE_COLUMNS, rows.minutes)
    await insertKnown(database, 'spans', SPAN_COLUMNS, rows.spans)
    await insertKnown(database, 'documents', DOCUMENT_COLUMNS, rows.documents)
  } finally {
    database.stop()
    await engine.stop()
    await data.close()
  }
}

/** Of each row the columns that the table has, where there is one. */
async function insertKnown(
  database: Database,
  table: string,
  columns: ColumnList,
  block: Uint8Array,
): Promise<void> {
  const known = await database.rows(
    sql`SELECT name FROM system.columns WHERE database = currentDatabase() AND table = ${text(table)}`,
    { name: TEXT },
  )
  const names = Object.keys(columns).filter((name) => known.some((each) => each.name === name))
  if (names.length === 0) return
  const structure = Object.entries(columns).map(([name, { type }]) => `${name} ${type}`)
  const whole = `seeded_${table}`
  const make = `CREATE TABLE ${whole} (${structure.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`
  await database.command(trustedSql(make))
  await database.insert(`INSERT INTO ${whole} FORMAT Native`, once(block), whole)
  const list = names.map((name) => `\`${name}\``).join(', ')
  await database.command(trustedSql(`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${whole}`))
  await database.command(trustedSql(`DROP TABLE ${whole} SYNC`))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
