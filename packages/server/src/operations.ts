import { DEFAULT_SAMPLING_RULE, type UnixNanos } from '@fluoroscope/model'
import {
  lastWindow,
  lastWindowStart,
  NO_REPORTS,
  type SamplingState,
  takeReports,
} from './act/sampling-targets.ts'
import type { ServiceGraphs } from './analyse/service-graphs.ts'
import { findTraceSummaries } from './analyse/trace-summaries.ts'
import type { Omissions } from './omissions.ts'
import { findTraces } from './query/find-traces.ts'
import { batchGetTraces, type FindTraces } from './show/operation/batch-get-traces.ts'
import { getEncryptionConfig } from './show/operation/get-encryption-config.ts'
import { getGroups } from './show/operation/get-groups.ts'
import { getSamplingRules } from './show/operation/get-sampling-rules.ts'
import { getSamplingStatisticSummaries } from './show/operation/get-sampling-statistic-summaries.ts'
import { getSamplingTargets } from './show/operation/get-sampling-targets.ts'
import { getServiceGraph } from './show/operation/get-service-graph.ts'
import { getTraceGraph } from './show/operation/get-trace-graph.ts'
import { type FindTraceSummaries, getTraceSummaries } from './show/operation/get-trace-summaries.ts'
import { putTelemetryRecords } from './show/operation/put-telemetry-records.ts'
import type { Operation } from './show/operation.ts'
import { resolveDefaultGroup } from './show/resolve-group.ts'
import { ONE_DAY, SIX_HOURS, THIRTY_DAYS } from './show/time-range.ts'
import { unavailableOperations } from './show/unavailable-operations.ts'
import type { Database } from './store/database.ts'

export type OperationsOptions = {
  readonly database: Database
  readonly graphs: ServiceGraphs
  readonly now: () => UnixNanos
  /** AWS's limits on time ranges instead of ours. */
  readonly strictLimits: boolean
  readonly omissions: Omissions
}

/** All operations but PutTraceSegments, whose body goes another way. */
export function createOperations(options: OperationsOptions): readonly Operation[] {
  const { database, graphs, now, strictLimits, omissions } = options
  const find: FindTraces = async (ids) => {
    const traces = await findTraces(database, ids)
    const cut = [...traces.values()].filter(({ limitExceeded }) => limitExceeded)
    omissions.add('ends-of-traces', cut.length)
    return traces
  }
  const summaries: FindTraceSummaries = async (request) => {
    const page = await findTraceSummaries(database, request)
    omissions.add('root-causes', page.omissions.rootCauses)
    omissions.add('ends-of-traces', page.omissions.cutTraces)
    return page
  }
  return [
    batchGetTraces(find),
    getTraceGraph(find),
    getServiceGraph((from, to) => graphs.graph(from, to), strictLimits ? SIX_HOURS : THIRTY_DAYS),
    getTraceSummaries(summaries, now, strictLimits ? ONE_DAY : THIRTY_DAYS, resolveDefaultGroup),
    getGroups(),
    getEncryptionConfig(),
    putTelemetryRecords(),
    ...samplingOperations(now),
    ...unavailableOperations(),
  ]
}

function samplingOperations(now: () => UnixNanos): readonly Operation[] {
  const rules = [DEFAULT_SAMPLING_RULE]
  const rulesByName = new Map(rules.map((rule) => [rule.name, rule]))
  let state: SamplingState = NO_REPORTS
  return [
    getSamplingRules(rules),
    getSamplingTargets(rules, (reports) => {
      const [next, answer] = takeReports(state, rulesByName, reports, now())
      state = next
      return answer
    }),
    getSamplingStatisticSummaries(() => {
      const time = now()
      return { start: lastWindowStart(time), rules: lastWindow(state, time) }
    }),
  ]
}
