import { parseEntityId, parseTraceId, unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClickHouseDatabase } from './click-house-database.ts'
import {
  ARRAY,
  BOOL,
  type Column,
  DAY,
  ENTITY_ID,
  ENUM8,
  FLOAT64,
  INSTANT,
  INT64,
  MAP_BOOL,
  MAP_FLOAT64,
  MAP_TEXT,
  MINUTE,
  TEXT,
  TRACE_ID,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
} from './column.ts'
import { RowBinaryWriter } from './row-binary.ts'
import {
  entityId,
  instant,
  integer,
  minute,
  sql,
  text,
  traceId,
  traceIds,
  trustedSql,
  unsigned,
} from './sql.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

const HOSTILE = [
  '',
  'plain',
  "it's",
  "'; DROP TABLE victim; --",
  '"double" `back` \\ \\\\ \\n \\N \\0 \\x00',
  'nul \0 inside\0',
  'tab\tline\nreturn\rfeed\fbell\x07back\b',
  '\n\nDROP TABLE victim\n\n',
  '{"a":1}\n\nDROP TABLE victim',
  '😀 naïve ‮ 漢字 \u{10FFFF}',
  '{p0:String} {{x}} $y ?',
  '%00%27%20+&=#',
  "x'4142'",
  '\u2028\u0085 ',
  'long '.repeat(20_000),
] as const

let fixture: TestDatabase
let database: ClickHouseDatabase

beforeAll(async () => {
  fixture = await startTestDatabase()
  database = fixture.database
  await database.command(trustedSql('CREATE TABLE victim (a UInt8) ENGINE = MergeTree ORDER BY a'))
})

afterAll(async () => {
  const [row] = await database.rows(
    sql`SELECT count() AS n FROM system.tables WHERE name = 'victim'`,
    { n: UINT64 },
  )
  expect(row?.n).toBe(1n)
  await fixture.stop()
})

async function* bytes(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk
}

const KIND = ENUM8({ segment: 1, subsegment: 2, negative: -5 })

const COLUMNS: readonly [name: string, type: string, column: Column<unknown>, values: unknown[]][] =
  [
    ['text', 'String', TEXT, [...HOSTILE]],
    ['low', 'LowCardinality(String)', TEXT, [...HOSTILE]],
    ['u8', 'UInt8', UINT8, [0, 1, 127, 128, 255]],
    ['u16', 'UInt16', UINT16, [0, 1, 65_535, 429]],
    ['u32', 'UInt32', UINT32, [0, 4_294_967_295]],
    ['i64', 'Int64', INT64, [0n, -1n, 9_007_199_254_740_993n, -(2n ** 63n), 2n ** 63n - 1n]],
    ['u64', 'UInt64', UINT64, [0n, 9_007_199_254_740_993n, 2n ** 64n - 1n]],
    [
      'f64',
      'Float64',
      FLOAT64,
      [0, -0, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, -Infinity, NaN],
    ],
    ['flag', 'Bool', BOOL, [true, false]],
    [
      'at',
      "DateTime64(9, 'UTC')",
      INSTANT,
      [unixNanos(0n), unixNanos(1_795_388_400_123_456_789n), unixNanos(-1n)],
    ],
    ['minute', "DateTime('UTC')", MINUTE, [0, 1_795_388_400, 4_294_967_295]],
    ['day', 'Date', DAY, [0, 20_779, 65_535]],
    [
      'trace',
      'FixedString(16)',
      TRACE_ID,
      [
        parseTraceId('1-58406520-a006649127e371903a2de979'),
        parseTraceId('00000000000000000000000000000000'),
        parseTraceId('ffffffffffffffffffffffffffffffff'),
      ],
    ],
    [
      'entity',
      'UInt64',
      ENTITY_ID,
      [undefined, parseEntityId('00f067aa0ba902b7'), parseEntityId('ffffffffffffffff')],
    ],
    [
      'kind',
      "Enum8('segment' = 1, 'subsegment' = 2, 'negative' = -5)",
      KIND,
      ['negative', 'segment'],
    ],
    [
      'strings',
      'Map(LowCardinality(String), String)',
      MAP_TEXT,
      [new Map(), new Map(HOSTILE.map((value, index) => [`${index}${value}`, value]))],
    ],
    [
      'numbers',
      'Map(LowCardinality(String), Float64)',
      MAP_FLOAT64,
      [
        new Map([
          ['a', 1.5],
          ["'\0\n", -0.25],
        ]),
      ],
    ],
    [
      'bools',
      'Map(LowCardinality(String), Bool)',
      MAP_BOOL,
      [
        new Map([
          ['yes', true],
          ['no', false],
        ]),
      ],
    ],
    ['list', 'Array(Array(String))', ARRAY(ARRAY(TEXT)), [[], [[], [...HOSTILE]]]],
  ]

test.each(COLUMNS)('a column of %s keeps every value', async (name, type, column, values) => {
  const table = `round_${name}`
  await database.command(
    trustedSql(`CREATE TABLE ${table} (n UInt32, v ${type}) ENGINE = MergeTree ORDER BY n
      SETTINGS non_replicated_deduplication_window = 10`),
  )
  const writer = new RowBinaryWriter(16)
  for (const [index, value] of values.entries()) {
    writer.uint32(index)
    column.write(writer, value)
  }
  const encoded = writer.take()
  await database.insert(`INSERT INTO ${table} FORMAT RowBinary`, bytes(encoded), `token-${name}`)
  const query = trustedSql(`SELECT v, n FROM ${table} ORDER BY n`)
  const rows = await database.rows(query, { n: UINT32, v: column })
  expect(rows.map(({ v }) => v)).toEqual(values)
  const batched: unknown[] = []
  for await (const batch of database.batches(query, { n: UINT32, v: column })) {
    for (const { v } of batch) batched.push(v)
  }
  expect(batched).toEqual(values)
})

test.each([...HOSTILE.entries()])('hostile value %i stays a value', async (_, value) => {
  const query = sql`SELECT ${text(value)} AS given, length(${text(value)}) AS size`
  const [row] = await database.rows(query, { given: TEXT, size: UINT64 })
  expect(row).toEqual({ given: value, size: BigInt(Buffer.byteLength(value)) })
})

test('every binding gives its value the type of its column', async () => {
  const trace = parseTraceId('1-58406520-a006649127e371903a2de979')!
  const entity = parseEntityId('00f067aa0ba902b7')!
  const query = sql`SELECT ${integer(-5)} AS i, ${unsigned(2n ** 64n - 1n)} AS u,
    ${instant(unixNanos(1_795_388_400_123_456_789n))} AS at, ${minute(1_795_388_400)} AS m,
    ${traceId(trace)} AS t, ${entityId(entity)} AS e, ${entityId(undefined)} AS none`
  const [row] = await database.rows(query, {
    i: INT64,
    u: UINT64,
    at: INSTANT,
    m: MINUTE,
    t: TRACE_ID,
    e: ENTITY_ID,
    none: ENTITY_ID,
  })
  expect(row).toEqual({
    i: -5n,
    u: 2n ** 64n - 1n,
    at: 1_795_388_400_123_456_789n,
    m: 1_795_388_400,
    t: trace,
    e: entity,
    none: undefined,
  })
})

test.each([0, 1, 16, 17, 5000])('%i trace ids find their rows through the index', async (count) => {
  const ids = Array.from({ length: count }, (_, index) =>
    parseTraceId(index.toString(16).padStart(32, '0')),
  ).flatMap((id) => (id === undefined ? [] : [id]))
  const rows = await database.rows(
    sql`SELECT count() AS n FROM (SELECT toFixedString(unhex(leftPad(hex(number), 32, '0')), 16) AS id
      FROM numbers(6000)) WHERE id IN ${traceIds(ids)}`,
    { n: UINT64 },
  )
  expect(rows).toEqual([{ n: BigInt(count) }])
})

test('a column that was renamed or has another type is an error', async () => {
  const query = sql`SELECT 1 AS a, 'x' AS b`
  await expect(database.rows(query, { a: UINT8, c: TEXT })).rejects.toMatchObject({
    name: 'StoreError',
    reason: 'failed',
  })
  await expect(database.rows(query, { a: UINT64, b: TEXT })).rejects.toThrow('a UInt8')
  await expect(database.rows(query, { a: UINT8 })).rejects.toThrow('b String')
  expect(await database.rows(query, { b: TEXT, a: UINT8 })).toEqual([{ a: 1, b: 'x' }])
})

test('rows are selected from the structure of their input', async () => {
  await database.command(
    trustedSql(`CREATE TABLE picked (n UInt64, kind Enum8('a' = 1, 'b' = 2), v String)
      ENGINE = MergeTree ORDER BY n`),
  )
  const writer = new RowBinaryWriter()
  for (const value of HOSTILE) {
    writer.uint8(2)
    writer.text(value)
  }
  const whole = writer.take()
  await database.insert(
    `INSERT INTO picked (n, v, kind) SELECT length(v) AS n, v, kind
      FROM input('kind Enum8(\\'a\\' = 1, \\'b\\' = 2), v String') FORMAT RowBinary`,
    bytes(whole.subarray(0, 3), whole.subarray(3, 50), whole.subarray(50)),
    'picked-1',
  )
  const rows = await database.rows(sql`SELECT v FROM picked`, { v: TEXT })
  expect(rows.map(({ v }) => v).sort()).toEqual([...HOSTILE].sort())
})

test('a token stands for the rows of our own tables too, defaults included', async () => {
  const trace = parseTraceId('1-58406520-a006649127e371903a2de979')!
  const writer = new RowBinaryWriter()
  for (let day = 0; day < 3; day++) {
    INSTANT.write(writer, unixNanos(1_795_388_400_000_000_000n + BigInt(day) * 86_400_000_000_000n))
    MINUTE.write(writer, 1_795_388_400)
    TRACE_ID.write(writer, trace)
    writer.uint64(7n)
    for (const value of ['000000000000', 'us-east-1', '{}']) writer.text(value)
  }
  const encoded = writer.take()
  const statement =
    'INSERT INTO documents (received, minute, trace_id, id, account, region, document) FORMAT RowBinary'
  for (let round = 0; round < 3; round++) {
    await database.insert(statement, bytes(encoded), 'documents-1')
    const [row] = await database.rows(sql`SELECT count() AS n FROM documents`, { n: UINT64 })
    expect(row?.n).toBe(3n)
  }
})

test('large results come in batches, and leaving early frees the place', async () => {
  const query = sql`SELECT number, toString(number) AS name FROM numbers(300000)`
  let next = 0n
  for await (const batch of database.batches(query, { number: UINT64, name: TEXT })) {
    for (const { number, name } of batch) {
      if (number !== next || name !== String(next)) throw new Error(`row ${next} is ${number}`)
      next += 1n
    }
  }
  expect(next).toBe(300_000n)
  for (let round = 0; round < 10; round++) {
    for await (const batch of database.batches(query, { number: UINT64, name: TEXT })) {
      expect(batch.length).toBeGreaterThan(0)
      break
    }
  }
})

test('limits end a query with the reason, and the next answer is clean', async () => {
  const endless = sql`SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1`
  const memory = sql`SELECT uniqExact(number) AS n FROM numbers(100000000)`
  const many = sql`SELECT number AS n FROM numbers(2000000)`
  const late = sql`SELECT throwIf(number = 400000) AS n FROM numbers(500000) SETTINGS max_threads = 1`
  const cases = [
    [endless, { seconds: 1 }, 'query-limit'],
    [memory, { memoryBytes: 50_000_000 }, 'query-limit'],
    [many, {}, 'query-limit'],
    [many, { rows: 1000 }, 'query-limit'],
    [late, {}, 'failed'],
    [sql`SELEC 1`, {}, 'failed'],
  ] as const
  for (const [query, limits, reason] of cases) {
    await expect(database.rows(query, { n: UINT64 }, limits)).rejects.toMatchObject({ reason })
    for (let session = 0; session < 8; session++) {
      expect(await database.rows(sql`SELECT 5 AS five`, { five: UINT8 })).toEqual([{ five: 5 }])
    }
  }
})

test('failed, cancelled, left and good queries beside each other never mix their answers', async () => {
  const endless = sql`SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1`
  const failing = sql`SELECT throwIf(number = 3000) AS n FROM numbers(100000) SETTINGS max_block_size = 1000`
  const many = sql`SELECT number AS n FROM numbers(50000)`
  const seen = { answered: 0, failed: 0, cancelled: 0 }
  const steps = [
    async () => {
      await expect(database.rows(failing, { n: UINT8 })).rejects.toMatchObject({ reason: 'failed' })
      seen.failed += 1
    },
    async () => {
      const signal = AbortSignal.timeout(20)
      await expect(database.rows(endless, { n: UINT64 }, { signal })).rejects.toThrow()
      seen.cancelled += 1
    },
    async () => {
      for await (const batch of database.batches(many, { n: UINT64 })) {
        expect(batch[0]?.n).toBe(0n)
        break
      }
    },
    async (mark: string) => {
      expect(await database.rows(sql`SELECT ${text(mark)} AS v`, { v: TEXT })).toEqual([
        { v: mark },
      ])
      seen.answered += 1
    },
  ]
  const until = performance.now() + 3000
  await Promise.all(
    Array.from({ length: 8 }, async (_, client) => {
      for (let round = client; performance.now() < until; round++) {
        await steps[round % steps.length]?.(`client ${client} round ${round}`)
      }
    }),
  )
  expect(Math.min(seen.answered, seen.failed, seen.cancelled)).toBeGreaterThan(5)
})

test('a slow bound query does not hold up a fast one', async () => {
  const slow = database.rows(
    sql`SELECT sum(sleepEachRow(0.1)) AS s, ${text('slow')} AS v FROM numbers(15)`,
    { s: UINT64, v: TEXT },
  )
  let isSlowDone = false
  void slow.then(() => {
    isSlowDone = true
  })
  await database.rows(sql`SELECT ${text('fast')} AS v`, { v: TEXT })
  expect(isSlowDone).toBe(false)
  expect(await slow).toEqual([{ s: 0n, v: 'slow' }])
})

test('a query nobody waits for ends in the engine', async () => {
  const abort = new AbortController()
  const running = database.rows(
    sql`SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 1`,
    { n: UINT64 },
    { signal: abort.signal },
  )
  const count = sql`SELECT count() AS n FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'`
  await expect.poll(async () => (await database.rows(count, { n: UINT64 }))[0]?.n).toBe(1n)
  abort.abort()
  await expect(running).rejects.toMatchObject({ name: 'StoreError' })
  await expect.poll(async () => (await database.rows(count, { n: UINT64 }))[0]?.n).toBe(0n)
})

test('the same address serves a second client, as a cluster would, and only with the secret', async () => {
  const { url, username = '', password = '' } = await fixture.engine.endpoint()
  const withSecret = new URL(url)
  withSecret.username = username
  withSecret.password = password
  const second = new ClickHouseDatabase(() => Promise.resolve({ url: withSecret.href }))
  expect(await second.rows(sql`SELECT ${text("a'b")} AS v`, { v: TEXT })).toEqual([{ v: "a'b" }])
  await second.stop()
  const stranger = new ClickHouseDatabase(() => Promise.resolve({ url, username, password: 'x' }))
  await expect(stranger.rows(sql`SELECT 1 AS v`, { v: UINT8 })).rejects.toThrow('secret')
  await stranger.stop()
})
