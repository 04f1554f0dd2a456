import { BOOL, TEXT, UINT64 } from './column.ts'
import type { Database } from './database.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { sql, unsigned } from './sql.ts'

/** One version of one setting. */
export type SettingRow = {
  /** Empty, but for rows of versions that kept settings for each account and region. */
  readonly account: string
  readonly region: string
  readonly kind: string
  readonly key: string
  /** Later changes have larger ones. */
  readonly version: bigint
  readonly deleted: boolean
  /** JSON text; empty for a removed one. */
  readonly document: string
}

/** Where settings are kept. */
export type SettingsMedium = {
  /** The newest version of every key that changed after `version`. @throws StoreError */
  readSince(version: bigint): Promise<readonly SettingRow[]>
  /** Resolves when the row is on the medium. @throws StoreError; the row may be there then */
  append(row: SettingRow): Promise<void>
}

/** Settings in the engine's table. */
export function settingsTable(database: Database): SettingsMedium {
  return {
    readSince: async (version) => {
      const rows = await database.rows(
        sql`SELECT account, region, kind, key, max(settings.version) AS newest,
            argMax(settings.deleted, settings.version) AS is_deleted,
            argMax(settings.document, settings.version) AS last_document
          FROM settings WHERE settings.version > ${unsigned(version)}
          GROUP BY account, region, kind, key`,
        RESULT,
      )
      return rows.map(({ newest, is_deleted, last_document, ...names }) => ({
        ...names,
        version: newest,
        deleted: is_deleted,
        document: last_document,
      }))
    },
    append: async (row) => {
      const writer = new RowBinaryWriter(4096)
      for (const name of ['account', 'region', 'kind', 'key'] as const) writer.text(row[name])
      writer.uint64(row.version)
      writer.bool(row.deleted)
      writer.text(row.document)
      const token = `setting-${row.account}-${row.region}-${row.kind}-${row.version}`
      await database.insert(INSERT, once(writer.take()), token)
    },
  }
}

const INSERT =
  'INSERT INTO settings (account, region, kind, key, version, deleted, document) FORMAT RowBinary'

const RESULT = {
  account: TEXT,
  region: TEXT,
  kind: TEXT,
  key: TEXT,
  newest: UINT64,
  is_deleted: BOOL,
  last_document: TEXT,
} as const

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
