import type {
  SamplingBoostStatisticsDocument,
  SamplingRule,
  SamplingStatisticsDocument,
  UnixNanos,
} from '@fluoroscope/model'
import type { SharedReport, SharedReports } from '../store/sampling-reports.ts'
import type { Settings } from '../store/settings.ts'
import {
  advanceBoost,
  type BoostState,
  boostAt,
  NO_BOOST,
  type SamplingBoost,
  takeBoostReport,
} from './sampling-boost.ts'
import { listRules } from './sampling-rules.ts'
import {
  NO_REPORTS,
  type SamplingAnswer,
  type SamplingState,
  type SamplingTarget,
  type SamplingWindow,
  samplingTrend,
  takeReports,
  takeSharedReports,
} from './sampling-targets.ts'

export type SamplingReports = {
  readonly statistics: readonly SamplingStatisticsDocument[]
  readonly boosts: readonly SamplingBoostStatisticsDocument[]
}

export type SamplingReply = Pick<SamplingAnswer, 'unknownRules'> & {
  readonly targets: readonly (SamplingTarget & { readonly boost: SamplingBoost | undefined })[]
  readonly unknownBoostRules: readonly string[]
  /** When a rule was last made, changed or removed; 0 for never. */
  readonly lastModified: UnixNanos
}

/**
 * Shares the reservoirs over all clients, of all servers of the store. What clients report is kept in memory:
 * after a restart they report again within seconds.
 */
export class Sampling {
  readonly #settings: Settings
  readonly #now: () => UnixNanos
  readonly #shared: SharedReports | undefined
  #state: State = { targets: NO_REPORTS, boosts: new Map() }

  /** @param shared what other servers of the store are told; undefined where there is only this one */
  constructor(settings: Settings, now: () => UnixNanos, shared: SharedReports | undefined) {
    this.#settings = settings
    this.#now = now
    this.#shared = shared
  }

  /** @throws StoreError */
  async takeReports(reports: SamplingReports): Promise<SamplingReply> {
    const { rules, lastModified } = await listRules(this.#settings)
    const byName = new Map(rules.map((rule) => [rule.name, rule]))
    await this.#takeShared(byName)
    const now = this.#now()
    const old = this.#state
    const [targets, answer] = takeReports(old.targets, byName, reports.statistics, now)
    const [boosts, unknownBoostRules] = takeBoosts(old.boosts, byName, reports.boosts, now)
    this.#state = { targets, boosts }
    this.#shared?.put(sharedReports(reports, answer, byName, now))
    return {
      targets: answer.targets.map((target) => ({
        ...target,
        boost: boostAt(boosts.get(target.rule.name) ?? NO_BOOST, target.rule, now),
      })),
      unknownRules: answer.unknownRules,
      unknownBoostRules,
      lastModified,
    }
  }

  /** Sums of all rules in recent ten seconds, the oldest first; none before the first report. */
  async trend(): Promise<readonly SamplingWindow[]> {
    const { rules } = await listRules(this.#settings)
    await this.#takeShared(new Map(rules.map((rule) => [rule.name, rule])))
    const names = rules.map(({ name }) => name)
    return samplingTrend(this.#state.targets, names, this.#now())
  }

  async #takeShared(rules: ReadonlyMap<string, SamplingRule>): Promise<void> {
    const reports = (await this.#shared?.takeNew()) ?? []
    if (reports.length === 0) return
    const statistics = reports.filter((report) => report.kind === 'statistics')
    const boosts = new Map(this.#state.boosts)
    for (const report of reports) {
      const rule = rules.get(report.rule)
      if (rule === undefined || report.kind !== 'anomalies') continue
      const counts = { AnomalyCount: report.anomalies, TotalCount: report.total }
      boosts.set(
        rule.name,
        takeBoostReport(boosts.get(rule.name) ?? NO_BOOST, rule, counts, report.at),
      )
    }
    this.#state = { targets: takeSharedReports(this.#state.targets, rules, statistics), boosts }
  }
}

/** What other servers have to know of one request's reports; each was answered by the next target. */
function sharedReports(
  { statistics, boosts }: SamplingReports,
  { targets }: SamplingAnswer,
  rules: ReadonlyMap<string, SamplingRule>,
  at: UnixNanos,
): readonly SharedReport[] {
  const accepted = statistics.filter(({ RuleName }) => rules.has(RuleName))
  return [
    ...accepted.map((report, index) => ({
      kind: 'statistics' as const,
      at,
      rule: report.RuleName,
      client: report.ClientID,
      requests: report.RequestCount,
      sampled: report.SampledCount,
      borrowed: report.BorrowCount ?? 0,
      quota: targets[index]?.quota ?? 0,
      quotaEnd: targets[index]?.quotaEnd ?? at,
    })),
    ...boosts
      .filter(({ RuleName }) => rules.has(RuleName))
      .map(({ RuleName, TotalCount, AnomalyCount }) => ({
        kind: 'anomalies' as const,
        at,
        rule: RuleName,
        total: TotalCount,
        anomalies: AnomalyCount,
      })),
  ]
}

type Boosts = ReadonlyMap<string, BoostState>

type State = { readonly targets: SamplingState; readonly boosts: Boosts }

function takeBoosts(
  old: Boosts,
  rules: ReadonlyMap<string, SamplingRule>,
  reports: SamplingReports['boosts'],
  now: UnixNanos,
): readonly [Boosts, unknownRules: readonly string[]] {
  const boosts = new Map<string, BoostState>()
  for (const [name, rule] of rules) {
    const state = old.get(name)
    if (state !== undefined) boosts.set(name, advanceBoost(state, rule, now))
  }
  const unknownRules: string[] = []
  for (const report of reports) {
    const rule = rules.get(report.RuleName)
    if (rule === undefined) unknownRules.push(report.RuleName)
    else {
      const state = boosts.get(rule.name) ?? NO_BOOST
      boosts.set(rule.name, takeBoostReport(state, rule, report, now))
    }
  }
  return [boosts, unknownRules]
}
