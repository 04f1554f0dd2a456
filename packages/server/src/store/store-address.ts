import type { Endpoint } from './click-house-client.ts'
import { PLAIN_TABLES, type TableLayout } from './table-layout.ts'

/** A ClickHouse server or cluster, as `--store` names it. */
export type StoreAddress = {
  readonly endpoint: Endpoint
  readonly database: string
  readonly layout: TableLayout
  /** For a person: without user, password and settings. */
  readonly shown: string
}

/**
 * Reads `http(s)://user:password@host:port/database?cluster=name&setting=value`: whatever is said beside
 * `cluster` is a setting of every statement, and wins over ours.
 */
export function storeAddress(given: URL): StoreAddress {
  const url = new URL(given)
  const username = decodeURIComponent(url.username) || 'default'
  const password = decodeURIComponent(url.password)
  const database = url.pathname.slice(1) || 'default'
  const cluster = url.searchParams.get('cluster')
  url.username = ''
  url.password = ''
  url.pathname = `/${database}`
  const shown = `${url.origin}${url.pathname}${cluster === null ? '' : `?cluster=${cluster}`}`
  url.searchParams.delete('cluster')
  if (cluster !== null) addClusterSettings(url.searchParams)
  const layout: TableLayout =
    cluster === null ? PLAIN_TABLES : { kind: 'cluster', cluster, database }
  return { endpoint: { url: url.href, username, password }, database, layout, shown }
}

function addClusterSettings(settings: URLSearchParams): void {
  for (const [name, value] of CLUSTER_SETTINGS) {
    if (!settings.has(name)) settings.set(name, value)
  }
}

/** Why each: docs/architecture.md, "On a cluster". */
const CLUSTER_SETTINGS = [
  // A subquery means what it means on one server: all shards, asked once.
  ['distributed_product_mode', 'global'],
  // Answered when the rows are on their shards, not when they wait in a queue of one server.
  ['distributed_foreground_insert', '1'],
  // Never a part for the whole.
  ['skip_unavailable_shards', '0'],
  // Changes are looked for by the time of their insert, up to ten seconds back.
  ['max_replica_delay_for_distributed_queries', '5'],
  ['fallback_to_stale_replicas_for_distributed_queries', '0'],
  // A trace that is asked for by its id is asked of its shard.
  ['optimize_skip_unused_shards', '1'],
] as const
