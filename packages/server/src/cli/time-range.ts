import { bad, ok, type Result, secondsFromUnixNanos, type UnixNanos } from '@fluoroscope/model'
import type { Flag } from './arguments.ts'
import { parseInstant } from './instant.ts'

/** Epoch seconds, both ends included. */
export type TimeRange = { readonly from: number; readonly to: number }

export const TIME_RANGE_FLAGS: readonly Flag[] = [
  { name: 'since', value: 'TIME', help: 'begin: 15m, 2h, 7d ago, or 2026-11-22T14:05:00Z [1h]' },
  { name: 'until', value: 'TIME', help: 'end, in the same forms [now]' },
]

/** Reads --since and --until. */
export function readTimeRange(
  flags: ReadonlyMap<string, string>,
  now: UnixNanos,
): Result<TimeRange, string> {
  const from = readInstantFlag(flags, 'since', '1h', now)
  if (!from.ok) return from
  const to = readInstantFlag(flags, 'until', 'now', now)
  if (!to.ok) return to
  if (from.value > to.value) return bad('--since lies after --until')
  return ok({ from: secondsFromUnixNanos(from.value), to: secondsFromUnixNanos(to.value) })
}

function readInstantFlag(
  flags: ReadonlyMap<string, string>,
  name: string,
  fallback: string,
  now: UnixNanos,
): Result<UnixNanos, string> {
  const text = flags.get(name) ?? fallback
  const instant = parseInstant(text, now)
  return instant.ok ? instant : bad(`--${name} ${instant.problem} (got "${text}")`)
}
