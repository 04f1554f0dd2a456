import type { UnixNanos } from '@fluoroscope/model'
import { findInsight, findInsightEvents, findInsights } from './query/insights.ts'
import { getInsight } from './show/operation/get-insight.ts'
import { getInsightEvents } from './show/operation/get-insight-events.ts'
import {
  type FindServiceGraph,
  getInsightImpactGraph,
} from './show/operation/get-insight-impact-graph.ts'
import { getInsightSummaries } from './show/operation/get-insight-summaries.ts'
import type { Operation } from './show/operation.ts'
import type { Database } from './store/database.ts'
import type { Settings } from './store/settings.ts'

export type InsightOperationsOptions = {
  readonly database: Database
  readonly settings: Settings
  readonly findServiceGraph: FindServiceGraph
  readonly now: () => UnixNanos
}

/** The operations that tell of insights. */
export function insightOperations(options: InsightOperationsOptions): readonly Operation[] {
  const { database, settings, findServiceGraph, now } = options
  const find = findInsight.bind(undefined, database)
  return [
    getInsight(find),
    getInsightEvents(find, findInsightEvents.bind(undefined, database)),
    getInsightSummaries(findInsights.bind(undefined, database), settings, now),
    getInsightImpactGraph(find, findServiceGraph, now),
  ]
}
