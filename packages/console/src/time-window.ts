import type { TimeRange } from './client.ts'

/** Which time a page looks at: a length that ends now, or two instants in epoch seconds. */
export type TimeWindow =
  | { readonly kind: 'last'; readonly seconds: number }
  | { readonly kind: 'between'; readonly from: number; readonly to: number }

/** The lengths that the range picker offers, in seconds. */
export const RANGE_SECONDS: readonly number[] = [300, 900, 3600, 21_600, 86_400, 604_800]

export const DEFAULT_WINDOW: TimeWindow = { kind: 'last', seconds: 3600 }

/** As far back as the server keeps traces by default, and as long as a search may be. */
export const MAX_WINDOW_SECONDS = 30 * 86_400

/** A window within the bounds; undefined for one that ends before it begins, or is too long. */
export function betweenSeconds(from: number, to: number): TimeWindow | undefined {
  const isSound = Number.isFinite(from) && Number.isFinite(to) && from >= 0
  if (!isSound || to <= from || to - from > MAX_WINDOW_SECONDS) return undefined
  return { kind: 'between', from, to }
}

/** Reads `range=15m`, or `from` and `to` in ISO 8601; what is not understood is the last hour. */
export function readTimeWindow(parameters: URLSearchParams): TimeWindow {
  return findTimeWindow(parameters, '') ?? DEFAULT_WINDOW
}

/** The window of parameters whose names begin with `prefix`; undefined where they tell none. */
export function findTimeWindow(
  parameters: URLSearchParams,
  prefix: string,
): TimeWindow | undefined {
  const [from, to] = [parameters.get(`${prefix}from`), parameters.get(`${prefix}to`)]
  const between =
    from === null || to === null
      ? undefined
      : betweenSeconds(Date.parse(from) / 1000, Date.parse(to) / 1000)
  if (between !== undefined) return between
  const seconds = parseLength(parameters.get(`${prefix}range`) ?? '')
  return seconds === undefined ? undefined : { kind: 'last', seconds }
}

/** The parameters that {@link readTimeWindow} reads; the default has none. */
export function timeParameters(window: TimeWindow): readonly (readonly [string, string])[] {
  const isDefault = window.kind === 'last' && window.seconds === 3600
  return isDefault ? [['range', '']] : windowParameters(window, '')
}

/** The parameters that {@link findTimeWindow} reads. */
export function windowParameters(
  window: TimeWindow,
  prefix: string,
): readonly (readonly [string, string])[] {
  if (window.kind === 'last') return [[`${prefix}range`, lengthText(window.seconds)]]
  return [
    [`${prefix}from`, isoSeconds(window.from)],
    [`${prefix}to`, isoSeconds(window.to)],
  ]
}

/** Both ends at the instant `now`, in whole epoch seconds. */
export function rangeOf(window: TimeWindow, now: number): TimeRange {
  if (window.kind === 'between') return { from: window.from, to: window.to }
  const to = Math.ceil(now)
  return { from: to - window.seconds, to }
}

/** A length in the largest unit that leaves it whole, days from two on: `15m`, `24h`, `7d`. */
export function lengthText(seconds: number): string {
  const unit = UNITS.find(
    ([name, size]) => seconds % size === 0 && seconds >= (name === 'd' ? 2 * size : size),
  )
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`
}

/** The inverse of {@link lengthText}; undefined for anything else and beyond the bounds. */
export function parseLength(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? []
  const size = UNITS.find(([name]) => name === unit)?.[1] ?? 1
  const seconds = Number(count) * size
  return seconds > 0 && seconds <= MAX_WINDOW_SECONDS ? seconds : undefined
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
