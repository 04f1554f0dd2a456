import type { JsonObject } from '../json.ts'
import { knownMembers } from './known-members.ts'
import {
  type AttributeLookup,
  integerOf,
  type SpanAttributes,
  takeText,
  textOf,
} from './span-attributes.ts'

/** Values of `db.system` whose calls have a `sql` block (xray-behaviour 15.4). */
const SQL_SYSTEMS: ReadonlySet<string | undefined> = new Set([
  'db2',
  'derby',
  'hive',
  'mariadb',
  'mssql',
  'mysql',
  'oracle',
  'postgresql',
  'sqlite',
  'teradata',
  'other_sql',
  // The same systems as `db.system.name` spells them.
  'ibm.db2',
  'microsoft.sql_server',
  'oracle.db',
])

/** Members that X-Ray's own calls have besides; a URL of theirs outranks the span's name. */
const XRAY_MEMBERS = [
  'connection_string',
  'url',
  'database_type',
  'database_version',
  'driver_version',
  'user',
  'preparation',
  'sanitized_query',
]

/** The `sql` block of a call to an SQL database, from the old and the new conventions. */
export function sqlOf(spanName: string, attributes: SpanAttributes): JsonObject | undefined {
  if (!attributes.tells('db')) return undefined
  const system = textOf(attributes, 'db.system', 'db.system.name')
  if (!SQL_SYSTEMS.has(system?.toLowerCase())) return undefined
  const connection = takeText(attributes, 'db.connection_string') ?? serverOf(attributes)
  const database = takeText(attributes, 'db.name', 'db.namespace') ?? ''
  return knownMembers([
    ['connection_string', `${connection}/${database}`],
    ['url', spanName],
    ['database_type', takeText(attributes, 'db.system', 'db.system.name')],
    ['user', takeText(attributes, 'db.user')],
    ['sanitized_query', takeText(attributes, 'db.statement', 'db.query.text')],
    ...XRAY_MEMBERS.map(
      (member) => [member, takeText(attributes, `aws.xray.sql.${member}`)] as const,
    ),
  ])
}

/** The new conventions have no connection string; the exporter's word where no server is told. */
function serverOf(attributes: AttributeLookup): string {
  const host = textOf(attributes, 'server.address')
  const port = integerOf(attributes, 'server.port')
  if (host === undefined) return 'localhost'
  return port === undefined ? host : `${host}:${port}`
}
