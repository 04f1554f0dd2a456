import { bad, type JsonValue, type Nanos, ok, type Result, type TraceId } from '@fluoroscope/model'
import {
  AnswerError,
  readList,
  readObject,
  readOptionalNumber,
  readText,
} from '../answer/json-reader.ts'
import { type ClientProblem, openAnswer } from '../client.ts'
import { AnswerSplitter } from './answer-splitter.ts'

/** What an answer says of the trace as a whole. */
export type TraceHead = {
  /** Undefined while nothing has completed. */
  readonly duration: Nanos | undefined
  /** The trace grew beyond what the server gives back: not all of it is here. */
  readonly limitExceeded: boolean
}

/** How much of an answer has come. */
export type LoadProgress = {
  readonly bytes: number
  /** Of the whole answer; undefined where the server does not say. */
  readonly totalBytes: number | undefined
}

/**
 * Asks for one trace (xray-behaviour 6.2) and hands over its documents as they arrive; after each
 * `progressed` is told how much of the answer has come. Undefined where the server knows no such trace.
 */
export async function fetchTrace(
  id: TraceId,
  take: (document: string) => void,
  progressed: (progress: LoadProgress) => void,
): Promise<Result<TraceHead | undefined, ClientProblem>> {
  const opened = await openAnswer('/Traces', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ TraceIds: [id] }),
  })
  if (!opened.ok) return opened
  const { body, headers } = opened.value
  const splitter = new AnswerSplitter()
  const length = Number(headers.get('Content-Length') ?? Number.NaN)
  const totalBytes = Number.isNaN(length) ? undefined : length
  let bytes = 0
  try {
    for (const reader = body?.getReader(); reader !== undefined; ) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.length
      for (const text of splitter.push(value)) {
        take(readDocument(text))
        progressed({ bytes, totalBytes })
      }
    }
    return ok(readHead(JSON.parse(splitter.rest()) as JsonValue))
  } catch (error) {
    if (error instanceof AnswerError) return bad({ kind: 'unreadable', message: error.message })
    if (error instanceof SyntaxError) {
      return bad({ kind: 'unreadable', message: `it is not JSON (${error.message})` })
    }
    // Reading fails where the connection ends before the answer does.
    return bad({ kind: 'away' })
  }
}

function readDocument(text: string): string {
  return readText(readObject(JSON.parse(text), 'a segment')['Document'], 'Document')
}

function readHead(answer: JsonValue): TraceHead | undefined {
  const [first] = readList(readObject(answer, 'the answer')['Traces'], 'Traces')
  if (first === undefined) return undefined
  const trace = readObject(first, 'Traces[0]')
  const seconds = readOptionalNumber(trace['Duration'], 'Traces[0].Duration')
  return {
    duration: seconds === undefined ? undefined : (Math.round(seconds * 1e9) as Nanos),
    limitExceeded: trace['LimitExceeded'] === true,
  }
}
