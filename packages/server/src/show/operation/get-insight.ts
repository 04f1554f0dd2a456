import type { GetInsightOutput } from '@fluoroscope/model'
import { GetInsightInput } from '@fluoroscope/model'
import { printed } from '../answer.ts'
import { type FindInsight, namedInsight } from '../find-insight.ts'
import { printInsight } from '../insight.ts'
import { type Operation, operation } from '../operation.ts'

export function getInsight(findInsight: FindInsight): Operation {
  return operation('GetInsight', '/Insight', GetInsightInput, async ({ InsightId }) =>
    printed(
      await namedInsight(findInsight, InsightId),
      (insight): GetInsightOutput => ({ Insight: printInsight(insight) }),
    ),
  )
}
