import {
  Engine,
  type RequestContext,
  type SpoolFile,
} from '../../packages/server/src/store/engine/engine.ts'
import type { BodyInsert, ReadStatement } from '../../packages/server/src/store/engine/statement.ts'

/**
 * One engine as a cluster of two shards, as far as it can be one. Reads are ClickHouse's own distributed reads: each
 * sharded table is read through `remote` of two addresses of this engine, and each address sees the rows of
 * its shard only. What an engine without a keeper cannot do is done plainly: nothing is replicated,
 * statements `ON CLUSTER` run once, and inserts go to the rows at once.
 */
export class ShardedEngine extends Engine {
  override async command(text: string, context: RequestContext): Promise<Uint8Array> {
    let answer: Uint8Array = Buffer.alloc(0)
    for (const statement of plainStatements(text)) {
      answer = await super.command(statement, context)
    }
    return answer
  }

  override async insert(insert: BodyInsert, file: string, context: RequestContext): Promise<void> {
    const isWhole = SHARDED.includes(insert.table)
    const rows = `${insert.table}_local`
    const target = isWhole ? insert.target.replace(insert.table, rows) : insert.target
    const table = isWhole ? rows : insert.table
    await super.insert({ ...insert, target, table }, file, context)
  }

  override async readBuffered(
    statement: ReadStatement,
    context: RequestContext,
  ): Promise<Uint8Array> {
    return await super.readBuffered(plainRead(statement), context)
  }

  override async readToFile(statement: ReadStatement, context: RequestContext): Promise<SpoolFile> {
    return await super.readToFile(plainRead(statement), context)
  }
}

const SHARDED = ['spans', 'documents', 'trace_minutes']
const DISTRIBUTED = /^(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE) `(\w+)`\.(\w+) (?:AS|ADD COLUMN)\b/

function plainStatements(text: string): readonly string[] {
  const plain = text
    .replaceAll(/ ON CLUSTER `two`/g, '')
    .replace(/Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, (\w+))?\)/, '$1($2)')
    .replace(
      /\breplicated_deduplication_window = (\d+), replicated_deduplication_window_seconds = \d+/,
      'non_replicated_deduplication_window = $1',
    )
  const [, database = '', table = ''] = DISTRIBUTED.exec(plain) ?? []
  if (!SHARDED.includes(table)) return [plain]
  const shard = `\`${database}\`.${table}_shard`
  return [
    `CREATE OR REPLACE VIEW ${shard} AS SELECT * FROM \`${database}\`.${table}_local
      WHERE cityHash64(trace_id) % 2 = shardNum() - 1`,
    `CREATE OR REPLACE TABLE \`${database}\`.${table} AS
      remote('127.0.0.1,localhost', '${database}', '${table}_shard')`,
  ]
}

function plainRead(statement: ReadStatement): ReadStatement {
  const body = statement.body.replaceAll(/clusterAllReplicas\('two', ([\w.]+)\)/g, '$1')
  return { ...statement, body }
}
