import { parseTraceId, type TraceId } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ARRAY, MAP_FLOAT64, MAP_TEXT, type Row, TEXT, TRACE_ID, UINT64 } from './column.ts'
import { NativeBlock } from './native-block.ts'
import { sql } from './sql.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

const COLUMNS = {
  at: UINT64,
  name: TEXT,
  trace: TRACE_ID,
  texts: MAP_TEXT,
  numbers: MAP_FLOAT64,
  list: ARRAY(TEXT),
} as const

type Line = Row<typeof COLUMNS>

let store: TestDatabase
let token = 0

beforeAll(async () => {
  store = await startTestDatabase()
  await store.database.command(sql`
    CREATE TABLE lines
    (
      at UInt64, name LowCardinality(String), trace FixedString(16),
      texts Map(LowCardinality(String), String), numbers Map(LowCardinality(String), Float64), list Array(String)
    )
    ENGINE = MergeTree ORDER BY at SETTINGS non_replicated_deduplication_window = 100`)
})

afterAll(() => store?.stop())

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const line: fc.Arbitrary<Line> = fc.record({
  at: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  name: fc.oneof(text, fc.string({ minLength: 120, maxLength: 300 })),
  trace: fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })
    .map((hex) => traceIdOf(`1-${hex.slice(0, 8)}-${hex.slice(8)}`)),
  texts: fc.array(fc.tuple(text, text), { maxLength: 4 }).map((entries) => new Map(entries)),
  numbers: fc
    .array(fc.tuple(text, fc.double({ noNaN: true })), { maxLength: 4 })
    .map((entries) => new Map(entries)),
  list: fc.array(text, { maxLength: 4 }),
})

test('blocks behind one another are one part of all their rows, once for a token', async () => {
  const block = new NativeBlock(COLUMNS)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 5 }),
      async (blocks) => {
        await store.database.command(sql`TRUNCATE TABLE lines`)
        const parts = blocks.map((lines) => {
          for (const each of lines) add(block, each)
          expect(block.rows).toBe(lines.length)
          return block.take()
        })
        const sent = blocks.flat()
        token += 1
        for (let repeat = 0; repeat < 2 && sent.length > 0; repeat++) {
          await store.database.insert(
            'INSERT INTO lines FORMAT Native',
            each(parts),
            `lines-${token}`,
          )
        }
        const [count] = await store.database.rows(sql`SELECT uniq(_part) AS parts FROM lines`, {
          parts: UINT64,
        })
        expect(count?.parts).toBe(sent.length === 0 ? 0n : 1n)
        const rows = await store.database.rows(sql`SELECT * FROM lines`, COLUMNS)
        expect(sorted(rows)).toEqual(sorted(sent))
      },
    ),
    { numRuns: 60 },
  )
})

test('rows of a program that knew fewer columns leave the others empty, of one that knew more are refused', async () => {
  await store.database.command(sql`CREATE TABLE grown (at UInt64, text String, list Array(UInt64),
    kind Enum8('old' = 0, 'new' = 1)) ENGINE = MergeTree ORDER BY at`)
  const older = new NativeBlock({ at: UINT64 })
  older.columns.at.uint32(1)
  older.columns.at.uint32(0)
  older.endRow()
  const statement = 'INSERT INTO grown (at, text, list, kind) FORMAT Native'
  await store.database.insert(statement, once(older.take()), 'older')
  const rows = await store.database.rows(
    sql`SELECT at, text, length(list) AS length, toString(kind) AS kind FROM grown`,
    {
      at: UINT64,
      text: TEXT,
      length: UINT64,
      kind: TEXT,
    },
  )
  expect(rows).toEqual([{ at: 1n, text: '', length: 0n, kind: 'old' }])

  const newer = new NativeBlock({ at: UINT64, weight: UINT64 })
  for (const column of [newer.columns.at, newer.columns.weight]) {
    column.uint32(2)
    column.uint32(0)
  }
  newer.endRow()
  await expect(store.database.insert(statement, once(newer.take()), 'newer')).rejects.toThrow(
    'weight',
  )
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function add(block: NativeBlock<typeof COLUMNS>, { at, name, trace, texts, numbers, list }: Line) {
  const { columns } = block
  columns.at.uint64(at)
  columns.name.text(name)
  columns.trace.traceId(trace)
  for (const [key, value] of texts) {
    columns.texts.keys.text(key)
    columns.texts.values.text(value)
  }
  columns.texts.end(texts.size)
  for (const [key, value] of numbers) {
    columns.numbers.keys.text(key)
    columns.numbers.values.float64(value)
  }
  columns.numbers.end(numbers.size)
  for (const value of list) columns.list.values.text(value)
  columns.list.end(list.length)
  block.endRow()
}

function sorted(lines: readonly Line[]): readonly string[] {
  const printed = lines.map(({ at, texts, numbers, ...rest }) =>
    JSON.stringify([
      String(at),
      [...texts],
      [...numbers].map(([key, value]) => [key, Object.is(value, -0) ? '-0' : String(value)]),
      rest,
    ]),
  )
  return printed.sort()
}

function traceIdOf(id: string): TraceId {
  const parsed = parseTraceId(id)
  if (parsed === undefined) throw new Error(`${id} is no trace id`)
  return parsed
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts.filter((part) => part.length > 0)
}
