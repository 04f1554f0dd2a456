import {
  bad,
  isJsonObject,
  type JsonValue,
  ok,
  type Result,
  secondsFromUnixNanos,
  type TraceId,
  type UnixNanos,
} from '@fluoroscope/model'
import { AnswerError } from './answer/json-reader.ts'
import { readTraceListPage, type TraceListPage } from './answer/trace-list.ts'

/** Why there is no answer to show. */
export type ClientProblem =
  /** Nothing answered, or a gateway answered for a server that is away. */
  | { readonly kind: 'away' }
  /** The server said no, in its own words. */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  /** The answer is not what the API promises. */
  | { readonly kind: 'unreadable'; readonly message: string }

/** A span of time in whole epoch seconds, both ends included. */
export type TimeRange = { readonly from: number; readonly to: number }

/** What a list of traces is asked for. */
export type TraceListQuestion = {
  readonly range: TimeRange
  /** A filter expression; blank for all traces. */
  readonly filter: string
}

/** Traces that started in `range`, newest first, one page; `token` continues an earlier page. */
export function fetchTraceList(
  question: TraceListQuestion,
  token?: string,
): Promise<Result<TraceListPage, ClientProblem>> {
  return fetchSummaries('TraceId', question, token)
}

/** Traces that last changed in `range`, whenever they started: one page. */
export function fetchChangedTraces(
  range: TimeRange,
): Promise<Result<TraceListPage, ClientProblem>> {
  return fetchSummaries('Event', { range, filter: '' })
}

const REVISION_PAGES = 3

/**
 * How many put requests made the trace what it is: only summaries tell, so this looks among those
 * that started in the same second. Undefined where that second holds too many, or on any problem.
 */
export async function fetchRevision(id: TraceId, start: UnixNanos): Promise<number | undefined> {
  const second = Math.floor(secondsFromUnixNanos(start))
  let token: string | undefined
  for (let page = 0; page < REVISION_PAGES; page++) {
    const answer = await fetchTraceList({ range: { from: second, to: second }, filter: '' }, token)
    if (!answer.ok) return undefined
    const found = answer.value.traces.find((trace) => trace.id === id)
    if (found !== undefined) return found.revision
    token = answer.value.nextToken
    if (token === undefined) return undefined
  }
  return undefined
}

/** A problem in words for the person in front of the page. */
export function problemText(problem: ClientProblem): string {
  switch (problem.kind) {
    case 'away':
      return 'The server does not answer.'
    case 'refused':
      return `The server refused the request: ${problem.message} (${problem.status})`
    case 'unreadable':
      return `The server's answer could not be read: ${problem.message}.`
  }
}

/** Asks an operation of the X-Ray API; `reader` throws {@link AnswerError} for what it cannot be. */
export async function ask<Value>(
  path: string,
  input: object,
  reader: (body: JsonValue) => Value,
): Promise<Result<Value, ClientProblem>> {
  const answer = await request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(input),
  })
  if (!answer.ok) return answer
  const body = parse(answer.value)
  return body.ok ? read(body.value, reader) : body
}

/** An answer in JSON to a plain question by its path; `reader` throws {@link AnswerError} as above. */
export async function fetchJson<Value>(
  path: string,
  reader: (body: JsonValue) => Value,
): Promise<Result<Value, ClientProblem>> {
  const answer = await request(path, { headers: { Accept: 'application/json' } })
  if (!answer.ok) return answer
  const body = parse(answer.value)
  return body.ok ? read(body.value, reader) : body
}

/** The text of a page of the server's own, such as `/metrics`; `taken` are more statuses than 2xx. */
export function fetchText(
  path: string,
  taken: readonly number[] = [],
): Promise<Result<string, ClientProblem>> {
  return request(path, {}, taken)
}

const TIMEOUT_MS = 30_000
const GATEWAY_STATUSES = [502, 503, 504]

const MAX_EMPTY_PAGES = 20

/** Goes on over pages that a partial scan left empty (xray-behaviour 1.4), up to a bound. */
async function fetchSummaries(
  type: 'TraceId' | 'Event',
  { range, filter }: TraceListQuestion,
  token?: string,
): Promise<Result<TraceListPage, ClientProblem>> {
  const input = {
    StartTime: range.from,
    EndTime: range.to,
    TimeRangeType: type,
    ...(filter.trim() === '' ? {} : { FilterExpression: filter }),
  }
  let from = token
  for (let pages = 1; ; pages++) {
    const body = from === undefined ? input : { ...input, NextToken: from }
    const page = await ask('/TraceSummaries', body, readTraceListPage)
    if (!page.ok || page.value.traces.length > 0) return page
    from = page.value.nextToken
    if (from === undefined || pages === MAX_EMPTY_PAGES) return page
  }
}

async function request(
  path: string,
  options: RequestInit,
  taken: readonly number[] = [],
): Promise<Result<string, ClientProblem>> {
  const answer = await openAnswer(path, options, taken, AbortSignal.timeout(TIMEOUT_MS))
  if (!answer.ok) return answer
  try {
    return ok(await answer.value.text())
  } catch {
    // The connection ended before the answer did.
    return bad({ kind: 'away' })
  }
}

/** An answer whose body has yet to come; `taken` are more statuses than 2xx. */
export async function openAnswer(
  path: string,
  options: RequestInit,
  taken: readonly number[] = [],
  signal: AbortSignal | null = null,
): Promise<Result<Response, ClientProblem>> {
  try {
    const response = await fetch(path, { ...options, signal })
    if (response.ok || taken.includes(response.status)) return ok(response)
    if (GATEWAY_STATUSES.includes(response.status)) return bad({ kind: 'away' })
    return bad(refusal(response.status, await response.text()))
  } catch {
    // fetch rejects only where no answer came: refused, reset, timed out.
    return bad({ kind: 'away' })
  }
}

function parse(text: string): Result<JsonValue, ClientProblem> {
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch (error) {
    return bad({ kind: 'unreadable', message: `it is not JSON (${String(error)})` })
  }
}

/** Modelled errors say `Message`, constraint violations `message` (xray-behaviour 1.3). */
function refusal(status: number, text: string): ClientProblem {
  const body = parse(text)
  const error = body.ok && isJsonObject(body.value) ? body.value : {}
  const message = [error['Message'], error['message']].find((value) => typeof value === 'string')
  return { kind: 'refused', status, message: String(message ?? 'no reason given') }
}

function read<Value>(
  body: JsonValue,
  reader: (body: JsonValue) => Value,
): Result<Value, ClientProblem> {
  try {
    return ok(reader(body))
  } catch (error) {
    if (error instanceof AnswerError) return bad({ kind: 'unreadable', message: error.message })
    throw error
  }
}
