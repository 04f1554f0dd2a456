import { parseTraceId, unixNanosFromSeconds } from '@fluoroscope/model'
import { afterEach, expect, test, vi } from 'vitest'
import { fetchRevision, fetchTraceList, problemText } from './client.ts'

const ID = parseTraceId('1-58406520-a006649127e371903a2de979')!
const RANGE = { from: 100, to: 200 }
const ALL = { range: RANGE, filter: '' }

afterEach(() => vi.unstubAllGlobals())

test('a list is asked for in whole seconds, and continued by its token', async () => {
  const fetch = answer(200, { TraceSummaries: [], NextToken: null })
  await fetchTraceList(ALL)
  await fetchTraceList(ALL, 'next')
  expect(fetch.mock.calls.map(([path, init]) => [path, JSON.parse(String(init?.body))])).toEqual([
    ['/TraceSummaries', { StartTime: 100, EndTime: 200, TimeRangeType: 'TraceId' }],
    [
      '/TraceSummaries',
      { StartTime: 100, EndTime: 200, TimeRangeType: 'TraceId', NextToken: 'next' },
    ],
  ])
})

test('a filter is asked for as it was written', async () => {
  const fetch = answer(200, { TraceSummaries: [], NextToken: null })
  await fetchTraceList({ range: RANGE, filter: ' fault AND  service("a")' })
  expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))).toMatchObject({
    FilterExpression: ' fault AND  service("a")',
  })
})

test('empty pages of a partial scan are passed over', async () => {
  const pages = [
    { TraceSummaries: [], NextToken: 'b' },
    { TraceSummaries: [], NextToken: 'c' },
    { TraceSummaries: [{ Id: ID, StartTime: 150 }], NextToken: 'd' },
  ]
  vi.stubGlobal('fetch', async () => Response.json(pages.shift()))
  const page = await fetchTraceList(ALL)
  expect(page.ok && page.value).toMatchObject({ traces: [{ id: ID }], nextToken: 'd' })
})

test.each([
  ['Message', { Message: 'Zero trace ids provided' }],
  ['message', { message: 'Zero trace ids provided' }],
])("a refusal is told in the server's words (%s)", async (_member, body) => {
  answer(400, body)
  const refused = await fetchTraceList(ALL)
  expect(refused).toMatchObject({ ok: false, problem: { kind: 'refused', status: 400 } })
  expect(refused.ok ? '' : problemText(refused.problem)).toContain('Zero trace ids provided (400)')
})

test('a gateway without a server, and no answer at all, mean that it is away', async () => {
  answer(502, {})
  expect(await fetchTraceList(ALL)).toMatchObject({ problem: { kind: 'away' } })
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  expect(await fetchTraceList(ALL)).toMatchObject({ problem: { kind: 'away' } })
})

test('an answer of a wrong shape is not shown as an empty one', async () => {
  answer(200, { TraceSummaries: 'none' })
  expect(await fetchTraceList(ALL)).toMatchObject({
    problem: { kind: 'unreadable', message: 'TraceSummaries is not a list' },
  })
})

test('the revision is looked up among the traces of the same second, page by page', async () => {
  const pages = [
    { TraceSummaries: [], NextToken: 'more' },
    { TraceSummaries: [{ Id: ID, StartTime: 7, Revision: 4 }], NextToken: null },
  ]
  const fetch = vi.fn(async (_path: string, _init?: RequestInit) => Response.json(pages.shift()))
  vi.stubGlobal('fetch', fetch)
  expect(await fetchRevision(ID, unixNanosFromSeconds(7.9))).toBe(4)
  expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))).toMatchObject({
    StartTime: 7,
    EndTime: 7,
  })
})

function answer(status: number, body: unknown) {
  const fetch = vi.fn(async (_path: string, _init?: RequestInit) => Response.json(body, { status }))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
