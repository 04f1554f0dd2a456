import { secondsFromUnixNanos, type UnixNanos } from '@fluoroscope/model'
import type { CallNumbers, StatementQuestion, StatementTrend } from '../query/statement-trend.ts'
import { errorResponse, invalidRequest } from './operation-error.ts'
import { readInstant } from './query-parameters.ts'
import type { ReadRequest, ReadRoute, SpanReads } from './read-route.ts'
import { ONE_DAY, timeRangeError } from './time-range.ts'

/** Half an hour each where a day is asked for. */
const PARTS = 48

/**
 * How an SQL statement did, which the X-Ray API does not tell: `GET /api/statements/{fingerprint}/trend`, 16 hexadecimal
 * digits of `statementFingerprint`, with `name`, what its calls name, and `from` and `to` in seconds, a day apart at
 * most. `Parts` of the time, by their start in seconds, each with `Calls`, `Faults`, `Errors` and nearest ranks of
 * the time taken in seconds; parts without calls are left out. `ReadFrom` is later than `from` where there are too many
 * calls; `UnreadCalls` lie before it. `UntoldCalls` do not tell their statement.
 */
export function statementTrendRoute(reads: SpanReads): ReadRoute {
  return {
    name: 'StatementTrend',
    path: '/api/statements/:fingerprint/trend',
    answer: (request) => statementTrend(reads, request),
  }
}

const FINGERPRINT = /^[0-9a-f]{16}$/

async function statementTrend(reads: SpanReads, { part, query }: ReadRequest): Promise<Response> {
  const fingerprint = part('fingerprint')
  if (!FINGERPRINT.test(fingerprint)) {
    return refusal(`Invalid fingerprint ${fingerprint}: 16 hexadecimal digits in lower case`)
  }
  const name = query.get('name') ?? ''
  if (name === '') return refusal("parameter 'name' is missing")
  const [from, to] = (['from', 'to'] as const).map((each) => readInstant(query, each, SECOND))
  if (from?.ok !== true) return refusal(from?.problem ?? '')
  if (to?.ok !== true) return refusal(to?.problem ?? '')
  if (from.value === undefined || to.value === undefined) {
    return refusal("parameters 'from' and 'to' have to be given")
  }
  const problem = timeRangeError(from.value, to.value, ONE_DAY)
  if (problem !== undefined) return errorResponse(problem)
  if (from.value === to.value) return refusal("'to' has to be later than 'from'")
  const question: StatementQuestion = {
    statement: BigInt(`0x${fingerprint}`),
    name,
    window: { from: from.value, until: to.value },
    parts: PARTS,
  }
  return Response.json(answerOf(question, await reads.findStatementTrend(question)))
}

const SECOND = 1_000_000_000n

function answerOf({ window, parts }: StatementQuestion, trend: StatementTrend) {
  const [from, to] = [window.from, window.until].map((at: UnixNanos) => secondsFromUnixNanos(at))
  const seconds = ((to ?? 0) - (from ?? 0)) / parts
  return {
    StartTime: from,
    EndTime: to,
    PartSeconds: seconds,
    ReadFrom: secondsFromUnixNanos(trend.readFrom),
    UnreadCalls: trend.unread,
    UntoldCalls: trend.untold,
    Total: trend.total === undefined ? null : numbersOf(trend.total),
    Parts: [...trend.parts]
      .sort(([a], [b]) => a - b)
      .map(([index, numbers]) => ({ Index: index, ...numbersOf(numbers) })),
  }
}

function numbersOf({ calls, faults, errors, median, p95 }: CallNumbers) {
  return { Calls: calls, Faults: faults, Errors: errors, Median: median / 1e9, P95: p95 / 1e9 }
}

function refusal(message: string): Response {
  return errorResponse(invalidRequest(message))
}
