import { expect, test } from 'vitest'
import { AnswerError } from './json-reader.ts'
import { type ListedTrace, mergeTraces, readTraceListPage } from './trace-list.ts'

/** The example of xray-behaviour 8.2, with the members that captures show as null. */
const SUMMARY = {
  Id: '1-68f00000-111122223333444455556666',
  StartTime: 1760559104,
  Duration: 0.19,
  ResponseTime: 0.19,
  HasFault: false,
  HasError: false,
  HasThrottle: true,
  IsPartial: false,
  Revision: 1,
  Http: {
    HttpURL: 'https://shop.test/orders',
    HttpMethod: 'POST',
    HttpStatus: 429,
    UserAgent: null,
    ClientIp: '203.0.113.9',
  },
  Annotations: {
    tier: [{ AnnotationValue: { StringValue: 'gold' }, ServiceIds: [] }],
    items: [{ AnnotationValue: { NumberValue: 3 }, ServiceIds: null }],
  },
  Users: [],
  ServiceIds: [
    { Name: 'orders', Names: ['orders'], AccountId: null, Type: 'client' },
    { Name: 'orders', Names: ['orders'], AccountId: null, Type: null },
  ],
  EntryPoint: { Name: 'orders', Names: ['orders'], AccountId: null, Type: null },
  MatchedEventTime: null,
}

test('a summary is read as the reference writes it', () => {
  const page = readTraceListPage({ TraceSummaries: [SUMMARY], NextToken: 'more' })
  expect(page.nextToken).toBe('more')
  expect(page.traces).toEqual([
    {
      id: '1-68f00000-111122223333444455556666',
      start: 1_760_559_104_000_000_000n,
      duration: 190_000_000,
      responseTime: 190_000_000,
      hasFault: false,
      hasError: false,
      hasThrottle: true,
      isPartial: false,
      http: { method: 'POST', url: 'https://shop.test/orders', status: 429 },
      annotations: new Map<string, unknown>([
        ['tier', ['gold']],
        ['items', [3]],
      ]),
      users: [],
      facts: [
        { key: 'outcome', value: 'throttle' },
        { key: 'entry', value: 'orders' },
        { key: 'http.url', value: 'https://shop.test/orders' },
        { key: 'http.method', value: 'POST' },
        { key: 'http.status', value: 429 },
        { key: 'service', value: 'orders' },
        { key: 'annotation.tier', value: 'gold' },
        { key: 'annotation.items', value: 3 },
        { key: 'http.clientip', value: '203.0.113.9' },
      ],
      services: [
        { name: 'orders', type: 'client', account: undefined },
        { name: 'orders', type: undefined, account: undefined },
      ],
      entryPoint: { name: 'orders', type: undefined, account: undefined },
      revision: 1,
    },
  ])
})

test('an open root has neither duration nor response time', () => {
  const open = { ...SUMMARY, Duration: null, ResponseTime: null, EntryPoint: null }
  expect(readTraceListPage({ TraceSummaries: [open], NextToken: null })).toMatchObject({
    nextToken: undefined,
    traces: [{ duration: undefined, responseTime: undefined, entryPoint: undefined }],
  })
})

test.each([
  ['no object', []],
  ['no list', { TraceSummaries: {} }],
  ['no id', { TraceSummaries: [{ ...SUMMARY, Id: null }] }],
  ['a wrong id', { TraceSummaries: [{ ...SUMMARY, Id: 'x' }] }],
  ['a text for a number', { TraceSummaries: [{ ...SUMMARY, Duration: '0.19' }] }],
])('an answer with %s is refused', (_what, answer) => {
  expect(() => readTraceListPage(answer)).toThrow(AnswerError)
})

test('a later page replaces what it repeats and keeps newest first', () => {
  const [base] = readTraceListPage({ TraceSummaries: [SUMMARY] }).traces as [ListedTrace]
  const later = { ...base, id: '1-68f00001-111122223333444455556666' as ListedTrace['id'] }
  const newer = { ...later, start: (base.start + 1n) as ListedTrace['start'] }
  expect(mergeTraces([base, later], [{ ...newer, revision: 2 }])).toEqual([
    { ...newer, revision: 2 },
    base,
  ])
})
