import type {
  SamplingBoostStatisticsDocument,
  SamplingRule,
  SamplingStatisticsDocument,
  UnixNanos,
} from '@fluoroscope/model'
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
 * Shares the reservoirs over all clients. What clients report is kept in memory only: after a restart
 * they report again within seconds.
 */
export class Sampling {
  readonly #settings: Settings
  readonly #now: () => UnixNanos
  #state: State = { targets: NO_REPORTS, boosts: new Map() }

  constructor(settings: Settings, now: () => UnixNanos) {
    this.#settings = settings
    this.#now = now
  }

  /** @throws StoreError */
  async takeReports(reports: SamplingReports): Promise<SamplingReply> {
    const { rules, lastModified } = await listRules(this.#settings)
    const byName = new Map(rules.map((rule) => [rule.name, rule]))
    const now = this.#now()
    const old = this.#state
    const [targets, answer] = takeReports(old.targets, byName, reports.statistics, now)
    const [boosts, unknownBoostRules] = takeBoosts(old.boosts, byName, reports.boosts, now)
    this.#state = { targets, boosts }
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
    const names = rules.map(({ name }) => name)
    return samplingTrend(this.#state.targets, names, this.#now())
  }
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
