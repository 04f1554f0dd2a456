import {
  addNanos,
  type Nanos,
  type SamplingBoostStatisticsDocument,
  type SamplingRule,
  type UnixNanos,
} from '@fluoroscope/model'

/** What clients saw of one rule's requests lately, and what came of it. */
export type BoostState = {
  readonly reports: readonly BoostReport[]
  readonly phase: BoostPhase
}

export const NO_BOOST: BoostState = { reports: [], phase: { state: 'quiet' } }

/** For matching root requests until `end`, instead of the fixed rate. */
export type SamplingBoost = { readonly rate: number; readonly end: UnixNanos }

/**
 * Takes in one report and moves on in time (xray-behaviour 11.6): ten seconds after anomalies were
 * first seen the boost starts, lasts while they are seen but at most a minute, and then rests for
 * the rule's cool-down.
 */
export function takeBoostReport(
  state: BoostState,
  rule: SamplingRule,
  report: Pick<SamplingBoostStatisticsDocument, 'AnomalyCount' | 'TotalCount'>,
  now: UnixNanos,
): BoostState {
  const { AnomalyCount: anomalies, TotalCount: total } = report
  const kept = recentReports(state.reports, now)
  const last = kept.at(-1)
  const isSameSecond = last !== undefined && now - last.at < SECOND_NANOS
  const merged = isSameSecond
    ? [
        ...kept.slice(0, -1),
        { at: last.at, anomalies: last.anomalies + anomalies, total: last.total + total },
      ]
    : [...kept, { at: now, anomalies, total }]
  return advanceBoost({ ...state, reports: merged }, rule, now)
}

/** The state at `now`, when no report came in. */
export function advanceBoost(state: BoostState, rule: SamplingRule, now: UnixNanos): BoostState {
  if (rule.boost === undefined) return NO_BOOST
  const reports = recentReports(state.reports, now)
  const hasAnomalies = anomalyRatio(reports) > 0
  const phase = phaseAt(state.phase, hasAnomalies, rule.boost.cooldownMinutes, now)
  return { reports, phase }
}

/** What clients are told at `now`; the state was advanced to it. */
export function boostAt(
  { reports, phase }: BoostState,
  rule: SamplingRule,
  now: UnixNanos,
): SamplingBoost | undefined {
  if (rule.boost === undefined || phase.state !== 'detected') return undefined
  const last = endOf(phase.since)
  if (now < addNanos(phase.since, DETECTION_NANOS) || now >= last) return undefined
  const wanted = rule.fixedRate * (1 + STRENGTH * anomalyRatio(reports))
  const rate = Math.min(wanted, rule.boost.maxRate)
  if (rate <= rule.fixedRate) return undefined
  const end = addNanos(now, TTL_NANOS)
  return { rate, end: end < last ? end : last }
}

/** Counts of one second. */
type BoostReport = {
  readonly at: UnixNanos
  readonly anomalies: number
  readonly total: number
}

type BoostPhase =
  | { readonly state: 'quiet' }
  | { readonly state: 'detected'; readonly since: UnixNanos }
  | { readonly state: 'cooling'; readonly until: UnixNanos }

const SECOND_NANOS = 1_000_000_000n
const DETECTION_NANOS = 10e9 as Nanos
const LONGEST_NANOS = 60e9 as Nanos
const TTL_NANOS = 20e9 as Nanos
const MINUTE_NANOS = 60e9

/** Reports count for two intervals of reporting. */
const WINDOW_NANOS = 20_000_000_000n

/** Nine anomalies in ten requests raise a rate of 0.05 to 0.13, as was seen of X-Ray. */
const STRENGTH = 1.8

function recentReports(reports: readonly BoostReport[], now: UnixNanos): readonly BoostReport[] {
  return reports.filter(({ at }) => now - at < WINDOW_NANOS)
}

/** 0 to 1, whatever clients send. */
function anomalyRatio(reports: readonly BoostReport[]): number {
  let anomalies = 0
  let total = 0
  for (const report of reports) {
    anomalies += report.anomalies
    total += report.total
  }
  return total === 0 ? 0 : Math.min(1, anomalies / total)
}

function phaseAt(
  phase: BoostPhase,
  hasAnomalies: boolean,
  cooldownMinutes: number,
  now: UnixNanos,
): BoostPhase {
  if (phase.state === 'cooling' && now < phase.until) return phase
  if (phase.state !== 'detected') {
    return hasAnomalies ? { state: 'detected', since: now } : { state: 'quiet' }
  }
  const last = endOf(phase.since)
  if (hasAnomalies && now < last) return phase
  if (now < addNanos(phase.since, DETECTION_NANOS)) return { state: 'quiet' }
  const ended = now < last ? now : last
  const until = addNanos(ended, (cooldownMinutes * MINUTE_NANOS) as Nanos)
  return phaseAt({ state: 'cooling', until }, hasAnomalies, cooldownMinutes, now)
}

function endOf(since: UnixNanos): UnixNanos {
  return addNanos(since, (DETECTION_NANOS + LONGEST_NANOS) as Nanos)
}
