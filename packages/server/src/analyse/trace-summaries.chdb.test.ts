import type { ReceivedDocument, TraceId, TraceSummary, UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredDocument, TestDatabase } from '../../../../test/support/database.ts'
import { startTestDatabase } from '../../../../test/support/database.ts'
import { filterOf } from '../../../../test/support/filter.ts'
import type { Json } from '../../../../test/support/traces.ts'
import {
  BASE_SECONDS,
  entityIdText,
  receivedDocument,
  segmentJson,
  subsegmentJson,
  traceIdOf,
} from '../../../../test/support/traces.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import { parsePageToken, printPageToken } from '../query/page-token.ts'
import type { TimeRangeType, TraceSearch } from '../query/trace-search.ts'
import { findTraceSummaries } from './trace-summaries.ts'
import { summarizeTrace } from './trace-summary.ts'

const SECOND = 1_000_000_000n

/** Times of these traces, in seconds after the base, as they were made: what a search has to find. */
type Expected = {
  readonly id: TraceId
  readonly start: number
  readonly lastUpdate: number
  readonly ends: readonly number[]
}

let store: TestDatabase
let random = 1
const documents: StoredDocument[] = []
const expected: Expected[] = []

beforeAll(async () => {
  for (let index = 0; index < 240; index++) addOrdinaryTrace(index)
  addOddTraces()
  store = await startTestDatabase()
  const shuffled = documents.toSorted((left, right) => (left.text < right.text ? -1 : 1))
  for (let from = 0; from < shuffled.length; from += 200) {
    await store.insert(shuffled.slice(from, from + 200))
  }
})

afterAll(() => store.stop())

describe.each<[TimeRangeType, number, number]>([
  ['TraceId', 0, 7200],
  ['TraceId', 1000, 2000],
  ['TraceId', -3600, 20],
  ['TraceId', 7000, 90_000],
  ['Event', 0, 7200],
  ['Event', 1500, 1600],
  ['Event', 7000, 90_000],
  ['Service', 0, 7200],
  ['Service', 1500, 1600],
  ['Service', 7000, 90_000],
])('%s from %d to %d s', (timeRangeType, from, to) => {
  const search = searchOf(timeRangeType, from, to)

  test.each([7, 100, 1000])('all pages of %d are the sorted whole', async (pageSize) => {
    const pages = await allPages(search, pageSize)
    expect(pages.flat().map((summary) => summary.id)).toEqual(expectedIds(search))
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(pageSize)
  })

  test('twice the same', async () => {
    expect(await allPages(search, 50)).toEqual(await allPages(search, 50))
  })
})

test('a summary is that of the whole trace', async () => {
  const [page] = await allPages(searchOf('TraceId', 0, 7200), 1000)
  for (const summary of page ?? []) {
    const received = documents
      .map((document) => document.received)
      .filter((document) => idOf(document) === summary.id)
    expect(summary).toEqual(summarizeTrace(assembleTrace(summary.id, received)))
  }
  expect(page?.length).toBeGreaterThan(200)
})

test('both ends of the range belong to it with their whole second', async () => {
  const inRange = async (from: number, to: number) => {
    const pages = await allPages(searchOf('TraceId', from, to), 100)
    return pages.flat().map((summary) => summary.id)
  }
  const id = marked('border')
  expect(await inRange(40_000, 40_000)).toEqual([id])
  expect(await inRange(40_000.9, 40_000.95)).toEqual([id])
  expect(await inRange(39_990, 39_999.99)).toEqual([])
  expect(await inRange(40_001, 40_010)).toEqual([])
})

test('what arrives after the first page waits for the next search', async () => {
  const search = searchOf('TraceId', 50_000, 51_000)
  const first = [1, 2, 3].map((n) => storedSegment(marked(`early${n}`), 1, 50_000 + n, 50_010))
  await store.insert(first)
  const page = await pageOf(search, undefined, 2, 50_020)
  expect(page.summaries.map((summary) => summary.id)).toEqual(['early3', 'early2'].map(marked))
  // One trace more, and one of those already shown turns out to have begun before all others.
  await store.insert([
    storedSegment(marked('late'), 1, 50_001.5, 50_030),
    storedSegment(marked('early3'), 2, 50_000.5, 50_030),
  ])
  const rest = await pageOf(search, page.next, 2, 50_040)
  expect(rest.summaries.map((summary) => summary.id)).toEqual([marked('early1')])
  expect(rest.next).toBeUndefined()
  const again = await allPages(search, 100, 50_040)
  expect(again.flat().map((summary) => summary.id)).toEqual(
    ['early2', 'late', 'early1', 'early3'].map(marked),
  )
})

test('the fraction of a sampled search is the same traces on every page size', async () => {
  const whole = expectedIds(searchOf('Event', 0, 7200))
  const search = { ...searchOf('Event', 0, 7200), sampled: 0.3 }
  const [small, large] = [await allPages(search, 10), await allPages(search, 1000)]
  const ids = large.flat().map((summary) => summary.id)
  expect(small.flat().map((summary) => summary.id)).toEqual(ids)
  expect(ids).toEqual(whole.filter((id) => ids.includes(id)))
  expect(ids.length / whole.length).toBeGreaterThan(0.15)
  expect(ids.length / whole.length).toBeLessThan(0.45)
  const none = await allPages({ ...search, sampled: 0 }, 100)
  expect(none.flat()).toEqual([])
})

test('a filter narrows the search', async () => {
  const filter = filterOf('service("back-7")')
  const pages = await allPages({ ...searchOf('TraceId', 0, 7200), filter }, 100)
  const names = pages.flat().map((summary) => summary.services.map((service) => service.name))
  expect(names.length).toBeGreaterThan(5)
  for (const each of names) expect(each).toContain('back-7')
})

test.each<[TimeRangeType, number, number]>([
  ['TraceId', 0, 7200],
  ['TraceId', 2003, 3017],
  ['Event', 1500, 2500],
  ['Service', 1500, 2500],
])('over all pages of %s from %d to %d s each trace is counted once', async (type, from, to) => {
  const search = searchOf(type, from, to)
  const total = expectedIds(search).length
  expect(total).toBeGreaterThan(5)
  expect(await processedOf(search, 100)).toBe(total)
  const filter = filterOf('service("back-7")')
  const narrowed = await processedOf({ ...search, filter }, 3)
  for (const text of ['service("back-7")', 'annotation.none = 1']) {
    expect(await processedOf({ ...search, filter: filterOf(text) }, 1000)).toBe(narrowed)
  }
  // The rows of superseded documents count as well: one trace in five has one, and they are near.
  const misled = type === 'TraceId' ? 0 : total / 5
  expect(Math.abs(narrowed - total)).toBeLessThanOrEqual(misled)
})

test('a page counts its own part of the range', async () => {
  const search = { ...searchOf('TraceId', 0, 7200), filter: filterOf('service("back-7")') }
  const page = await pageOf(search, undefined, 3)
  const [last] = page.next === undefined ? [] : [page.next.after?.time ?? page.next.window.until]
  const covered = expectedIds(searchOf('TraceId', secondsOf(last ?? instantAt(0)), 7200))
  expect(page.processed).toBeGreaterThan(page.summaries.length)
  expect(Math.abs(page.processed - covered.length)).toBeLessThanOrEqual(1)
})

describe('a search by the time of a service', () => {
  const names = (text: string, from: number, to: number) => {
    const search = { ...searchOf('Service', from, to), filter: filterOf(text) }
    return pageOf(search, undefined, 100, 700_000)
  }

  beforeAll(async () => {
    const id = marked('node')
    const at = 600_000
    const parts = [
      segmentJson(1, 'web', [at, at + 900], {
        trace_id: id,
        annotations: { tier: 'gold' },
        subsegments: [
          subsegmentJson(2, 'rates', [at + 5, at + 5.5], { namespace: 'remote', error: true }),
        ],
      }),
      segmentJson(3, 'job', [at + 300, at + 302], {
        trace_id: id,
        parent_id: entityIdText(1),
        fault: true,
        annotations: { tier: 'base' },
        subsegments: [subsegmentJson(4, 'work', [at + 300, at + 301], { annotations: { n: 3 } })],
      }),
    ]
    await store.insert(
      parts.map((json) => ({
        received: receivedDocument(json, at + 1000),
        text: JSON.stringify(json),
      })),
    )
  })

  test('it is found when the service has ended, and not when others have', async () => {
    const found = async (text: string, from: number, to: number) =>
      (await names(text, from, to)).summaries.map(({ id }) => id)
    const id = marked('node')
    expect(await found('service("job")', 600_301, 600_303)).toEqual([id])
    expect(await found('service("job") { fault }', 600_301, 600_303)).toEqual([id])
    expect(await found('service("job")', 600_890, 600_910)).toEqual([])
    expect(await found('service("web")', 600_890, 600_910)).toEqual([id])
    expect(await found('service("rates")', 600_004, 600_006)).toEqual([id])
    expect(await found('service("rates")', 600_890, 600_910)).toEqual([])
    // 60 seconds of look-back.
    expect(await found('service("job")', 600_361, 600_370)).toEqual([id])
    expect(await found('service("job")', 600_363, 600_370)).toEqual([])
    // No service named, or none that took part: any end.
    expect(await found('annotation.n = 3', 600_890, 600_910)).toEqual([id])
    expect(await found('!service("other") AND annotation.n = 3', 600_890, 600_910)).toEqual([id])
    expect(await found('service("other") OR annotation.n = 3', 600_890, 600_910)).toEqual([id])
  })

  test('the service is told, with its own outcome and annotations', async () => {
    const page = await names('service("job") OR service("rates")', 600_000, 600_400)
    const service = { name: 'job', type: undefined, account: undefined }
    expect(page.matchedServices.get(marked('node'))).toEqual({
      annotations: new Map([
        ['tier', [{ value: 'base', services: [service] }]],
        ['n', [{ value: 3, services: [service] }]],
      ]),
      hasFault: true,
      hasError: false,
      hasThrottle: false,
      responseTime: 2_000_000_000,
    })
    expect((await names('annotation.n = 3', 600_000, 600_400)).matchedServices.size).toBe(0)
  })
})

test.each<[TimeRangeType]>([['TraceId'], ['Event'], ['Service']])(
  'an empty %s range is one empty page, however long',
  async (timeRangeType) => {
    const years = 86_400 * 365 * 10
    const page = await pageOf(searchOf(timeRangeType, -years, -years / 2), undefined, 100)
    const omissions = { rootCauses: 0, cutTraces: 0 }
    expect(page).toEqual({
      summaries: [],
      matchedServices: new Map(),
      processed: 0,
      next: undefined,
      omissions,
    })
  },
)

test('times at the edges of what an instant holds are no error', async () => {
  const search = {
    ...searchOf('TraceId', 0, 0),
    from: unixNanos(-(2n ** 63n)),
    to: unixNanos(2n ** 63n - 1n),
  }
  for (const timeRangeType of ['TraceId', 'Event', 'Service'] as const) {
    const pages = await allPages({ ...search, timeRangeType }, 1000, 1e6)
    expect(pages.flat().length).toBeGreaterThan(200)
  }
})

function addOrdinaryTrace(index: number): void {
  const start = Math.floor(nextRandom() * 7200 * 4) / 4
  const received = start + 2 + Math.floor(nextRandom() * 3)
  const id = traceIdOf(index % 3 === 0 ? randomHex(32) : `1-${startHex(start)}-${randomHex(24)}`)
  const front = segmentJson(1, 'front', [start, start + 1], {
    trace_id: id,
    subsegments: [subsegmentJson(2, 'back', [start, start + 0.5], { namespace: 'remote' })],
  })
  const more = { trace_id: id, parent_id: entityIdText(2) }
  const back = segmentJson(3, `back-${index % 12}`, [start + 0.25, start + 0.75], more)
  const open = { ...front, end_time: undefined, in_progress: true, subsegments: [] }
  if (index % 4 === 0) add(open, received - 2)
  add(front, received)
  // A loser with an earlier and a loser with a later start; neither may move the trace.
  if (index % 10 === 1) add({ ...front, start_time: BASE_SECONDS + start - 5 }, received + 60)
  if (index % 10 === 2) add({ ...front, end_time: BASE_SECONDS + start + 500 }, received + 60)
  const late = index % 5 === 0 ? 900 : 1
  add(back, received + late)
  expected.push({
    id,
    start,
    lastUpdate: received + late,
    ends: [start + 1, start + 0.5, start + 0.75],
  })
}

function addOddTraces(): void {
  for (const [name, start] of [
    ['zero', 0],
    ['minus', -1],
  ] as const) {
    const id = marked(name)
    add({ ...segmentJson(1, name, [0, 100]), trace_id: id, start_time: start }, 1234)
    expected.push({ id, start: 1234, lastUpdate: 1234, ends: [100] })
  }
  const crossing = marked('crossing')
  add(segmentJson(1, 'long', [990, 2500], { trace_id: crossing }), 2501)
  add(
    segmentJson(2, 'part', [1010, 1020], { trace_id: crossing, parent_id: entityIdText(1) }),
    1021,
  )
  expected.push({ id: crossing, start: 990, lastUpdate: 2501, ends: [2500, 1020] })
  const orphan = marked('orphan')
  const extra = { trace_id: orphan, type: 'subsegment', parent_id: entityIdText(9) }
  add({ ...subsegmentJson(1, 'work', [100, 101]), ...extra }, 1500)
  expected.push({ id: orphan, start: 1500, lastUpdate: 1500, ends: [] })
  const border = marked('border')
  add(segmentJson(1, 'border', [40_000.5, 40_001], { trace_id: border }), 40_002)
  expected.push({ id: border, start: 40_000.5, lastUpdate: 40_002, ends: [40_001] })
  for (const [name, start] of [
    ['tie-a', 3000],
    ['tie-b', 3000],
    ['tie-c', 3000],
  ] as const) {
    const id = marked(name)
    add(segmentJson(1, name, [start, start + 1], { trace_id: id }), start + 2)
    expected.push({ id, start, lastUpdate: start + 2, ends: [start + 1] })
  }
}

function add(json: Json, receivedAt: number): void {
  documents.push({
    received: receivedDocument(json, Math.floor(receivedAt)),
    text: JSON.stringify(json),
  })
}

function storedSegment(
  id: TraceId,
  entity: number,
  start: number,
  receivedAt: number,
): StoredDocument {
  const json = segmentJson(entity, 'late', [start, start + 1], { trace_id: id })
  return { received: receivedDocument(json, receivedAt), text: JSON.stringify(json) }
}

/** The ids that a search has to answer, computed from what was made. */
function expectedIds(search: TraceSearch): readonly TraceId[] {
  const lookBack = search.timeRangeType === 'Service' ? 60 : 0
  const from = Math.floor(secondsOf(search.from)) - lookBack
  const until = Math.floor(secondsOf(search.to)) + 1
  const matches = expected.flatMap(({ id, start, lastUpdate, ends }) => {
    const times = { TraceId: [start], Event: [Math.floor(lastUpdate)], Service: ends }
    const inside = times[search.timeRangeType].filter((time) => time >= from && time < until)
    return inside.length === 0 ? [] : [{ id, time: Math.max(...inside) }]
  })
  matches.sort((left, right) => right.time - left.time || (left.id < right.id ? -1 : 1))
  return matches.map((match) => match.id)
}

/** Every page, each asked for with the token of the one before. */
async function allPages(
  search: TraceSearch,
  pageSize: number,
  now = 200_000,
): Promise<readonly (readonly TraceSummary[])[]> {
  const pages: (readonly TraceSummary[])[] = []
  let token: string | undefined
  do {
    const position = token === undefined ? undefined : parsePageToken(search, token)
    if (position?.ok === false) throw new Error(position.problem)
    const page = await pageOf(search, position?.value, pageSize, now)
    pages.push(page.summaries)
    token = page.next && printPageToken(search, page.next)
  } while (token !== undefined)
  return pages
}

/** Traces counted by all pages together. */
async function processedOf(search: TraceSearch, pageSize: number): Promise<number> {
  let processed = 0
  let position: Parameters<typeof pageOf>[1]
  do {
    const page = await pageOf(search, position, pageSize)
    processed += page.processed
    position = page.next
  } while (position !== undefined)
  return processed
}

function pageOf(
  search: TraceSearch,
  position: Parameters<typeof findTraceSummaries>[1]['position'],
  pageSize: number,
  now = 200_000,
) {
  return findTraceSummaries(store.database, { search, position, pageSize, asOf: instantAt(now) })
}

function searchOf(timeRangeType: TimeRangeType, from: number, to: number): TraceSearch {
  return { timeRangeType, from: instantAt(from), to: instantAt(to), sampled: 1, filter: undefined }
}

function instantAt(seconds: number): UnixNanos {
  return unixNanos(BigInt(BASE_SECONDS) * SECOND + BigInt(Math.round(seconds * 1e9)))
}

function secondsOf(instant: UnixNanos): number {
  return Number(instant - BigInt(BASE_SECONDS) * SECOND) / 1e9
}

function idOf({ document }: ReceivedDocument): TraceId {
  return document.kind === 'segment' ? document.segment.traceId : document.traceId
}

/** An id that a name stands for. */
function marked(name: string): TraceId {
  const hex = Buffer.from(name.padEnd(12, '.')).toString('hex')
  return traceIdOf(`1-68f00000-${hex}`)
}

function startHex(start: number): string {
  return (BASE_SECONDS + Math.floor(start)).toString(16)
}

/** The same numbers in every run. */
function nextRandom(): number {
  random = (random * 48_271) % 2_147_483_647
  return random / 2_147_483_647
}

function randomHex(digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(nextRandom() * 16).toString(16)).join('')
}
