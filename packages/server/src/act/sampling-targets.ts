import type { SamplingRule, SamplingStatisticsDocument, UnixNanos } from '@fluoroscope/model'
import { addNanos, type Nanos } from '@fluoroscope/model'
import type { SharedStatistics } from '../store/sampling-reports.ts'

/** Who reported what of each rule, and what was granted; by rule name. */
export type SamplingState = ReadonlyMap<string, RuleState>

export const NO_REPORTS: SamplingState = new Map()

export type SamplingTarget = {
  readonly rule: SamplingRule
  /** Requests a second this client may take from the reservoir until `quotaEnd`. */
  readonly quota: number
  readonly quotaEnd: UnixNanos
}

export type SamplingAnswer = {
  /** One for each accepted report, in their order. */
  readonly targets: readonly SamplingTarget[]
  readonly unknownRules: readonly string[]
}

/** Ten seconds from `start`. */
export type SamplingWindow = {
  readonly start: UnixNanos
  readonly rules: ReadonlyMap<string, RuleStatistics>
}

type RuleStatistics = {
  readonly requests: number
  readonly sampled: number
  readonly borrowed: number
}

/** Seconds between two reports of a client. */
export const REPORT_INTERVAL_SECONDS = 10

/**
 * Takes in the reports of one request and shares each rule's reservoir over the clients seen in the
 * last five minutes (xray-behaviour 11.4): evenly, passing on what low traffic does not need. What
 * other clients hold stays theirs until it ends or they report again, so all quotas that hold at an
 * instant never exceed the reservoir.
 */
export function takeReports(
  state: SamplingState,
  rules: ReadonlyMap<string, SamplingRule>,
  reports: readonly SamplingStatisticsDocument[],
  now: UnixNanos,
): readonly [SamplingState, SamplingAnswer] {
  const next = new Map([...state].filter(([rule]) => rules.has(rule)))
  for (const report of reports) {
    if (rules.has(report.RuleName)) {
      next.set(report.RuleName, admit(next.get(report.RuleName), report, now))
    }
  }
  const targets: SamplingTarget[] = []
  const unknownRules: string[] = []
  for (const { RuleName, ClientID } of reports) {
    const rule = rules.get(RuleName)
    const ruleState = next.get(RuleName)
    if (rule === undefined || ruleState === undefined) {
      unknownRules.push(RuleName)
      continue
    }
    const grant = { quota: quotaOf(ruleState, ClientID, rule.reservoirSize, now), end: ttl(now) }
    next.set(RuleName, withGrant(ruleState, ClientID, grant))
    targets.push({ rule, quota: grant.quota, quotaEnd: grant.end })
  }
  return [next, { targets, unknownRules }]
}

/**
 * Takes in what other servers were told, and what they granted. A client that has reported here since keeps
 * what it was granted here.
 */
export function takeSharedReports(
  state: SamplingState,
  rules: ReadonlyMap<string, SamplingRule>,
  reports: readonly SharedStatistics[],
): SamplingState {
  const next = new Map(state)
  for (const { rule, client, at, quota, quotaEnd, ...counts } of reports) {
    if (!rules.has(rule)) continue
    const report = {
      RuleName: rule,
      ClientID: client,
      Timestamp: at,
      RequestCount: counts.requests,
      SampledCount: counts.sampled,
      BorrowCount: counts.borrowed,
    }
    const known = next.get(rule)
    const seen = known?.clients.get(client)?.seen
    if (known !== undefined && seen !== undefined && seen >= at) {
      next.set(rule, { ...known, windows: withReport(known.windows, report, at) })
    } else {
      next.set(rule, withGrant(admit(known, report, at), client, { quota, end: quotaEnd }))
    }
  }
  return next
}

/**
 * Sums of closed windows of ten seconds, the oldest first, each by rule with zeros for a quiet one:
 * from the first report on, at most the last {@link TREND_WINDOWS}; nothing before anything was
 * reported at all (xray-behaviour 11.4).
 */
export function samplingTrend(
  state: SamplingState,
  rules: readonly string[],
  now: UnixNanos,
): readonly SamplingWindow[] {
  const reported = [...state.values()].flatMap(({ windows }) => [...windows.keys()])
  if (reported.length === 0) return []
  const closed = windowOf(now) - 1
  const first = Math.max(Math.min(...reported, closed), closed - TREND_WINDOWS + 1)
  return Array.from({ length: closed - first + 1 }, (_, index) => ({
    start: (BigInt(first + index) * WINDOW_NANOS) as UnixNanos,
    rules: new Map(rules.map((rule) => [rule, sumOf(state.get(rule)?.windows.get(first + index))])),
  }))
}

type RuleState = {
  readonly clients: ReadonlyMap<string, Client>
  /** By their numbers, the oldest first: at most {@link TREND_WINDOWS} and the one that is open. */
  readonly windows: ReadonlyMap<number, WindowReports>
}

/** The latest report of each client; their sum alone once the window is closed. */
type WindowReports = ReadonlyMap<string, RuleStatistics> | RuleStatistics

type Client = {
  /** What it reported is its first report: whoever else is there may not have reported yet. */
  readonly isNew: boolean
  readonly seen: UnixNanos
  /** Whole requests a second it could take from the reservoir, by its latest report. */
  readonly demand: number
  readonly grant: Grant
}

type Grant = { readonly quota: number; readonly end: UnixNanos }

const SECOND_NANOS = 1_000_000_000
const CLIENT_LIFE_NANOS = (300 * SECOND_NANOS) as Nanos
const WINDOW_NANOS = BigInt(REPORT_INTERVAL_SECONDS * SECOND_NANOS)

/** Closed windows that are kept: five minutes. */
const TREND_WINDOWS = 30

/** Clients remembered for a rule; the longest silent one makes room. */
const MAX_CLIENTS = 10_000

const NO_GRANT: Grant = { quota: 0, end: 0n as UnixNanos }

function admit(
  state: RuleState | undefined,
  report: SamplingStatisticsDocument,
  now: UnixNanos,
): RuleState {
  const clients = new Map(
    [...(state?.clients ?? [])].filter(([, { seen }]) => addNanos(seen, CLIENT_LIFE_NANOS) > now),
  )
  const known = clients.get(report.ClientID)
  clients.delete(report.ClientID)
  const [longestSilent] = clients.keys()
  if (clients.size >= MAX_CLIENTS && longestSilent !== undefined) clients.delete(longestSilent)
  clients.set(report.ClientID, {
    isNew: known === undefined,
    seen: now,
    demand: Math.ceil(report.RequestCount / REPORT_INTERVAL_SECONDS),
    grant: known?.grant ?? NO_GRANT,
  })
  return { clients, windows: withReport(state?.windows ?? new Map(), report, now) }
}

function withReport(
  windows: RuleState['windows'],
  report: SamplingStatisticsDocument,
  now: UnixNanos,
): RuleState['windows'] {
  const at = windowOf(now)
  const newest = Math.max(at, ...windows.keys())
  const statistics = {
    requests: report.RequestCount,
    sampled: report.SampledCount,
    borrowed: report.BorrowCount ?? 0,
  }
  const known = windows.get(at)
  const isClosed = known !== undefined && !isReports(known)
  const reported = isClosed
    ? addStatistics(known, statistics)
    : new Map(known ?? []).set(report.ClientID, statistics)
  return new Map(
    [...windows, [at, reported] as const]
      .filter(([window]) => window >= newest - TREND_WINDOWS)
      .map(([window, reports]) => [window, window === newest ? reports : sumOf(reports)] as const),
  )
}

/**
 * The client's share, as far as others do not hold it still. After its first report that is no more
 * than the one it could borrow: clients that start together report one after the other, and borrow
 * until then, so the first of them must not be given the whole reservoir.
 */
function quotaOf(state: RuleState, id: string, reservoir: number, now: UnixNanos): number {
  let held = 0
  for (const [other, { grant }] of state.clients) {
    if (other !== id && grant.end > now) held += grant.quota
  }
  const share = shareOf(state.clients, id, reservoir)
  const most = state.clients.get(id)?.isNew ? 1 : share
  return Math.min(share, most, Math.max(0, reservoir - held))
}

/**
 * The client's part when everybody asks anew: demands are met in even steps, then what nobody needs
 * is spread evenly, for bursts. Where it does not divide, clients in the order of their ids get one more.
 */
function shareOf(clients: RuleState['clients'], id: string, reservoir: number): number {
  const shares = new Map([...clients.keys()].sort().map((client) => [client, 0]))
  let left = reservoir
  let wanting = [...shares.keys()].filter((client) => (clients.get(client)?.demand ?? 0) > 0)
  while (left > 0 && wanting.length > 0) {
    left -= spread(shares, wanting, left, (client) => clients.get(client)?.demand ?? 0)
    wanting = wanting.filter(
      (client) => (shares.get(client) ?? 0) < (clients.get(client)?.demand ?? 0),
    )
  }
  spread(shares, [...shares.keys()], left, () => Number.POSITIVE_INFINITY)
  return shares.get(id) ?? 0
}

/** Gives `amount` evenly to `clients`, to none more than its limit; returns what was taken. */
function spread(
  shares: Map<string, number>,
  clients: readonly string[],
  amount: number,
  limitOf: (client: string) => number,
): number {
  const each = Math.floor(amount / clients.length)
  let rest = amount - each * clients.length
  let taken = 0
  for (const client of clients) {
    const extra = rest > 0 ? 1 : 0
    rest -= extra
    const share = shares.get(client) ?? 0
    const given = Math.min(each + extra, limitOf(client) - share)
    shares.set(client, share + given)
    taken += given
  }
  return taken
}

function withGrant(state: RuleState, id: string, grant: Grant): RuleState {
  const client = state.clients.get(id)
  if (client === undefined) return state
  return { ...state, clients: new Map(state.clients).set(id, { ...client, grant }) }
}

function ttl(now: UnixNanos): UnixNanos {
  return addNanos(now, CLIENT_LIFE_NANOS)
}

function windowOf(now: UnixNanos): number {
  return Number(now / WINDOW_NANOS)
}

function isReports(
  window: WindowReports | undefined,
): window is ReadonlyMap<string, RuleStatistics> {
  return window instanceof Map
}

function sumOf(window: WindowReports | undefined): RuleStatistics {
  if (window !== undefined && !isReports(window)) return window
  let sum = { requests: 0, sampled: 0, borrowed: 0 }
  for (const { requests, sampled, borrowed } of window?.values() ?? []) {
    sum = addStatistics(sum, { requests, sampled, borrowed })
  }
  return sum
}

function addStatistics(left: RuleStatistics, right: RuleStatistics): RuleStatistics {
  return {
    requests: left.requests + right.requests,
    sampled: left.sampled + right.sampled,
    borrowed: left.borrowed + right.borrowed,
  }
}
