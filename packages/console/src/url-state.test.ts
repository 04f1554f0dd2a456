import { parseTraceId } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { findTraceId, parseUrl, printUrl } from './url-state.ts'

const ID = '1-58406520-a006649127e371903a2de979'

test.each([
  '/traces',
  '/traces?range=15m',
  '/traces?live=0',
  '/traces?range=7d&live=0',
  '/traces?range=36h',
  '/traces?from=2026-11-22T10%3A00%3A00Z&to=2026-11-22T11%3A30%3A05Z',
  '/traces?filter=service%28%22a%26b%22%29&sort=-duration',
  `/traces?compare=${ID}`,
  '/sampling',
  '/sampling?new=1',
  '/sampling?rule=check+out%26more',
  '/groups?group=slow',
  '/groups?new=1',
  '/system',
  '/start',
])('%s survives reading and printing', (url) => expect(printUrl(read(url))).toBe(url))

test.each([
  `/traces/${ID}`,
  `/traces/${ID}?selected=53995c3f42cd8ad8`,
  `/traces/${ID}?selected=53995c3f42cd8ad8&details=1&collapsed=0c544c1b1bbff948.071684f2e555e571`,
  `/traces/${ID}?view=statistics&level=2&fold=0&unfolded=53995c3f42cd8ad8`,
  `/traces/${ID}?zoom=12.5-80&area=1-2.000001&find=tier%3Dgold+is%3Aerror&only=1&critical=only`,
  `/traces/${ID}?view=sandwich&operation=shop%09stock%40db`,
  `/traces/${ID}?view=compare&with=${ID}`,
  `/traces/${ID}?view=compare&with=median`,
])('%s survives reading and printing', (url) => expect(printUrl(read(url))).toBe(url))

test.each([
  '/map',
  '/map?range=6h&group=slow+ones&live=0&view=list&all=1',
  '/map?from=2026-11-22T10%3A00%3A00Z&to=2026-11-22T10%3A05%3A00Z',
  '/map?selected=orders%7EAWS%253A%253AECS%253A%253AContainer%7E&depth=3&response=0.1-0.25',
  '/map?selected=a&depth=2&look=up&before=24h&metric=p95',
  '/map?flow=down&collapse=cycle&expanded=%2Bcycle%7Ea+%2Bcycle%7Eb&with-range=1h',
  '/map?with-from=2026-11-21T10%3A00%3A00Z&with-to=2026-11-21T12%3A00%3A00Z',
  '/map?path-from=a&path-to=b&path=3',
  '/map?path-from=%2Btype%7Eclient',
])('%s survives reading and printing', (url) => expect(printUrl(read(url))).toBe(url))

test.each([
  ['beyond the limit', '?selected=a&depth=99', 5],
  ['around nothing', '?depth=2', 0],
  ['that is no number', '?selected=a&depth=x', 0],
])('a depth %s is put right', (_what, query, depth) => {
  expect(parseUrl('/map', query)).toMatchObject({ depth })
})

test.each([
  'flow=up',
  'collapse=all',
  'expanded=a',
  'path-to=b&path=1',
  'with-range=99d',
  'with-from=2026-11-21T10:00:00Z',
])('%s of a map is put right', (query) => expect(printUrl(read(`/map?${query}`))).toBe('/map'))

test('the start page is the list of the last hour, live', () => {
  expect(parseUrl('/', '')).toEqual({
    page: 'traces',
    time: { kind: 'last', seconds: 3600 },
    live: true,
    filter: '',
    sort: { column: 'start', descending: true },
    tables: false,
    compared: undefined,
  })
})

test.each([
  'range=constructor',
  'range=0m',
  'range=31d',
  'from=2026-11-22T10:00:00Z',
  'from=2026-11-22T10:00:00Z&to=2026-11-22T09:00:00Z',
  'from=2026-01-01T00:00:00Z&to=2026-11-22T09:00:00Z',
  'from=soon&to=later',
])('%s is no time: the last hour', (query) => {
  expect(parseUrl('/traces', `?${query}`)).toMatchObject({ time: { kind: 'last', seconds: 3600 } })
})

test.each(['zoom=80-12', 'zoom=a-b', 'level=x', 'view=other', 'with=other', 'operation=a'])(
  '%s of a trace is put right',
  (query) => expect(printUrl(read(`/traces/${ID}?${query}`))).toBe(`/traces/${ID}`),
)

test('a W3C id leads to the same trace', () => {
  expect(parseUrl('/traces/58406520a006649127e371903a2de979', '')).toMatchObject({ id: ID })
})

test.each(['/traces/nonsense', '/nowhere', `/traces/${ID}/more`])('%s is no page', (path) => {
  expect(parseUrl(path, '')).toEqual({ page: 'unknown', path })
})

test.each([
  ['an X-Ray id', `  ${ID} `],
  ['upper case', ID.toUpperCase()],
  ['a W3C id', '58406520a006649127e371903a2de979'],
  ['a traceparent', '00-58406520a006649127e371903a2de979-53995c3f42cd8ad8-01'],
  ['an X-Amzn-Trace-Id', `X-Amzn-Trace-Id: Root=${ID};Parent=53995c3f42cd8ad8;Sampled=1`],
])('a trace id is found in %s', (_what, text) => expect(findTraceId(text)).toBe(parseTraceId(ID)))

test.each(['', 'hello', '58406520a006649127e371903a2de97', '53995c3f42cd8ad8'])(
  'no trace id is found in "%s"',
  (text) => expect(findTraceId(text)).toBeUndefined(),
)

function read(url: string) {
  const { pathname, search } = new URL(url, 'http://localhost')
  return parseUrl(pathname, search)
}
