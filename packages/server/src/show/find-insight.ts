import type { Insight, InsightId, Result } from '@fluoroscope/model'
import { bad, ok, parseInsightId } from '@fluoroscope/model'
import { invalidRequest, type OperationError } from './operation-error.ts'

/** The insight as it is now; undefined for an unknown id. @throws StoreError */
export type FindInsight = (id: InsightId) => Promise<Insight | undefined>

/** The insight a request names, or why there is none (xray-behaviour 12.2). */
export async function namedInsight(
  findInsight: FindInsight,
  text: string,
): Promise<Result<Insight, OperationError>> {
  const id = parseInsightId(text)
  const insight = id === undefined ? undefined : await findInsight(id)
  return insight === undefined ? bad(invalidRequest('Insight not found')) : ok(insight)
}
