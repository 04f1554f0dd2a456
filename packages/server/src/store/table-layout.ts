import { StoreError } from './database.ts'
import { identifier, type Sql, sql, trustedSql } from './sql.ts'

/** How the tables of `schema/` stand in a store; what reads and inserts uses the same names in both. */
export type TableLayout =
  | { readonly kind: 'plain' }
  /** Replicated tables on every server of a cluster that its configuration names so. */
  | { readonly kind: 'cluster'; readonly cluster: string; readonly database: string }

export const PLAIN_TABLES: TableLayout = { kind: 'plain' }

/**
 * Tables whose rows go to the shard of their trace, so that all of a trace stands on one. All others are
 * small, are whole on every server, and are joined there.
 */
const SHARDED: ReadonlySet<string> = new Set(['spans', 'documents', 'trace_minutes'])
const SHARDING_KEY = 'cityHash64(trace_id)'

/**
 * The statements that do to the tables of a layout what `statement`, one of the schema's, does to plain ones.
 * Pure. A sharded table `x` becomes `x_local`, which holds the rows, and `x`, which reads and inserts them all.
 * @throws StoreError `failed` for a statement of a kind that has no form on a cluster yet
 */
export function layOut(statement: string, layout: TableLayout): readonly string[] {
  if (layout.kind === 'plain') return [statement]
  const { kind, table, rest } = readStatement(statement)
  const place = placeOf(table, layout)
  switch (kind) {
    case 'create': {
      const create = `CREATE TABLE IF NOT EXISTS ${place.rows}${replicated(rest, isSharded(table))}`
      return place.all === place.rows ? [create] : [create, distributed(table, layout)]
    }
    case 'drop':
      // The path of a table in the keeper is free for the next one of its name when it is gone.
      return [...new Set([place.all, place.rows])].map(
        (each) => `DROP TABLE IF EXISTS ${each} SYNC`,
      )
    case 'alter columns':
      // Rows first: what the whole promises must be there on every shard.
      return [...new Set([place.rows, place.all])].map((each) => `ALTER TABLE ${each} ${rest}`)
    case 'alter rows':
      return [`ALTER TABLE ${place.rows} ${rest}`]
  }
}

/** `ALTER TABLE …` of the table that holds the rows of `table`, on all servers. */
export function alterRows(table: string, layout: TableLayout): Sql {
  if (layout.kind === 'plain') return sql`ALTER TABLE ${identifier(table)}`
  return sql`ALTER TABLE ${trustedSql(placeOf(table, layout).rows)}`
}

/** The logical table whose rows `table` holds. */
export function logicalTable(table: string, layout: TableLayout): string {
  return layout.kind === 'cluster' ? table.replace(/_local$/, '') : table
}

/** A system table of every server that holds rows. */
export function systemTable(name: 'parts', layout: TableLayout): Sql {
  const table = trustedSql(`system.${name}`)
  if (layout.kind === 'plain') return table
  return sql`clusterAllReplicas(${trustedSql(`'${layout.cluster}'`)}, ${table})`
}

/** `ON CLUSTER …` with a space before it; nothing for plain tables. */
export function onCluster(layout: TableLayout): string {
  return layout.kind === 'plain' ? '' : ` ON CLUSTER \`${layout.cluster}\``
}

type ClusterLayout = Extract<TableLayout, { kind: 'cluster' }>

type SchemaStatement = {
  readonly kind: 'create' | 'drop' | 'alter columns' | 'alter rows'
  readonly table: string
  /** What follows the name. */
  readonly rest: string
}

const FORMS: readonly (readonly [SchemaStatement['kind'], RegExp])[] = [
  ['create', /^CREATE TABLE IF NOT EXISTS (\w+)(\s*\(.*)$/s],
  ['drop', /^DROP TABLE IF EXISTS (\w+)()$/],
  ['alter columns', /^ALTER TABLE (\w+) ((?:ADD|MODIFY|DROP|COMMENT|RENAME) COLUMN .*)$/s],
  [
    'alter rows',
    /^ALTER TABLE (\w+) ((?:(?:ADD|MATERIALIZE|DROP|CLEAR) INDEX|(?:MODIFY|RESET) SETTING) .*)$/s,
  ],
]

function readStatement(statement: string): SchemaStatement {
  for (const [kind, form] of FORMS) {
    const [, table, rest] = form.exec(statement) ?? []
    if (table !== undefined && rest !== undefined) return { kind, table, rest }
  }
  const words = statement.slice(0, 60).replaceAll(/\s+/g, ' ')
  throw new StoreError(`a statement of the schema has no form on a cluster: ${words}`, 'failed')
}

function isSharded(table: string): boolean {
  return SHARDED.has(table)
}

/** The names of the whole table and of the one that holds rows, with the servers they stand on. */
function placeOf(table: string, layout: ClusterLayout): { readonly all: string; rows: string } {
  const on = (name: string) => `\`${layout.database}\`.${name}${onCluster(layout)}`
  return { all: on(table), rows: on(isSharded(table) ? `${table}_local` : table) }
}

/** The engine, and how long it remembers tokens: as long as a plain table, and a week. */
function replicated(rest: string, sharded: boolean): string {
  const path = `/clickhouse/tables/${sharded ? '{shard}' : 'all'}/{database}/{table}`
  const replica = sharded ? '{replica}' : '{shard}-{replica}'
  return rest
    .replace(
      /^ENGINE = (\w*)MergeTree(?:\((\w+)\))?/m,
      (_, kind: string, version: string | undefined) =>
        `ENGINE = Replicated${kind}MergeTree('${path}', '${replica}'${version === undefined ? '' : `, ${version}`})`,
    )
    .replace(
      /\bnon_replicated_deduplication_window = (\d+)/,
      'replicated_deduplication_window = $1, replicated_deduplication_window_seconds = 604800',
    )
}

function distributed(table: string, layout: ClusterLayout): string {
  const { cluster, database } = layout
  const { all } = placeOf(table, layout)
  return `CREATE TABLE IF NOT EXISTS ${all} AS \`${database}\`.${table}_local
ENGINE = Distributed('${cluster}', '${database}', '${table}_local', ${SHARDING_KEY})`
}
