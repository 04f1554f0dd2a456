import type { ReceivedDocument, Trace, TraceId } from '@fluoroscope/model'
import { parseSegmentDocument, parseTraceId, unixNanos } from '@fluoroscope/model'
import { assembleTrace } from '../../packages/server/src/query/assemble-trace.ts'

export type Json = Readonly<Record<string, unknown>>

/** Unix seconds that the times of these documents count from. */
export const BASE_SECONDS = 1_760_559_104

export const TRACE_ID = '1-68f00000-111122223333444455556666'

/** `1` is `0000000000000001`. */
export function entityIdText(number: number): string {
  return number.toString(16).padStart(16, '0')
}

/** A complete segment document; times in seconds after {@link BASE_SECONDS}. */
export function segmentJson(
  id: number,
  name: string,
  [start, end]: readonly [number, number],
  more: Json = {},
): Json {
  const times = { start_time: BASE_SECONDS + start, end_time: BASE_SECONDS + end }
  return { id: entityIdText(id), name, trace_id: TRACE_ID, ...times, ...more }
}

/** A complete embedded subsegment. */
export function subsegmentJson(
  id: number,
  name: string,
  [start, end]: readonly [number, number],
  more: Json = {},
): Json {
  const times = { start_time: BASE_SECONDS + start, end_time: BASE_SECONDS + end }
  return { id: entityIdText(id), name, ...times, ...more }
}

/** A document as accepted `receivedAt` seconds after {@link BASE_SECONDS}. */
export function receivedDocument(json: Json, receivedAt = 10): ReceivedDocument {
  const parsed = parseSegmentDocument(JSON.stringify(json))
  if (!parsed.ok) throw new Error(`${parsed.problem.code}: ${JSON.stringify(json)}`)
  return {
    document: parsed.value.document,
    received: unixNanos(BigInt(BASE_SECONDS + receivedAt) * 1_000_000_000n),
    account: '000000000000',
    region: 'us-east-1',
  }
}

/** The trace of documents that came with one request. */
export function traceOf(...documents: readonly Json[]): Trace {
  const received = documents.map((json) => receivedDocument(json))
  return assembleTrace(traceIdOf(String(documents[0]?.['trace_id'])), received)
}

export function traceIdOf(text: string): TraceId {
  const id = parseTraceId(text)
  if (id === undefined) throw new Error(`${text} is no trace id`)
  return id
}
