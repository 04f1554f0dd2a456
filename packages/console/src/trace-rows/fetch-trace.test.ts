import { parseTraceId } from '@fluoroscope/model'
import { afterEach, expect, test, vi } from 'vitest'
import { fetchTrace } from './fetch-trace.ts'

const ID = parseTraceId('1-58406520-a006649127e371903a2de979')!

afterEach(() => vi.unstubAllGlobals())

test('a trace is asked for by its id, its documents are handed over one by one', async () => {
  const documents = ['{"a":1}', '{"b":2}']
  const trace = {
    Id: ID,
    Duration: 1,
    LimitExceeded: true,
    Segments: documents.map((Document, Id) => ({ Id, Document })),
  }
  const fetch = answer(new Response(JSON.stringify({ Traces: [trace], NextToken: null })))
  const taken: string[] = []
  const progress: unknown[] = []
  const head = await fetchTrace(
    ID,
    (document) => taken.push(document),
    (part) => void progress.push(part),
  )
  expect(head).toEqual({ ok: true, value: { duration: 1e9, limitExceeded: true } })
  expect(taken).toEqual(documents)
  expect(progress.length).toBeGreaterThan(0)
  const [path, options] = fetch.mock.calls[0] ?? []
  expect([path, JSON.parse(String(options?.body))]).toEqual(['/Traces', { TraceIds: [ID] }])
})

test('an unknown trace is no problem, it is not there', async () => {
  answer(Response.json({ Traces: [], UnprocessedTraceIds: [] }))
  expect(await load()).toEqual({ ok: true, value: undefined })
})

test.each<[string, () => Response, object]>([
  ['a refusal', () => Response.json({ Message: 'no' }, { status: 400 }), { kind: 'refused' }],
  ['a gateway without a server', () => new Response('', { status: 502 }), { kind: 'away' }],
  ['text', () => new Response('{"Traces":[{"Segments":[{"Id"'), { kind: 'unreadable' }],
  [
    'a segment without a document',
    () => Response.json({ Traces: [{ Segments: [{}] }] }),
    { kind: 'unreadable', message: 'Document is not a string' },
  ],
  ['an answer that breaks off', brokenOff, { kind: 'away' }],
])('%s is told from a trace', async (_what, response, problem) => {
  answer(response())
  expect(await load()).toMatchObject({ ok: false, problem })
})

function load() {
  return fetchTrace(
    ID,
    () => {},
    () => {},
  )
}

function brokenOff(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.error(new TypeError('network error')),
  })
  return new Response(body)
}

function answer(response: Response) {
  const fetch = vi.fn(async (_path: string, _options?: RequestInit) => response)
  vi.stubGlobal('fetch', fetch)
  return fetch
}
