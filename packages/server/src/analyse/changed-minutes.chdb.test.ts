import { afterAll, beforeAll, expect, test } from 'vitest'
import { UINT64 } from '../store/column.ts'
import { type Database, StoreError } from '../store/database.ts'
import { integer, type Sql, sql } from '../store/sql.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import { ChangedMinutes } from './changed-minutes.ts'
import { insertSent, newTime, newTraceIds, sentOf, settle } from './test-sent-documents.ts'

const SETTINGS = {
  quietMs: 0,
  latestMs: 0,
  overlapMs: 1,
  saveMs: 0,
  neglectedMs: 3_600_000,
  rawMinutes: 15,
}
const MINUTE = 60
const ALL = { from: 0, to: 2 ** 32 }
const MOST_DOCUMENTS = 2

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 300_000)

afterAll(() => store.stop())

test('more changes than one query can hold are found stretch by stretch', async () => {
  let refused = 0
  const narrow = refusing(store.database, () => {
    refused += 1
  })
  const changed = new ChangedMinutes({
    database: narrow,
    monotonicMs: () => performance.now(),
    settings: SETTINGS,
  })
  await changed.search()
  const base = newTime()
  const minutes = [0, 1, 2, 3, 4].map((index) => base + index * MINUTE)
  for (const [index, start] of minutes.entries()) {
    const [trace_id = ''] = newTraceIds()
    const times = { start_time: start, end_time: start + 1 }
    const document = { trace_id, id: `${index}`.padStart(16, 'b'), name: 'front', ...times }
    await insertSent(store.database, [sentOf(document, BigInt(start) * 1_000_000_000n)])
    await settle()
  }
  await changed.search()
  expect(refused).toBeGreaterThan(0)
  const starts = minutes.map((start) => start - (start % MINUTE))
  expect([...changed.changed(ALL)].sort()).toEqual(starts)
  // What was gone through is not gone through again.
  refused = 0
  await changed.search()
  expect(refused).toBe(0)
})

test('a limit that is met however short the stretch is told', async () => {
  const problem = new StoreError('too many rows', 'query-limit')
  const database = { ...bound(store.database), rows: failing(problem) }
  const changed = new ChangedMinutes({
    database,
    monotonicMs: () => performance.now(),
    settings: SETTINGS,
  })
  await expect(changed.search()).rejects.toBe(problem)

  function failing(cause: StoreError): Database['rows'] {
    return async (query, columns, limits) => {
      if (isSearch(query)) throw cause
      return store.database.rows(query, columns, limits)
    }
  }
})

/** A store in which a query holds the changes of few documents. */
function refusing(database: Database, onRefusal: () => void): Database {
  return {
    ...bound(database),
    async rows(query, columns, limits) {
      if (isSearch(query) && (await documentsWithin(query)) > MOST_DOCUMENTS) {
        onRefusal()
        throw new StoreError('memory limit exceeded', 'query-limit')
      }
      return database.rows(query, columns, limits)
    },
  }
}

async function documentsWithin({ parameters }: Sql): Promise<number> {
  const times = new Set(
    Object.values(parameters)
      .map(Number)
      .filter((time) => time > 1e12),
  )
  const [since = 0, until = Number.MAX_SAFE_INTEGER] = [...times].sort()
  const [row] = await store.database.rows(
    sql`SELECT count() AS documents FROM documents
      WHERE toUnixTimestamp64Milli(inserted) >= ${integer(since)}
        AND toUnixTimestamp64Milli(inserted) < ${integer(until)}`,
    { documents: UINT64 },
  )
  return Number(row?.documents ?? 0n)
}

function isSearch(query: { readonly text: string }): boolean {
  return query.text.includes('fromUnixTimestamp64Milli')
}

function bound(database: Database): Database {
  return {
    rows: (query, columns, limits) => database.rows(query, columns, limits),
    batches: (query, columns, limits) => database.batches(query, columns, limits),
    command: (statement) => database.command(statement),
    insert: (statement, rows, token) => database.insert(statement, rows, token),
  }
}
