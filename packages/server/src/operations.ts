import { type Nanos, parseFilter, replaceGroups, type UnixNanos } from '@fluoroscope/model'
import { listGroups } from './act/groups.ts'
import type { ServiceGraphs } from './analyse/service-graphs.ts'
import { tracesOfGroup } from './analyse/trace-selection.ts'
import { findTraceSummaries } from './analyse/trace-summaries.ts'
import { insightOperations } from './insight-operations.ts'
import type { Omissions } from './omissions.ts'
import { findTraces } from './query/find-traces.ts'
import { retrievalOperations } from './retrieval-operations.ts'
import { settingsOperations } from './settings-operations.ts'
import { batchGetTraces, type FindTraces } from './show/operation/batch-get-traces.ts'
import { getServiceGraph } from './show/operation/get-service-graph.ts'
import { getTimeSeriesServiceStatistics } from './show/operation/get-time-series-service-statistics.ts'
import { getTraceGraph } from './show/operation/get-trace-graph.ts'
import { type FindTraceSummaries, getTraceSummaries } from './show/operation/get-trace-summaries.ts'
import { putTelemetryRecords } from './show/operation/put-telemetry-records.ts'
import type { Operation } from './show/operation.ts'
import { ONE_DAY, SIX_HOURS, THIRTY_DAYS } from './show/time-range.ts'
import type { Database } from './store/database.ts'
import type { SharedReports } from './store/sampling-reports.ts'
import type { Settings } from './store/settings.ts'

export type OperationsOptions = {
  readonly database: Database
  readonly settings: Settings
  readonly graphs: ServiceGraphs
  readonly now: () => UnixNanos
  /** What a search looks at was received until then. */
  readonly snapshot: () => UnixNanos
  /** AWS's limits on time ranges instead of ours. */
  readonly strictLimits: boolean
  readonly omissions: Omissions
  /** How long traces are kept. */
  readonly retention: Nanos
  /** Where several servers share the store. */
  readonly sharedReports: SharedReports | undefined
}

/** All operations but PutTraceSegments, whose body goes another way. */
export function createOperations(options: OperationsOptions): readonly Operation[] {
  const { database, settings, graphs, now, snapshot, strictLimits, omissions, retention } = options
  const find: FindTraces = async (ids) => {
    const traces = await findTraces(database, ids)
    const cut = [...traces.values()].filter(({ limitExceeded }) => limitExceeded)
    omissions.add('ends-of-traces', cut.length)
    return traces
  }
  const summaries: FindTraceSummaries = async (request) => {
    const page = await findTraceSummaries(database, request, (range) =>
      graphs.changedMinutes(range),
    )
    omissions.add('root-causes', page.omissions.rootCauses)
    omissions.add('ends-of-traces', page.omissions.cutTraces)
    return page
  }
  const findGroups = () => listGroups(settings)
  return [
    batchGetTraces(find),
    getTraceGraph(find),
    getServiceGraph(
      (from, to, group) => graphs.graph(from, to, tracesOfGroup(group)),
      findGroups,
      strictLimits ? SIX_HOURS : THIRTY_DAYS,
    ),
    getTraceSummaries(summaries, snapshot, strictLimits ? ONE_DAY : THIRTY_DAYS, findGroups),
    getTimeSeriesServiceStatistics(
      (query, group) => graphs.series(query, tracesOfGroup(group)),
      findGroups,
      strictLimits ? ONE_DAY : THIRTY_DAYS,
    ),
    putTelemetryRecords(),
    ...settingsOperations({
      settings,
      now,
      checkFilter: checkGroupFilter,
      retention,
      sharedReports: options.sharedReports,
    }),
    ...insightOperations({
      database,
      settings,
      findServiceGraph: (from, to) => graphs.graph(from, to),
      now,
    }),
    ...retrievalOperations({ database, now, omissions }),
  ]
}

/** What is wrong with the expression of a group; groups are not defined by groups. */
function checkGroupFilter(expression: string): string | undefined {
  const parsed = parseFilter(expression)
  if (!parsed.ok) return parsed.problem.message
  const named = replaceGroups(parsed.value, () => undefined)
  return named.ok ? undefined : 'The expression of a group cannot name a group'
}
