import type {
  GetSamplingTargetsOutput,
  SamplingRule,
  SamplingStatisticsDocument,
  UnixNanos,
} from '@fluoroscope/model'
import { GetSamplingTargetsInput, ok, secondsFromUnixNanos } from '@fluoroscope/model'
import {
  REPORT_INTERVAL_SECONDS,
  type SamplingAnswer,
  type SamplingTarget,
} from '../../act/sampling-targets.ts'
import { type Operation, operation } from '../operation.ts'

export type TakeReports = (reports: readonly SamplingStatisticsDocument[]) => SamplingAnswer

export function getSamplingTargets(
  rules: readonly SamplingRule[],
  takeReports: TakeReports,
): Operation {
  return operation(
    'GetSamplingTargets',
    '/SamplingTargets',
    GetSamplingTargetsInput,
    ({ SamplingStatisticsDocuments }) => {
      const { targets, unknownRules } = takeReports(SamplingStatisticsDocuments)
      const output: GetSamplingTargetsOutput = {
        SamplingTargetDocuments: targets.map(printTarget),
        LastRuleModification: secondsFromUnixNanos(lastModification(rules)),
        UnprocessedStatistics: unknownRules.map((RuleName) => ({
          RuleName,
          ErrorCode: '400',
          Message: 'Unknown rule',
        })),
        UnprocessedBoostStatistics: [],
      }
      return ok(output)
    },
  )
}

function printTarget({
  rule,
  quota,
  quotaEnd,
}: SamplingTarget): GetSamplingTargetsOutput['SamplingTargetDocuments'][number] {
  return {
    RuleName: rule.name,
    FixedRate: rule.fixedRate,
    ReservoirQuota: quota,
    ReservoirQuotaTTL: Math.floor(secondsFromUnixNanos(quotaEnd)),
    Interval: REPORT_INTERVAL_SECONDS,
  }
}

function lastModification(rules: readonly SamplingRule[]): UnixNanos {
  return rules
    .map(({ modified }) => modified)
    .reduce((latest, modified) => (modified > latest ? modified : latest), 0n as UnixNanos)
}
