import type {
  GetSamplingTargetsOutput,
  UnixNanos,
  UnprocessedStatisticsOutput,
} from '@fluoroscope/model'
import { GetSamplingTargetsInput, ok, secondsFromUnixNanos } from '@fluoroscope/model'
import type { Sampling, SamplingReply } from '../../act/sampling.ts'
import { REPORT_INTERVAL_SECONDS } from '../../act/sampling-targets.ts'
import { type Operation, operation } from '../operation.ts'

export function getSamplingTargets(sampling: Sampling): Operation {
  return operation(
    'GetSamplingTargets',
    '/SamplingTargets',
    GetSamplingTargetsInput,
    async (input) => {
      const reply = await sampling.takeReports({
        statistics: input.SamplingStatisticsDocuments,
        boosts: input.SamplingBoostStatisticsDocuments ?? [],
      })
      const output: GetSamplingTargetsOutput = {
        SamplingTargetDocuments: reply.targets.map(printTarget),
        // Samplers compare whole seconds: what changed in the second of their last fetch is later.
        LastRuleModification: Math.ceil(secondsFromUnixNanos(reply.lastModified)),
        UnprocessedStatistics: reply.unknownRules.map(printUnknownRule),
        UnprocessedBoostStatistics: reply.unknownBoostRules.map(printUnknownRule),
      }
      return ok(output)
    },
  )
}

function printTarget({
  rule,
  quota,
  quotaEnd,
  boost,
}: SamplingReply['targets'][number]): GetSamplingTargetsOutput['SamplingTargetDocuments'][number] {
  return {
    RuleName: rule.name,
    FixedRate: rule.fixedRate,
    ReservoirQuota: quota,
    ReservoirQuotaTTL: wholeSeconds(quotaEnd),
    Interval: REPORT_INTERVAL_SECONDS,
    SamplingBoost:
      boost === undefined ? null : { BoostRate: boost.rate, BoostRateTTL: wholeSeconds(boost.end) },
  }
}

function wholeSeconds(instant: UnixNanos): number {
  return Math.floor(secondsFromUnixNanos(instant))
}

function printUnknownRule(rule: string): UnprocessedStatisticsOutput {
  return { RuleName: rule, ErrorCode: '400', Message: 'Unknown rule' }
}
