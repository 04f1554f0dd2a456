import {
  type EntityId,
  type JsonValue,
  parseEntityId,
  parseTraceId,
  type TraceId,
  type UnixNanos,
  unixNanosFromSeconds,
} from '@fluoroscope/model'
import { AnswerError, readList, readObject, readOptionalNumber, readText } from './json-reader.ts'

/** A segment that was started by messages of the trace that was asked for. */
export type LinkingSegment = {
  readonly traceId: TraceId
  readonly id: EntityId
  readonly name: string
  readonly start: UnixNanos
  /** Which entities of the trace sent them. */
  readonly sentBy: ReadonlySet<string>
}

/** Who links to a trace; `more` where the answer does not hold all of them. */
export type TraceLinks = { readonly segments: readonly LinkingSegment[]; readonly more: boolean }

/** Reads the answer of `GET /api/traces/{id}/links`; throws {@link AnswerError}. */
export function readTraceLinks(answer: JsonValue): TraceLinks {
  const body = readObject(answer, 'the answer')
  const segments = readList(body['Segments'], 'Segments').map((value, index) => {
    const where = `Segments[${index}]`
    const segment = readObject(value, where)
    const traceId = parseTraceId(readText(segment['TraceId'], `${where}.TraceId`))
    const id = parseEntityId(readText(segment['Id'], `${where}.Id`))
    const start = readOptionalNumber(segment['StartTime'], `${where}.StartTime`)
    if (traceId === undefined || id === undefined || start === undefined) {
      throw new AnswerError(`${where} has no TraceId, Id or StartTime`)
    }
    return {
      traceId,
      id,
      name: readText(segment['Name'], `${where}.Name`),
      start: unixNanosFromSeconds(start),
      sentBy: new Set(
        readList(segment['SentBy'], `${where}.SentBy`).map((sender) =>
          readText(sender, `${where}.SentBy`),
        ),
      ),
    }
  })
  return { segments, more: body['More'] === true }
}
