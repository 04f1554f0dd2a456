import { TEXT } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { sql } from '../store/sql.ts'

/** Names of all services that sent a segment, sorted by code points. @throws StoreError */
export async function findServiceNames(database: Database): Promise<readonly string[]> {
  const query = sql`SELECT name FROM spans WHERE kind = 'segment' GROUP BY name ORDER BY name`
  return (await database.rows(query, { name: TEXT })).map(({ name }) => name)
}
