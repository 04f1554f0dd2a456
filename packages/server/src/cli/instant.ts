import {
  addNanos,
  bad,
  MAX_UNIX_SECONDS,
  type Nanos,
  ok,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'

/**
 * Reads an instant as people type it: `15m`, `2h`, `7d` (so long ago), `now`, a date, an ISO 8601
 * date and time (local where it names no zone), or epoch seconds.
 */
export function parseInstant(text: string, now: UnixNanos): Result<UnixNanos, string> {
  if (text === 'now') return ok(now)
  const ago = parseSpan(text)
  if (ago.ok) return ok(addNanos(now, -ago.value as Nanos))
  if (/^\d{9,10}(\.\d{1,9})?$/.test(text) && Number(text) <= MAX_UNIX_SECONDS) {
    return ok(unixNanos(BigInt(Math.round(Number(text) * 1000)) * 1_000_000n))
  }
  if (!ISO_INSTANT.test(text)) return bad(EXPECTED)
  // A date alone would be read as UTC, a date with a time as local: both are local here.
  const ms = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'))
  return Number.isNaN(ms) ? bad(EXPECTED) : ok(unixNanos(BigInt(ms) * 1_000_000n))
}

/** Reads a length of time, `90s`, `15m`, `2h`, `7d`, `1w`, `500ms`: a positive number and a unit. */
export function parseSpan(text: string): Result<Nanos, string> {
  const match = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h|d|w)$/.exec(text)
  const nanos = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN)
  if (Number.isNaN(nanos) || nanos === 0)
    return bad('must be a length of time such as 90s, 15m, 2h')
  return ok(nanos as Nanos)
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
}

const ISO_INSTANT =
  /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

const EXPECTED = 'must be a time such as 15m, 2h, 7d (ago), 2026-11-22 or 2026-11-22T14:05:00Z'
