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

export function getSamplingStatisticSummaries(sampling: Sampling): Operation {
  return operation(
    'GetSamplingStatisticSummaries',
    '/SamplingStatisticSummaries',
    GetSamplingStatisticSummariesInput,
    async ({ NextToken }) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(`Invalid token ${NextToken}`))
      const { start, rules } = await sampling.lastWindow()
      const output: GetSamplingStatisticSummariesOutput = {
        SamplingStatisticSummaries: [...rules].map(([rule, statistics]) => ({
          RuleName: rule,
          Timestamp: secondsFromUnixNanos(start),
          RequestCount: statistics.requests,
          BorrowCount: statistics.borrowed,
          SampledCount: statistics.sampled,
        })),
        NextToken: null,
      }
      return ok(output)
    },
  )
}
