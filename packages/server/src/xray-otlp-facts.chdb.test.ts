import {
  assert,
  type SegmentDocument,
  spansOfTrace,
  type TraceId,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arbitraryDocument } from '../../../test/support/arbitrary-document.ts'
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.ts'
import { receivedDocument, traceIdOf } from '../../../test/support/traces.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { findTraces } from './query/find-traces.ts'
import { tracesMessage } from './show/tempo/otlp-message.ts'
import {
  BOOL,
  ENTITY_ID,
  INSTANT,
  INT64,
  MAP_BOOL,
  MAP_FLOAT64,
  MAP_TEXT,
  TEXT,
  TRACE_ID,
  UINT16,
} from './store/column.ts'
import { sql, traceIds } from './store/sql.ts'

/** Traces; more of them with FLUOROSCOPE_ROUND_TRIPS. */
const TRACES = Number(process.env['FLUOROSCOPE_ROUND_TRIPS'] ?? 200)

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
})

afterAll(() => store.stop())

/** What searches and graphs go by, whichever way a program sent. */
const FACTS = {
  id: ENTITY_ID,
  parent_id: ENTITY_ID,
  kind: TEXT,
  in_progress: BOOL,
  start: INSTANT,
  duration: INT64,
  name: TEXT,
  namespace: TEXT,
  fault: BOOL,
  error: BOOL,
  throttle: BOOL,
  http_method: TEXT,
  http_url: TEXT,
  http_status: UINT16,
  http_user_agent: TEXT,
  http_client_ip: TEXT,
  user: TEXT,
  resource_arn: TEXT,
  operation: TEXT,
  callee_name: TEXT,
  callee_type: TEXT,
  aws_account: TEXT,
}
const ANNOTATIONS = {
  annotation_strings: MAP_TEXT,
  annotation_numbers: MAP_FLOAT64,
  annotation_bools: MAP_BOOL,
}

type Facts = { readonly facts: object; readonly annotations: object }

/** The rows of traces, of each its segment before its subsegment. */
async function rowsOf(ids: readonly TraceId[]): Promise<ReadonlyMap<TraceId, readonly Facts[]>> {
  const rows = await store.database.rows(
    sql`
      SELECT trace_id, id, parent_id, CAST(kind AS String) AS kind, in_progress, start, duration, name, namespace,
        fault, error, throttle, http_method, http_url, http_status, http_user_agent, http_client_ip, user, resource_arn,
        operation, callee_name, callee_type, aws_account, annotation_strings, annotation_numbers, annotation_bools
      FROM spans WHERE trace_id IN ${traceIds(ids)} ORDER BY trace_id, kind`,
    { trace_id: TRACE_ID, ...FACTS, ...ANNOTATIONS },
  )
  const found = new Map<TraceId, Facts[]>()
  for (const {
    trace_id,
    annotation_strings,
    annotation_numbers,
    annotation_bools,
    ...facts
  } of rows) {
    const annotations = [...annotation_strings, ...annotation_numbers, ...annotation_bools]
    const others = found.get(trace_id) ?? []
    found.set(trace_id, [...others, { facts, annotations: Object.fromEntries(annotations) }])
  }
  return found
}

/** The ids of a document's trace when it is sent as X-Ray's, and as spans of OpenTelemetry. */
function idsOf(number: number): readonly [TraceId, TraceId] {
  const tail = number.toString(16).padStart(23, '0')
  return [traceIdOf(`1-68f00000-1${tail}`), traceIdOf(`1-68f00000-2${tail}`)]
}

/** What no row has: of calls, and of what went wrong. */
function detailsOf({ http, cause, aws, ...entity }: ReturnType<typeof entityIn>) {
  const { kind } = entity
  const { sql: query } = entity as { readonly sql?: Readonly<Record<string, unknown>> }
  // A URL comes back as connection string, and the span's name as URL (xray-behaviour 15.4, 15.8).
  const { url, connection_string: connection = url, ...members } = query ?? {}
  return { kind, http, cause, aws: kind === 'segment' ? {} : aws, sql: { ...members, connection } }
}

function entityIn(document: SegmentDocument) {
  return document.kind === 'segment' ? document.segment : document.subsegment
}

test('a trace says the same on the engine whether X-Ray or OpenTelemetry brings it', {
  timeout: 600_000,
}, async () => {
  const documents = fc.sample(arbitraryDocument, { numRuns: TRACES, seed: 2000 })
  const xray = documents.map((json, number) => {
    const sent = { ...json, trace_id: idsOf(number)[0] }
    return { received: receivedDocument(sent), text: JSON.stringify(sent) }
  })
  await store.insert(xray)
  const sent = await findTraces(
    store.database,
    documents.map((_, number) => idsOf(number)[0]),
  )
  const spans = documents.flatMap((_, number) => {
    const [from, to] = idsOf(number)
    const trace = sent.get(from)
    assert(trace !== undefined, 'what was inserted is found')
    return spansOfTrace(trace).map((span) => ({ ...span, traceId: to }))
  })
  expect(spans).toHaveLength(2 * TRACES)
  const encoded = new BatchEncoder().encode({
    kind: 'otlp',
    bytes: tracesMessage(spans),
    encoding: 'identity',
    maxInflatedBytes: 1e9,
    received: unixNanos(1_795_392_000_000_000_000n),
    context: { account: '000000000000', region: 'us-east-1' },
    format: 'protobuf',
    source: 'otlp-http',
  })
  assert(encoded.ok && encoded.value.spanMessages.length === 0, 'all spans are good ones')
  await store.insertRows(encoded.value.rows)
  const again = await findTraces(
    store.database,
    documents.map((_, number) => idsOf(number)[1]),
  )
  const rows = await rowsOf(documents.flatMap((_, number) => idsOf(number)))
  for (const number of documents.keys()) {
    const [from, to] = idsOf(number)
    const [before, after] = [rows.get(from) ?? [], rows.get(to) ?? []]
    expect(before).toHaveLength(2)
    expect(after.map(({ facts }) => facts)).toEqual(before.map(({ facts }) => facts))
    for (const [index, { annotations }] of before.entries()) {
      expect(after[index]?.annotations).toMatchObject(annotations)
    }
    const entities = (id: TraceId) =>
      (id === from ? sent : again)
        .get(id)
        ?.segments.flatMap((segment) => [segment, ...segment.subsegments])
    expect(entities(to)?.map(detailsOf)).toEqual(entities(from)?.map(detailsOf))
  }
})
