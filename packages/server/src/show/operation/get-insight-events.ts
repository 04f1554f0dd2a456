import type {
  GetInsightEventsOutput,
  InsightEvent,
  InsightEventOutput,
  InsightId,
  Result,
  UnixNanos,
} from '@fluoroscope/model'
import { bad, GetInsightEventsInput, ok, secondsFromUnixNanos, unixNanos } from '@fluoroscope/model'
import { invalidToken, openToken, sealToken } from '../../query/sealed-token.ts'
import { type FindInsight, namedInsight } from '../find-insight.ts'
import { printInsightState } from '../insight.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'

/** The first `limit` events older than `before`, the newest first. @throws StoreError */
export type FindInsightEvents = (
  id: InsightId,
  before: UnixNanos | undefined,
  limit: number,
) => Promise<readonly InsightEvent[]>

const MOST = 50

/** xray-behaviour 6.5; newest first. */
export function getInsightEvents(
  findInsight: FindInsight,
  findEvents: FindInsightEvents,
): Operation {
  return operation('GetInsightEvents', '/InsightEvents', GetInsightEventsInput, async (input) => {
    const insight = await namedInsight(findInsight, input.InsightId)
    if (!insight.ok) return insight
    const { id } = insight.value
    const before = readPosition(id, input.NextToken)
    if (!before.ok) return before
    const size = input.MaxResults ?? MOST
    const events = await findEvents(id, before.value, size + 1)
    const page = events.slice(0, size)
    const last = events.length > size ? page.at(-1) : undefined
    const output: GetInsightEventsOutput = {
      InsightEvents: page.map(printEvent),
      NextToken: last === undefined ? null : sealToken(questionOf(id), String(last.at)),
    }
    return ok(output)
  })
}

/** When the last event of the page before was; undefined for the first page. */
function readPosition(
  id: InsightId,
  token: string | null | undefined,
): Result<UnixNanos | undefined, OperationError> {
  if (typeof token !== 'string') return ok(undefined)
  const position = openToken(questionOf(id), token)
  if (position === undefined || !POSITION.test(position)) {
    return bad(invalidRequest(invalidToken(token)))
  }
  return ok(unixNanos(BigInt(position)))
}

const POSITION = /^\d{1,19}$/

function questionOf(id: InsightId): readonly unknown[] {
  return ['GetInsightEvents', id]
}

function printEvent(event: InsightEvent): InsightEventOutput {
  return { ...printInsightState(event), EventTime: secondsFromUnixNanos(event.at) }
}
