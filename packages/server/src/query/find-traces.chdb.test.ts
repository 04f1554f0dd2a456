import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../test/support/database.ts'
import { startTestDatabase } from '../../../../test/support/database.ts'
import type { Json } from '../../../../test/support/traces.ts'
import {
  entityIdText,
  receivedDocument,
  segmentJson,
  subsegmentJson,
  traceIdOf,
} from '../../../../test/support/traces.ts'
import { TEXT } from '../store/column.ts'
import { sql, traceIds } from '../store/sql.ts'
import { assembleTrace } from './assemble-trace.ts'
import { findTraces } from './find-traces.ts'
import { findLinkingSegments } from './linking-segments.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
})

afterAll(() => store.stop())

function stored(json: Json, receivedAt?: number) {
  return { received: receivedDocument(json, receivedAt), text: JSON.stringify(json) }
}

function numberedTrace(number: number): string {
  return `1-68f00000-${number.toString(16).padStart(24, '0')}`
}

test('traces come back as their documents make them, unknown ones are absent', async () => {
  const [first, second, unknown] = [1, 2, 3].map(numberedTrace)
  const early = stored({
    ...segmentJson(1, 'front', [0, 1], {
      trace_id: first,
      subsegments: [subsegmentJson(2, 'back', [0, 1], { namespace: 'remote' })],
    }),
  })
  // An hour later by its own clock, and a day later by ours.
  const late = stored(
    segmentJson(3, 'back', [3600, 3601], { trace_id: first, parent_id: entityIdText(2) }),
    86_400,
  )
  const other = stored(segmentJson(1, 'other', [0, 1], { trace_id: second }))
  await store.insert([early, other])
  await store.insert([late])
  const traces = await findTraces(
    store.database,
    [first, unknown, second].map((id) => traceIdOf(id ?? '')),
  )
  expect([...traces.keys()].sort()).toEqual([first, second])
  const id = traceIdOf(first ?? '')
  expect(traces.get(id)).toEqual({
    ...assembleTrace(id, [early.received, late.received]),
    limitExceeded: false,
    documents: 2,
  })
})

test('rows that were stored twice change nothing', async () => {
  const id = traceIdOf(numberedTrace(10))
  const document = stored(segmentJson(1, 'twice', [0, 1], { trace_id: id }))
  await store.insert([document])
  await store.insert([document])
  const trace = (await findTraces(store.database, [id])).get(id)
  expect(trace?.segments).toHaveLength(1)
  expect(trace?.revision).toBe(1)
})

test('no ids, no query', async () => {
  expect((await findTraces(store.database, [])).size).toBe(0)
})

test('a random W3C id is found in both of its spellings', async () => {
  const id = traceIdOf('f3a1c2d4e5f60718293a4b5c6d7e8f90')
  await store.insert([stored(segmentJson(1, 'otel', [0, 1], { trace_id: id }))])
  expect((await findTraces(store.database, [id])).get(id)?.segments[0]?.name).toBe('otel')
})

test('what is beyond the limits is left out and said so', async () => {
  const id = traceIdOf(numberedTrace(20))
  const documents = Array.from({ length: 10 }, (_, index) =>
    stored(
      segmentJson(1 + index, `part-${index}`, [index, index + 1], { trace_id: id }),
      10 + index,
    ),
  )
  await store.insert(documents.toReversed())
  const length = documents[0]?.text.length ?? 0
  const few = (await findTraces(store.database, [id], { documents: 4, bytes: 1e9 })).get(id)
  expect(few).toMatchObject({ limitExceeded: true, documents: 4 })
  expect(few?.segments.map((segment) => segment.name)).toEqual([
    'part-0',
    'part-1',
    'part-2',
    'part-3',
  ])
  const short = await findTraces(store.database, [id], {
    documents: 100,
    bytes: length * 3 + 2,
  })
  expect(short.get(id)).toMatchObject({ limitExceeded: true, documents: 3 })
  const exact = await findTraces(store.database, [id], { documents: 10, bytes: 1e9 })
  expect(exact.get(id)).toMatchObject({ limitExceeded: false, documents: 10 })
})

test('a stored document that cannot be read is told apart by trace and document', async () => {
  const id = traceIdOf(numberedTrace(30))
  const { received } = stored(segmentJson(1, 'broken', [0, 1], { trace_id: id }))
  await store.insert([{ received, text: '{"id":"0000000000000001"}' }])
  await expect(findTraces(store.database, [id])).rejects.toThrow(
    `stored document 0000000000000001 of trace ${id}`,
  )
})

test('the documents of a trace are found by the primary key', async () => {
  const id = traceIdOf(numberedTrace(1))
  const plan = await store.database.rows(
    sql`EXPLAIN indexes = 1 SELECT document FROM documents WHERE (minute, trace_id) IN (
      SELECT minute, trace_id FROM trace_minutes WHERE trace_id IN ${traceIds([id])})`,
    { explain: TEXT },
  )
  const text = plan.map((row) => row.explain).join('\n')
  expect(text).toMatch(/PrimaryKey[\s\S]*minute[\s\S]*trace_id/)
})

test('a trace of a hundred thousand documents', { timeout: 600_000 }, async () => {
  const id = traceIdOf(numberedTrace(40))
  const count = 100_000
  const root = stored(segmentJson(1, 'root', [0, 1000], { trace_id: id }))
  for (let from = 0; from < count - 1; from += 20_000) {
    const size = Math.min(20_000, count - 1 - from)
    const documents = Array.from({ length: size }, (_, index) => {
      const number = from + index
      const child = subsegmentJson(2 + number, 'step', [number / 1000, number / 1000 + 0.01])
      const extra = { type: 'subsegment', trace_id: id, parent_id: entityIdText(1) }
      return stored({ ...child, ...extra })
    })
    await store.insert(from === 0 ? [root, ...documents] : documents)
  }
  const trace = (await findTraces(store.database, [id])).get(id)
  expect(trace).toMatchObject({ limitExceeded: false, documents: count })
  expect(trace?.segments[0]?.subsegments).toHaveLength(count - 1)
})

test('a trace knows the segments that its messages have started, each once, by their start', async () => {
  const [sender, first, second] = [20, 21, 22].map(numberedTrace)
  const linkTo = (trace: string | undefined, id: string, type = 'parent') => ({
    trace_id: trace ?? '',
    id,
    attributes: { 'aws.xray.reserved.reference_type': type },
  })
  const [one, two] = [entityIdText(2), entityIdText(3)]
  const later = segmentJson(1, 'later', [7, 8], {
    trace_id: first,
    links: [linkTo(sender, one), linkTo(second, two), linkTo(sender, two), linkTo(sender, one)],
  })
  const { end_time: _, ...open } = later
  await store.insert([
    stored(segmentJson(2, 'sender', [0, 1], { trace_id: sender, links: [linkTo(sender, one)] })),
    stored({ ...open, in_progress: true }),
    stored(later, 60),
    stored(segmentJson(1, 'sooner', [5, 6], { trace_id: second, links: [linkTo(sender, one)] })),
    // A child's link tells that it belongs together, not that a message started it.
    stored(
      segmentJson(4, 'child', [5, 6], { trace_id: second, links: [linkTo(sender, one, 'child')] }),
    ),
  ])
  const found = await findLinkingSegments(store.database, traceIdOf(sender ?? ''), 10)
  expect(found.map(({ name, traceId, sentBy }) => [name, traceId, [...sentBy].sort()])).toEqual([
    ['sooner', second, [one]],
    ['later', first, [one, two].sort()],
  ])
  expect(found[1]?.id).toBe(entityIdText(1))
  expect(await findLinkingSegments(store.database, traceIdOf(sender ?? ''), 1)).toHaveLength(1)
  expect(await findLinkingSegments(store.database, traceIdOf(numberedTrace(23)), 10)).toEqual([])
})
