import { statementFingerprint, unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../test/support/database.ts'
import { startTestDatabase } from '../../../../test/support/database.ts'
import type { Json } from '../../../../test/support/traces.ts'
import {
  BASE_SECONDS,
  receivedDocument,
  segmentJson,
  subsegmentJson,
} from '../../../../test/support/traces.ts'
import { trustedSql } from '../store/sql.ts'
import { findStatementTrend, type StatementQuestion } from './statement-trend.ts'

let store: TestDatabase

const STATEMENT = 'SELECT * FROM orders WHERE id = 7'
const QUESTION: StatementQuestion = {
  statement: statementFingerprint('SELECT * FROM orders WHERE id = ?'),
  name: 'orders@db',
  window: { from: at(0), until: at(100) },
  parts: 10,
}

/** Three calls in the first part, two in the last, and what is no such call. */
const CALLS: readonly Json[] = [
  call(1, [0, 0.1]),
  call(2, [1, 1.3], { fault: true }),
  call(3, [9.9, 10.1], { error: true }),
  call(4, [95, 96], { throttle: true, fault: true }),
  call(5, [99, 101], { sql: { sanitized_query: 'SELECT *  FROM orders WHERE id = 99;' } }),
  call(6, [100, 101]),
  call(7, [5, 6], { sql: { sanitized_query: 'SELECT 1' } }),
  call(8, [5, 6], { name: 'other@db' }),
  call(9, [5, 6], { sql: undefined }),
]

beforeAll(async () => {
  store = await startTestDatabase()
  const documents = CALLS.map(documentOf)
  await store.insert(documents)
  // Sent again, and as it was before it was done: neither is another call.
  await store.insert(documents.slice(0, 2))
  const { end_time: _end, ...open } = call(1, [0, 0.1])
  await store.insert([documentOf({ ...open, in_progress: true })])
})

afterAll(() => store.stop())

test('calls with a statement, by the part of the time in which they start', async () => {
  const trend = await findStatementTrend(store.database, QUESTION)
  expect(trend).toEqual({
    // Nearest rank of 0.1, 0.2, 0.3, 1 and 2 s.
    total: { calls: 5, faults: 1, errors: 2, median: 300_000_000, p95: 2_000_000_000 },
    parts: new Map([
      [0, { calls: 3, faults: 1, errors: 1, median: 200_000_000, p95: 300_000_000 }],
      [9, { calls: 2, faults: 0, errors: 1, median: 2_000_000_000, p95: 2_000_000_000 }],
    ]),
    readFrom: at(0),
    unread: 0,
    untold: 0,
  })
})

test('where there are too many, the newest parts are read and the others counted', async () => {
  const trend = await findStatementTrend(store.database, QUESTION, 4)
  expect(trend).toMatchObject({
    total: { calls: 2 },
    readFrom: at(10),
    // Two of the three were sent twice.
    unread: 5,
  })
  expect([...trend.parts.keys()]).toEqual([9])
})

test('a statement nobody sent has no calls', async () => {
  const trend = await findStatementTrend(store.database, { ...QUESTION, statement: 77n })
  expect(trend).toMatchObject({ total: undefined, parts: new Map(), unread: 0 })
})

test('calls of before statements were kept are told apart', async () => {
  await store.insert([documentOf(call(20, [50, 51]))])
  await store.database.command(
    trustedSql('ALTER TABLE spans UPDATE statement = 0 WHERE id = 20 SETTINGS mutations_sync = 1'),
  )
  const trend = await findStatementTrend(store.database, QUESTION)
  expect(trend).toMatchObject({ total: { calls: 5 }, untold: 1 })
})

function at(seconds: number) {
  return unixNanos(BigInt(BASE_SECONDS + seconds) * 1_000_000_000n)
}

function call(id: number, [start, end]: readonly [number, number], more: Json = {}): Json {
  return subsegmentJson(id, 'orders@db', [start, end], {
    namespace: 'remote',
    sql: { sanitized_query: STATEMENT },
    ...more,
  })
}

function documentOf(subsegment: Json) {
  const { in_progress: open, ...rest } = subsegment
  const [start] = [Number(rest['start_time']) - BASE_SECONDS]
  const json = segmentJson(1000 + Number(rest['id']), 'shop', [start, start + 9], {
    subsegments: [open === true ? { ...rest, in_progress: true } : rest],
  })
  return { received: receivedDocument(json), text: JSON.stringify(json) }
}
