import { expect } from 'vitest'
import { newTraceId } from '../../support/segments.ts'
import { until } from '../../support/wire-server.ts'
import {
  asks,
  bodyOf,
  type Call,
  type Case,
  follows,
  gives,
  includes,
  invalid,
  notFound,
} from '../case.ts'
import type { Body } from '../client.ts'
import { SentTrace } from '../sent-trace.ts'

/** xray-behaviour 6.7 and 12.8. */

const RANGE = { StartTime: 1_700_000_000, EndTime: 1_700_000_060 }

async function sentTrace(call: Call): Promise<SentTrace> {
  const trace = new SentTrace(call)
  await trace.accept(trace.segment('retrieved', [0, 1]))
  await trace.summary()
  return trace
}

async function start(call: Call, TraceIds: readonly string[], range: Body): Promise<string> {
  const body = await bodyOf(call('StartTraceRetrieval', { TraceIds, ...range }))
  return body['RetrievalToken'] as string
}

/** The first page, once the retrieval has ended. */
async function completed(call: Call, operation: string, input: Body): Promise<Body> {
  return await until(
    () => bodyOf(call(operation, input)),
    ({ RetrievalStatus }) => RetrievalStatus === 'COMPLETE',
  )
}

export const RETRIEVAL_CASES: readonly Case[] = [
  ...['ListRetrievedTraces', 'GetRetrievedTracesGraph', 'CancelTraceRetrieval'].map((operation) =>
    asks(
      'an unknown token is not found, and named',
      '12.8',
      [operation, { RetrievalToken: 'none' }],
      notFound('none'),
    ),
  ),
  asks(
    'the token has at most 1,020 characters',
    '12.8',
    ['StartTraceRetrieval', { TraceIds: [newTraceId()], ...RANGE }],
    gives({ RetrievalToken: expect.stringMatching(/^.{1,1020}$/) }),
  ),
  asks(
    'the end first is refused',
    '16.4 (10)',
    ['StartTraceRetrieval', { TraceIds: [newTraceId()], StartTime: 2, EndTime: 1 }],
    invalid('End time cannot be earlier than start time'),
  ),
  asks(
    'a malformed id is refused',
    '2.1',
    ['StartTraceRetrieval', { TraceIds: ['1-2-3'], ...RANGE }],
    invalid(/1-2-3/),
  ),
  follows('ListRetrievedTraces: gives the spans in the form of X-Ray', '12.8', async (call) => {
    const trace = await sentTrace(call)
    const RetrievalToken = await start(call, [trace.traceId], trace.range)
    const body = await completed(call, 'ListRetrievedTraces', { RetrievalToken })
    expect(body).toEqual({
      RetrievalStatus: 'COMPLETE',
      TraceFormat: 'XRAY',
      Traces: [
        {
          Id: trace.traceId,
          Duration: 1,
          Spans: [{ Id: expect.stringMatching(/^[0-9a-f]{16}$/), Document: expect.any(String) }],
        },
      ],
    })
    const [{ Spans }] = body['Traces'] as [{ Spans: [{ Document: string }] }]
    expect(JSON.parse(Spans[0].Document)).toMatchObject({
      name: 'retrieved',
      trace_id: trace.traceId,
    })
  }),
  follows(
    'ListRetrievedTraces: gives the spans in the form of OpenTelemetry',
    '12.8',
    async (call) => {
      const trace = await sentTrace(call)
      const RetrievalToken = await start(call, [trace.traceId], trace.range)
      const input = { RetrievalToken, TraceFormat: 'OTEL' }
      const body = await completed(call, 'ListRetrievedTraces', input)
      expect(body).toMatchObject({ TraceFormat: 'OTEL', Traces: [{ Id: trace.traceId }] })
      const [{ Spans }] = body['Traces'] as [{ Spans: [{ Document: string }] }]
      expect(JSON.parse(Spans[0].Document)).toEqual(expect.any(Object))
    },
  ),
  follows('ListRetrievedTraces: leaves out what is not in the range', '12.8', async (call) => {
    const trace = await sentTrace(call)
    const RetrievalToken = await start(call, [trace.traceId, newTraceId()], RANGE)
    const body = await completed(call, 'ListRetrievedTraces', { RetrievalToken })
    expect(body['Traces']).toEqual([])
  }),
  follows('ListRetrievedTraces: six traces need two pages', '12.8', async (call, client) => {
    const traces: SentTrace[] = []
    for (let count = 0; count < 6; count += 1) traces.push(await sentTrace(call))
    const ids = traces.map(({ traceId }) => traceId)
    const range = { StartTime: traces.at(-1)?.range.StartTime, EndTime: traces[0]?.range.EndTime }
    const RetrievalToken = await start(call, ids, range)
    const first = await completed(call, 'ListRetrievedTraces', { RetrievalToken })
    const { NextToken } = first
    expect(first['Traces']).toHaveLength(5)
    const next = await bodyOf(call('ListRetrievedTraces', { RetrievalToken, NextToken }))
    expect(next).not.toHaveProperty('NextToken')
    const found = [first, next].flatMap(({ Traces }) => (Traces as Body[]).map(({ Id }) => Id))
    expect(found.sort()).toEqual([...ids].sort())
    const bogus = { RetrievalToken, NextToken: 'bogus' }
    invalid(/token/i)(await call('ListRetrievedTraces', bogus), client)
    const other = await start(call, ids, range)
    const foreign = { RetrievalToken: other, NextToken }
    invalid(/token/i)(await call('ListRetrievedTraces', foreign), client)
  }),
  follows('GetRetrievedTracesGraph: has the services of the traces', '12.8', async (call) => {
    const trace = await sentTrace(call)
    const RetrievalToken = await start(call, [trace.traceId], trace.range)
    const body = await completed(call, 'GetRetrievedTracesGraph', { RetrievalToken })
    const services = body['Services'] as { Service: Body; Links: unknown }[]
    expect(services.map(({ Service }) => Service['Name'])).toEqual(['retrieved', 'retrieved'])
    for (const { Links } of services) expect(Links).toEqual([])
  }),
  follows(
    'CancelTraceRetrieval: answers nothing, and the retrieval is cancelled',
    '12.8',
    async (call, client) => {
      const trace = await sentTrace(call)
      const RetrievalToken = await start(call, [trace.traceId], trace.range)
      gives({})(await call('CancelTraceRetrieval', { RetrievalToken }), client)
      includes({ RetrievalStatus: 'CANCELLED' })(
        await call('ListRetrievedTraces', { RetrievalToken }),
        client,
      )
    },
  ),
]
