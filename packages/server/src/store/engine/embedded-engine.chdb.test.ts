import { fork } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../lib/log.ts'
import type { ClickHouseDatabase } from '../click-house-database.ts'
import { TEXT, UINT8, UINT64 } from '../column.ts'
import { RowBinaryWriter } from '../row-binary.ts'
import { sql, trustedSql } from '../sql.ts'
import { startTestDatabase, type TestDatabase } from '../test-database.ts'
import { EmbeddedEngine } from './embedded-engine.ts'

let fixture: TestDatabase
let database: ClickHouseDatabase

beforeAll(async () => {
  fixture = await startTestDatabase()
  database = fixture.database
  await database.command(
    trustedSql(`CREATE TABLE kept (n UInt64, day Date, v String) ENGINE = MergeTree
      PARTITION BY day ORDER BY n
      SETTINGS non_replicated_deduplication_window = 100, fsync_after_insert = 1, fsync_part_directory = 1`),
  )
})

afterAll(() => fixture.stop())

const ROWS = 100_000

/** Over two partitions, so that a crash may come between them. */
function rows(from: number): Uint8Array {
  const writer = new RowBinaryWriter()
  for (let index = 0; index < ROWS; index++) {
    writer.uint64(BigInt(from + index))
    writer.uint16(20_000 + (index % 2))
    writer.text(`value ${index}`)
  }
  return writer.take()
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function insert(token: string, from: number): Promise<void> {
  await database.insert('INSERT INTO kept FORMAT RowBinary', pieces(rows(from)), token)
}

async function count(): Promise<bigint | undefined> {
  const [row] = await database.rows(sql`SELECT count() AS n FROM kept`, { n: UINT64 })
  return row?.n
}

function killEngine(): void {
  const { pid } = fixture.engine
  if (pid === undefined) throw new Error('the engine is not running')
  process.kill(pid, 'SIGKILL')
}

test('an insert without a list of columns sees the columns of this moment', async () => {
  const one = async function* (...texts: readonly string[]) {
    const writer = new RowBinaryWriter()
    for (const text of texts) writer.text(text)
    yield writer.take()
  }
  await database.command(sql`CREATE TABLE changing (a String) ENGINE = MergeTree ORDER BY a`)
  await database.insert('INSERT INTO changing FORMAT RowBinary', one('1'), 'changing-1')
  await database.command(sql`ALTER TABLE changing ADD COLUMN b String`)
  await database.insert('INSERT INTO changing FORMAT RowBinary', one('2', 'two'), 'changing-2')
  await database.command(sql`ALTER TABLE changing DROP COLUMN b`)
  await database.insert('INSERT INTO changing FORMAT RowBinary', one('3'), 'changing-3')
  const kept = await database.rows(sql`SELECT a FROM changing ORDER BY a`, { a: TEXT })
  expect(kept).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }])
})

test('the same rows with the same token are added once, across kill -9 as well', async () => {
  await insert('token-a', 0)
  await insert('token-a', 0)
  expect(await count()).toBe(BigInt(ROWS))
  await insert('token-b', 0)
  expect(await count()).toBe(2n * BigInt(ROWS))
  killEngine()
  await expect.poll(() => fixture.engine.restarts, { timeout: 60_000 }).toBe(1)
  await insert('token-a', 0)
  await insert('token-b', 0)
  expect(await count()).toBe(2n * BigInt(ROWS))
  // One insert is one part a partition, however many rows: it shows as a whole or not at all.
  const parts = await database.rows(
    sql`SELECT uniqExact(name) AS n FROM system.parts WHERE table = 'kept' AND level = 0 AND rows > 0`,
    { n: UINT64 },
  )
  expect(parts).toEqual([{ n: 4n }])
})

test('a read that meets the death of the engine is answered after the restart', async () => {
  const restarts = fixture.engine.restarts
  const read = database.rows(
    sql`SELECT sum(sleepEachRow(0.1)) AS s, 'whole' AS v FROM numbers(10)`,
    { s: UINT64, v: TEXT },
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  killEngine()
  expect(await read).toEqual([{ s: 0n, v: 'whole' }])
  expect(fixture.engine.restarts).toBe(restarts + 1)
})

test('an insert that meets it is refused as unavailable, and its repetition leaves each row once', async () => {
  const before = (await count()) ?? 0n
  for (let round = 0; round < 4; round++) {
    const token = `mid-${round}`
    const running = insert(token, 0)
    // Looked at below; it may fail before that, and must not count as unhandled.
    running.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 5 + round * 15))
    killEngine()
    const outcome = await running.then(
      () => 'stored',
      (error: unknown) => error,
    )
    if (outcome !== 'stored') {
      expect(outcome).toMatchObject({ name: 'StoreError', reason: 'unavailable' })
    }
    await expect
      .poll(() => insert(token, 0).then(() => 'stored', String), { timeout: 60_000 })
      .toBe('stored')
    expect(await count()).toBe(before + BigInt(ROWS * (round + 1)))
  }
})

test('nothing is left in the spool', async () => {
  expect(await readdir(join(fixture.directory, 'spool'))).toEqual([])
})

test('a second engine on the same directory is refused with the reason', async () => {
  const second = new EmbeddedEngine({
    directory: join(fixture.directory, 'engine'),
    spoolDirectory: await mkdtemp(join(tmpdir(), 'fluoroscope-')),
    memoryBytes: 1024 ** 3,
    readers: 1,
    log: createLog({ level: 'silent' }),
  })
  await expect(second.start()).rejects.toThrow(/lock/i)
  expect(await database.rows(sql`SELECT 1 AS one`, { one: UINT8 })).toEqual([{ one: 1 }])
})

test('signals to the group leave the engine alone, the death of its parent ends it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fluoroscope-'))
  const engine = await mkdtemp(join(tmpdir(), 'fluoroscope-'))
  const parent = fork(new URL('./embedded-engine-parent.ts', import.meta.url), [engine, directory])
  const pid = await new Promise<number>((resolve) => parent.once('message', resolve))
  process.kill(pid, 'SIGINT')
  process.kill(pid, 'SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(isRunning(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isRunning(pid), { timeout: 2000, interval: 20 }).toBe(false)
  const next = new EmbeddedEngine({
    directory: engine,
    spoolDirectory: directory,
    memoryBytes: 1024 ** 3,
    readers: 1,
    log: createLog({ level: 'silent' }),
  })
  await next.start()
  await next.stop()
  await next.stop()
  await rm(engine, { recursive: true })
  await rm(directory, { recursive: true })
})

test.each([
  [
    'rows behind their statement',
    '',
    'INSERT INTO kept FORMAT JSONEachRow {"n":1}\n\nDROP TABLE kept',
  ],
  ['rows of an unknown column', 'INSERT INTO kept (x) FORMAT RowBinary', 'abc'],
  ['rows of an unknown table', 'INSERT INTO lost FORMAT RowBinary', 'abc'],
  ['half a row', 'INSERT INTO kept FORMAT RowBinary', 'abc'],
  ['rows as values', '', "INSERT INTO kept VALUES (1, 1, 'a')\n\nDROP TABLE kept"],
  [
    'rows behind a query',
    '',
    'INSERT INTO kept SELECT 1, 1, 1 FORMAT CSV 1,1,1\n\nDROP TABLE kept',
  ],
  ['two statements', '', 'SELECT 1; SELECT 2'],
  ['two commands', '', 'SYSTEM FLUSH LOGS; DROP TABLE kept'],
  ['rows without their end', 'INSERT INTO kept FORMAT Values', '(1'],
  ['a parameter that is not given', '', 'SELECT {unknown:String}'],
])('%s are refused', async (_, query, body) => {
  const before = await count()
  const { status, code } = await post(
    query === '' ? '' : `?query=${encodeURIComponent(query)}`,
    body,
  )
  expect(status).toBeGreaterThanOrEqual(400)
  expect(Number(code)).toBeGreaterThan(0)
  expect(await count()).toBe(before)
})

test('payload with blank lines and SQL behind them is payload', async () => {
  const lines = '{"n":"1","day":"2026-01-01","v":"a"}\n\nDROP TABLE kept\n'
  await post(`?query=${encodeURIComponent('INSERT INTO kept FORMAT JSONEachRow')}`, lines)
  expect(await count()).toBeGreaterThan(0n)
})

test('an interrupted body inserts nothing', async () => {
  const before = await count()
  const { url, username, password } = await fixture.engine.endpoint()
  const target = `${url}/?query=${encodeURIComponent('INSERT INTO kept FORMAT RowBinary')}`
  const sending = request(target, { method: 'POST', auth: `${username}:${password}` })
  sending.on('error', () => {})
  sending.write(rows(0).subarray(0, 1_000_000))
  const spooled = () => readdir(join(fixture.directory, 'spool'))
  await expect.poll(spooled).toHaveLength(1)
  sending.destroy()
  await expect.poll(spooled).toEqual([])
  expect(await count()).toBe(before)
})

test('a full queue refuses and the rest is answered', async () => {
  const slow = sql`SELECT sum(sleepEachRow(0.02)) AS s FROM numbers(2)`
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const { status } = await post('', slow.text)
      return status
    }),
  )
  expect([...new Set(outcomes)].sort()).toEqual([200, 503])
  expect(outcomes.filter((status) => status === 200).length).toBeGreaterThanOrEqual(128)
  expect(await count()).toBeGreaterThan(0n)
})

async function post(search: string, body: string): Promise<{ status: number; code: string }> {
  const { url, username, password } = await fixture.engine.endpoint()
  return await new Promise((resolve, reject) => {
    const sending = request(
      `${url}/${search}`,
      { method: 'POST', auth: `${username}:${password}` },
      (response) => {
        response.resume()
        const code = String(response.headers['x-clickhouse-exception-code'] ?? '')
        response.on('end', () => resolve({ status: response.statusCode ?? 0, code }))
      },
    )
    sending.on('error', reject)
    sending.end(body)
  })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
