import type {
  GetTimeSeriesServiceStatisticsOutput,
  Group,
  Result,
  TimeSeriesEntryOutput,
  UnixNanos,
} from '@fluoroscope/model'
import {
  bad,
  GetTimeSeriesServiceStatisticsInput,
  ok,
  parseEntitySelector,
  unixNanos,
} from '@fluoroscope/model'
import type * as v from 'valibot'
import { findSeriesPage, type SeriesEntry } from '../../analyse/series-page.ts'
import type { SeriesBucket, SeriesQuery } from '../../analyse/service-series.ts'
import { hasOldVersions } from '../../analyse/trace-selection.ts'
import type { SeriesEntity, SeriesSelector } from '../../query/graph-series.ts'
import { invalidToken, openToken, sealToken } from '../../query/sealed-token.ts'
import { graphGroup } from '../graph-group.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'
import type { FindGroups } from '../resolve-group.ts'
import { printHistogram, printStatistics } from '../service-graph.ts'
import { type RangeLimit, timeRangeError } from '../time-range.ts'

/** Buckets of an entity within the traces of a group, ascending. @throws StoreError */
export type FindGroupSeries = (query: SeriesQuery, group: Group) => Promise<readonly SeriesBucket[]>

/** xray-behaviour 6.2 and 9.8. */
export function getTimeSeriesServiceStatistics(
  findSeries: FindGroupSeries,
  findGroups: FindGroups,
  limit: RangeLimit,
): Operation {
  return operation(
    'GetTimeSeriesServiceStatistics',
    '/TimeSeriesServiceStatistics',
    GetTimeSeriesServiceStatisticsInput,
    async (input, context) => {
      const query = readQuery(input, limit, context.account)
      if (!query.ok) return query
      const group = await graphGroup(findGroups, input, context)
      if (!group.ok) return group
      const isForecast = input.ForecastStatistics === true && group.value.insightsEnabled
      const question = questionOf(query.value, group.value.name, isForecast)
      const to = readPosition(query.value, question, input.NextToken)
      if (!to.ok) return to
      const page = await findSeriesPage(
        (part) => findSeries(part, group.value),
        { ...query.value, to: to.value },
        isForecast,
      )
      const isService = query.value.entity.kind === 'service'
      const output: GetTimeSeriesServiceStatisticsOutput = {
        TimeSeriesServiceStatistics: page.entries.map((entry) => printEntry(entry, isService)),
        ContainsOldGroupVersions: hasOldVersions(group.value, query.value.from),
        NextToken: page.next === undefined ? null : sealToken(question, String(page.next)),
      }
      return ok(output)
    },
  )
}

type Input = v.InferOutput<typeof GetTimeSeriesServiceStatisticsInput>

const PERIODS = [60, 300]

function readQuery(
  input: Input,
  limit: RangeLimit,
  account: string,
): Result<SeriesQuery, OperationError> {
  const { StartTime: from, EndTime: to, EntitySelectorExpression: selector } = input
  const problem = timeRangeError(from, to, limit)
  if (problem !== undefined) return bad(problem)
  const period = input.Period ?? 60
  if (!PERIODS.includes(period)) {
    return bad(invalidRequest(`Time period must be one of [${PERIODS.join(', ')}]`))
  }
  if (typeof selector !== 'string') return ok({ from, to, period, entity: { kind: 'entries' } })
  const entity = parseEntitySelector(selector)
  if (!entity.ok) return bad(invalidRequest(entity.problem.message))
  return ok({ from, to, period, entity: ownAccountIn(entity.value, account) })
}

/** Nodes of the account that the data belong to do not name it. */
function ownAccountIn(entity: SeriesEntity, account: string): SeriesEntity {
  const told = (selector: SeriesSelector) =>
    selector.account === account ? { ...selector, isOwnAccount: true } : selector
  switch (entity.kind) {
    case 'entries':
      return entity
    case 'service':
      return { ...entity, service: told(entity.service) }
    default:
      return { ...entity, from: told(entity.from), to: told(entity.to) }
  }
}

function questionOf(
  { from, to, period, entity }: SeriesQuery,
  group: string,
  isForecast: boolean,
): readonly unknown[] {
  return ['GetTimeSeriesServiceStatistics', `${from}`, `${to}`, period, entity, group, isForecast]
}

/** Where the page ends. */
function readPosition(
  { from, to }: SeriesQuery,
  question: readonly unknown[],
  token: string | null | undefined,
): Result<UnixNanos, OperationError> {
  if (typeof token !== 'string') return ok(to)
  const position = openToken(question, token)
  if (position !== undefined && POSITION.test(position)) {
    const end = unixNanos(BigInt(position))
    if (end > from && end < to) return ok(end)
  }
  return bad(invalidRequest(invalidToken(token)))
}

const POSITION = /^-?\d{1,19}$/

function printEntry(entry: SeriesEntry, isService: boolean): TimeSeriesEntryOutput {
  const statistics = printStatistics(entry.statistics)
  const { band } = entry
  return {
    Timestamp: entry.end,
    EdgeSummaryStatistics: isService ? null : statistics,
    ServiceSummaryStatistics: isService ? statistics : null,
    ServiceForecastStatistics:
      band === undefined ? {} : { FaultCountHigh: band.high, FaultCountLow: band.low },
    ResponseTimeHistogram: printHistogram(entry.responseTimes),
  }
}
