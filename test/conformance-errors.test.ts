import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newTraceId } from './support/segments.ts'
import { type Json, until, WireServer } from './support/wire-server.ts'

/** Errors and forms of requests through the wire, as xray-behaviour 1.3, 1.4 and 6.2 tell them. */

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server?.stop())

const HOUR = 3600

describe('errors', () => {
  const id = () => newTraceId()
  const known = '1-68f00000-111122223333444455556666'
  const range = { StartTime: 1_700_000_000, EndTime: 1_700_000_060 }
  const INVALID = 'InvalidRequestException'
  const WRONG = 'ValidationException'
  const missing = (name: string) =>
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`

  test.each<[string, string, Json, string, string]>([
    [
      '7: six ids',
      '/Traces',
      { TraceIds: Array.from({ length: 6 }, id) },
      INVALID,
      'Exceeding maximum query size: 5',
    ],
    [
      '8: an id twice',
      '/Traces',
      { TraceIds: [known, known] },
      INVALID,
      'Containing duplicate trace ids',
    ],
    [
      'a malformed id',
      '/Traces',
      { TraceIds: ['1-2-3'] },
      INVALID,
      'Invalid trace id 1-2-3: incorrect id format',
    ],
    [
      'a token',
      '/Traces',
      { TraceIds: [known], NextToken: 'x' },
      INVALID,
      'NextToken is currently not supported',
    ],
    ['no ids', '/Traces', {}, WRONG, missing('traceIds')],
    [
      'two ids',
      '/TraceGraph',
      { TraceIds: [known, id()] },
      INVALID,
      'Currently only one trace Id is supported',
    ],
    ['an empty list', '/TraceGraph', { TraceIds: [] }, INVALID, 'Zero trace ids provided'],
    [
      'a malformed id',
      '/TraceGraph',
      { TraceIds: ['x'] },
      INVALID,
      'Invalid traceId. ErrorCode: InvalidId',
    ],
    ['an unknown id', '/TraceGraph', { TraceIds: [id()] }, INVALID, 'Trace id not found'],
    [
      'a token',
      '/TraceGraph',
      { TraceIds: [known], NextToken: 'x' },
      INVALID,
      'NextToken is currently not supported',
    ],
    ['no ids', '/TraceGraph', {}, WRONG, missing('traceIds')],
    [
      '10: the end first',
      '/TraceSummaries',
      { StartTime: 2, EndTime: 1 },
      INVALID,
      'End time cannot be earlier than start time',
    ],
    ['no start', '/TraceSummaries', { EndTime: 1 }, WRONG, missing('startTime')],
    [
      'an unknown range type',
      '/TraceSummaries',
      { ...range, TimeRangeType: 'Invalid' },
      WRONG,
      "1 validation error detected: Value 'Invalid' at 'timeRangeType' failed to satisfy constraint: Member must satisfy enum value set: [TraceId, Service, Event]",
    ],
    [
      'a token of nobody',
      '/TraceSummaries',
      { ...range, NextToken: 'bogus' },
      INVALID,
      'Invalid token bogus',
    ],
    [
      'a fixed rate by start',
      '/TraceSummaries',
      { ...range, Sampling: true, SamplingStrategy: { Name: 'FixedRate', Value: 0.5 } },
      INVALID,
      'Cannot use FixedRate with input time range type: TraceId. Please try using time range type: Event',
    ],
    [
      'a fixed rate without value',
      '/TraceSummaries',
      { ...range, TimeRangeType: 'Event', Sampling: true, SamplingStrategy: { Name: 'FixedRate' } },
      INVALID,
      'sampling rate must be specified and its value must be between [0, 1]',
    ],
    [
      'the end first',
      '/ServiceGraph',
      { StartTime: 2, EndTime: 1 },
      INVALID,
      'End time cannot be earlier than start time',
    ],
    [
      '12: over six hours',
      '/ServiceGraph',
      { StartTime: 0, EndTime: 6 * HOUR + 1 },
      INVALID,
      'Time range cannot be longer than 6 hours',
    ],
    [
      'an unknown group',
      '/ServiceGraph',
      { ...range, GroupName: 'none' },
      INVALID,
      'Group not found.',
    ],
    [
      'a token',
      '/ServiceGraph',
      { ...range, NextToken: 'x' },
      INVALID,
      'NextToken is currently not supported',
    ],
    ['a token', '/Groups', { NextToken: 'x' }, INVALID, 'Next Token not supported'],
    [
      'an empty list',
      '/TraceSegments',
      { TraceSegmentDocuments: [] },
      INVALID,
      'Segments can not be empty',
    ],
    ['no list', '/TraceSegments', {}, WRONG, missing('traceSegmentDocuments')],
    [
      'a null list',
      '/TraceSegments',
      { TraceSegmentDocuments: null },
      WRONG,
      missing('traceSegmentDocuments'),
    ],
  ])('%s: %s', async (_what, path, input, type, message) => {
    const text = type === INVALID ? { Message: message } : { message }
    expect(await server.call(path, input)).toEqual({ status: 400, type, body: text })
  })

  test.each([
    ['a text for a time', '/TraceSummaries', { StartTime: '1', EndTime: 2 }],
    ['a number for a list', '/Traces', { TraceIds: 1 }],
    ['a number for an id', '/Traces', { TraceIds: [1] }],
    ['a document that is no text', '/TraceSegments', { TraceSegmentDocuments: [{}] }],
    ['a body that is no object', '/Traces', []],
    ['a body that is no JSON', '/Traces', '{'],
  ])('%s is a SerializationException', async (_what, path, input) => {
    expect(await server.call(path, input)).toMatchObject({
      status: 400,
      type: 'SerializationException',
    })
  })

  test('9: unknown ids are in neither list, an empty list is fine', async () => {
    for (const TraceIds of [[id(), id()], []]) {
      expect(await server.call('/Traces', { TraceIds, Unknown: { a: 1 } })).toEqual({
        status: 200,
        type: null,
        body: { Traces: [], UnprocessedTraceIds: [], NextToken: null },
      })
    }
  })

  test('a token serves the search it came from only', async () => {
    const vector = server.trace()
    const documents = Array.from({ length: 250 }, () => ({
      ...vector.segment('paged', [1, 2]),
      trace_id: newTraceId(),
    }))
    await server.accept(...documents)
    const wanted = new Set(documents.map(({ trace_id }) => trace_id))
    const seen: unknown[] = []
    let token: unknown
    let spare: unknown
    await until(
      async () => {
        seen.length = 0
        token = undefined
        do {
          const input = token === undefined ? vector.range : { ...vector.range, NextToken: token }
          const { status, body } = await server.call('/TraceSummaries', input)
          expect(status).toBe(200)
          expect(body['NextToken']).not.toBe(token ?? 'none')
          seen.push(...(body['TraceSummaries'] as Json[]).map(({ Id }) => Id))
          spare = token ?? spare
          token = body['NextToken'] ?? undefined
        } while (token !== undefined)
        return seen.length
      },
      (count) => count >= documents.length,
    )
    expect(seen).toHaveLength(documents.length)
    expect(new Set(seen)).toEqual(wanted)
    expect(spare).toEqual(expect.any(String))
    for (const other of [{ TimeRangeType: 'Event' }, { EndTime: vector.base + 50 }]) {
      const answer = await server.call('/TraceSummaries', {
        ...vector.range,
        ...other,
        NextToken: spare,
      })
      expect(answer).toEqual({
        status: 400,
        type: INVALID,
        body: { Message: `Invalid token ${spare}` },
      })
    }
  })
})

describe('the form of requests', () => {
  const AUTHORIZATIONS = [
    undefined,
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/xray/aws4_request, SignedHeaders=host, Signature=00',
    'Bearer something',
  ]

  test.each(AUTHORIZATIONS)(
    '21: sampling rules with the authorization %s',
    async (authorization) => {
      const headers = authorization === undefined ? {} : { authorization }
      expect(await server.call('/GetSamplingRules', '', headers)).toMatchObject({
        status: 200,
        body: { SamplingRuleRecords: [{ SamplingRule: { RuleName: 'Default', Attributes: {} } }] },
      })
    },
  )

  test('an unmodified client sees its traces, whatever region it signs for', async () => {
    const vector = server.trace()
    await server.accept(vector.segment('unsigned', [0, 1]))
    await vector.documents()
    for (const authorization of AUTHORIZATIONS) {
      const headers = authorization === undefined ? {} : { authorization }
      const { body } = await server.call('/TraceSummaries', vector.range, headers)
      expect(body['TraceSummaries']).toMatchObject([{ Id: vector.traceId }])
    }
  })

  test('an empty body is an empty object', async () => {
    expect(await server.call('/Groups', '')).toMatchObject({
      status: 200,
      body: { Groups: [{ GroupName: 'Default' }] },
    })
    expect(await server.call('/Traces', '')).toMatchObject({
      status: 400,
      type: 'ValidationException',
    })
  })

  test.each([
    ['a trailing slash', '/Traces/', 'POST', 404, 'UnknownOperationException'],
    ['another case', '/traces', 'POST', 404, 'UnknownOperationException'],
    ['an unknown route', '/Nothing', 'POST', 404, 'UnknownOperationException'],
    ['GET', '/Traces', 'GET', 405, 'MethodNotAllowedException'],
    ['PUT', '/TraceSegments', 'PUT', 405, 'MethodNotAllowedException'],
  ])('%s: %s', async (_what, path, method, status, type) => {
    expect(await server.send(path, { method })).toMatchObject({ status, type })
  })
})
