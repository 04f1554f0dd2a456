import type { GetSamplingStatisticSummariesOutput, UnixNanos } from '@fluoroscope/model'
import {
  bad,
  GetSamplingStatisticSummariesInput,
  ok,
  secondsFromUnixNanos,
} from '@fluoroscope/model'
import type { RuleStatistics } from '../../act/sampling-targets.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

/** Sums by rule of the window that starts at `start`. */
export type LastWindow = () => {
  readonly start: UnixNanos
  readonly rules: ReadonlyMap<string, RuleStatistics>
}

export function getSamplingStatisticSummaries(lastWindow: LastWindow): Operation {
  return operation(
    'GetSamplingStatisticSummaries',
    '/SamplingStatisticSummaries',
    GetSamplingStatisticSummariesInput,
    ({ NextToken }) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(`Invalid token ${NextToken}`))
      const { start, rules } = lastWindow()
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
