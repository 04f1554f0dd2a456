import type {
  Insight,
  InsightEvent,
  InsightOutput,
  InsightStateOutput,
  RequestImpact,
  RequestImpactStatisticsOutput,
} from '@fluoroscope/model'
import { secondsFromUnixNanos } from '@fluoroscope/model'
import { printServiceId } from './service-id.ts'

/** xray-behaviour 12.2. */
export function printInsight(insight: Insight): InsightOutput {
  const { id, group, rootCause, start, latest } = insight
  const isActive = insight.state === 'active'
  return {
    InsightId: id,
    GroupARN: group.arn,
    GroupName: group.name,
    RootCauseServiceId: printServiceId(rootCause),
    Categories: ['FAULT'],
    State: isActive ? 'ACTIVE' : 'CLOSED',
    StartTime: secondsFromUnixNanos(start),
    EndTime: isActive ? null : secondsFromUnixNanos(insight.end),
    ...printInsightState(latest),
  }
}

/** What an event tells, but for its time. */
export function printInsightState(event: InsightEvent): InsightStateOutput {
  return {
    Summary: event.summary,
    ClientRequestImpactStatistics: printImpact(event.clientImpact),
    RootCauseServiceRequestImpactStatistics: printImpact(event.rootCauseImpact),
    TopAnomalousServices: event.anomalousServices.map((key) => ({
      ServiceId: printServiceId(key),
    })),
  }
}

function printImpact({ fault, ok, total }: RequestImpact): RequestImpactStatisticsOutput {
  return { FaultCount: fault, OkCount: ok, TotalCount: total }
}
