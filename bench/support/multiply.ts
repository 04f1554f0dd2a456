import { createLog } from '../../packages/server/src/lib/log.ts'
import { ClickHouseDatabase } from '../../packages/server/src/store/click-house-database.ts'
import { openDataDirectory } from '../../packages/server/src/store/data-directory.ts'
import { EmbeddedEngine } from '../../packages/server/src/store/engine/embedded-engine.ts'
import { integer, type Sql, sql } from '../../packages/server/src/store/sql.ts'

/**
 * Adds `copies` more of every trace in a data directory that no server has open, within the engine: at the same
 * times and with the same content, under ids of their own, in rows and documents. What is derived from
 * them is made by the next server that opens the directory, as of anything that has come.
 */
export async function multiplyTraces(folder: string, copies: number): Promise<void> {
  const data = await openDataDirectory(folder)
  const engine = new EmbeddedEngine({
    directory: data.engine,
    spoolDirectory: data.spool,
    memoryBytes: ENGINE_BYTES,
    readers: 1,
    log: createLog({ level: 'error' }),
  })
  await engine.start()
  const database = new ClickHouseDatabase(() => engine.endpoint())
  try {
    for (let slice = 0; slice <= copies; slice++) {
      for (const statement of copyStatements(copies, slice).slice(Number(process.env['ONLY'] ?? 0)))
        await database.command(statement)
    }
  } finally {
    database.stop()
    await engine.stop()
    await data.close()
  }
}

const ENGINE_BYTES = 4 * 1024 ** 3

/**
 * All copies of what lies in one minute of so many, so that no statement takes too long, and none reads what
 * another has copied. Documents last, as always: what has changed is found by them.
 */
function copyStatements(copies: number, slice: number): readonly Sql[] {
  const each = sql`ARRAY JOIN range(1, ${integer(copies + 1)}) AS copy
    WHERE modulo(intDiv(toUnixTimestamp(minute), 60), ${integer(copies + 1)}) = ${integer(slice)}`
  return [
    sql`INSERT INTO trace_minutes SELECT * REPLACE (${NEW_ID} AS trace_id) FROM trace_minutes ${each}`,
    sql`INSERT INTO spans SELECT * REPLACE (${NEW_ID} AS trace_id) FROM spans ${each}`,
    sql`INSERT INTO documents SELECT * REPLACE (
        ${NEW_ID} AS trace_id,
        now64(3) AS inserted,
        replaceAll(document, ${textOf(sql`documents.trace_id`)}, ${textOf(NEW_ID)}) AS document
      ) FROM documents ${each}`,
  ]
}

/** The id with other last bits. */
const NEW_ID = sql`toFixedString(concat(
  substring(trace_id, 1, 15), char(bitXor(reinterpretAsUInt8(substring(trace_id, 16, 1)), copy))
), 16)`

/** As documents write it. */
function textOf(id: Sql): Sql {
  return sql`concat('1-', lower(hex(substring(${id}, 1, 4))), '-', lower(hex(substring(${id}, 5, 12))))`
}
