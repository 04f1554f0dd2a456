import type {
  GetInsightSummariesOutput,
  Insight,
  InsightSummaryOutput,
  Result,
  UnixNanos,
} from '@fluoroscope/model'
import {
  bad,
  GetInsightSummariesInput,
  groupArn,
  ok,
  parseInsightId,
  secondsFromUnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { findGroup } from '../../act/groups.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import type { InsightPosition, InsightSearch } from '../../query/insights.ts'
import { invalidToken, openToken, sealToken } from '../../query/sealed-token.ts'
import { printInsight } from '../insight.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'
import { ageError } from '../time-range.ts'

/** The first `limit` insights behind `after`, the latest started first. @throws StoreError */
export type FindInsights = (
  search: InsightSearch,
  after: InsightPosition | undefined,
  limit: number,
) => Promise<readonly Insight[]>

const MOST = 100

/** xray-behaviour 6.5; the latest started first. */
export function getInsightSummaries(
  findInsights: FindInsights,
  settings: KeptSettings,
  now: () => UnixNanos,
): Operation {
  return operation(
    'GetInsightSummaries',
    '/InsightSummaries',
    GetInsightSummariesInput,
    async (input, context) => {
      const { StartTime, EndTime, States } = input
      const problem = ageError(StartTime, EndTime, now())
      if (problem !== undefined) return bad(problem)
      const group = await findGroup(settings, context, input)
      if (!group.ok) return group
      const search: InsightSearch = {
        groupArn: groupArn(context, group.value),
        from: StartTime,
        to: EndTime,
        state: STATES.get(States?.[0]),
      }
      const after = readPosition(search, input.NextToken)
      if (!after.ok) return after
      const size = input.MaxResults ?? MOST
      return ok(printPage(search, await findInsights(search, after.value, size + 1), size))
    },
  )
}

const STATES: ReadonlyMap<string | undefined, Insight['state']> = new Map([
  ['ACTIVE', 'active'],
  ['CLOSED', 'closed'],
])

function readPosition(
  search: InsightSearch,
  token: string | null | undefined,
): Result<InsightPosition | undefined, OperationError> {
  if (typeof token !== 'string') return ok(undefined)
  const [, start, text = ''] = POSITION.exec(openToken(questionOf(search), token) ?? '') ?? []
  const id = parseInsightId(text)
  if (start === undefined || id === undefined) return bad(invalidRequest(invalidToken(token)))
  return ok({ start: unixNanos(BigInt(start)), id })
}

const POSITION = /^(\d{1,19}) (\S+)$/

function questionOf({ groupArn, from, to, state }: InsightSearch): readonly unknown[] {
  return ['GetInsightSummaries', groupArn, `${from}`, `${to}`, state ?? '']
}

/** @param found one more than `size` where there is another page */
function printPage(
  search: InsightSearch,
  found: readonly Insight[],
  size: number,
): GetInsightSummariesOutput {
  const page = found.slice(0, size)
  const last = found.length > size ? page.at(-1) : undefined
  return {
    InsightSummaries: page.map(printSummary),
    NextToken:
      last === undefined ? null : sealToken(questionOf(search), `${last.start} ${last.id}`),
  }
}

function printSummary(insight: Insight): InsightSummaryOutput {
  return { ...printInsight(insight), LastUpdateTime: secondsFromUnixNanos(insight.latest.at) }
}
