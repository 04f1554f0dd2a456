import type { GetSamplingStatisticSummariesOutput } from '@fluoroscope/model'
import {
  bad,
  GetSamplingStatisticSummariesInput,
  ok,
  secondsFromUnixNanos,
} from '@fluoroscope/model'
import type { Sampling } from '../../act/sampling.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

/**
 * A sum for each rule and closed ten seconds of the last five minutes, the oldest first: who keeps
 * one for each rule keeps the latest.
 */
export function getSamplingStatisticSummaries(sampling: Sampling): Operation {
  return operation(
    'GetSamplingStatisticSummaries',
    '/SamplingStatisticSummaries',
    GetSamplingStatisticSummariesInput,
    async ({ NextToken }) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(`Invalid token ${NextToken}`))
      const trend = await sampling.trend()
      const output: GetSamplingStatisticSummariesOutput = {
        SamplingStatisticSummaries: trend.flatMap(({ start, rules }) =>
          [...rules].map(([rule, statistics]) => ({
            RuleName: rule,
            Timestamp: secondsFromUnixNanos(start),
            RequestCount: statistics.requests,
            BorrowCount: statistics.borrowed,
            SampledCount: statistics.sampled,
          })),
        ),
        NextToken: null,
      }
      return ok(output)
    },
  )
}
