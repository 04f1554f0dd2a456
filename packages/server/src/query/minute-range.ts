import type { UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import type { Sql } from '../store/sql.ts'
import { minute, sql } from '../store/sql.ts'
import type { MinuteRange } from './minute-list.ts'
import type { TimeWindow } from './trace-search.ts'

const NANOS_PER_SECOND = 1_000_000_000n
const SECONDS_PER_MINUTE = 60n
const MAX_MINUTE = 2n ** 32n - 1n

/**
 * Rows of segments lie in the minute of their start, which the primary key finds; starts that 32 bits
 * of seconds do not hold are filed elsewhere and found by the index of starts alone.
 */
export function minutesOf(window: TimeWindow): Sql {
  const last = wholeSeconds(unixNanos(window.until - 1n))
  if (last > MAX_MINUTE) return sql`minute >= ${minute(0)}`
  const first = wholeSeconds(window.from)
  const firstMinute = clampMinute(first - (first % SECONDS_PER_MINUTE))
  return sql`minute >= ${minute(firstMinute)} AND minute <= ${minute(clampMinute(last))}`
}

/** The minutes that a window lies in; undefined where 32 bits of seconds do not hold all of it. */
export function minutesTouched({ from, until }: TimeWindow): MinuteRange | undefined {
  if (wholeSeconds(until) > MAX_MINUTE - SECONDS_PER_MINUTE) return undefined
  return { from: minuteOf(from), to: minuteOf(unixNanos(until - 1n)) + Number(SECONDS_PER_MINUTE) }
}

/** The minute that an instant lies in, the nearest that the column holds. */
export function minuteOf(at: UnixNanos): number {
  const seconds = wholeSeconds(at)
  return clampMinute(seconds - (seconds % SECONDS_PER_MINUTE))
}

export function wholeSeconds(at: UnixNanos): bigint {
  return at / NANOS_PER_SECOND
}

/** The nearest number of seconds that the column holds. */
export function clampMinute(value: bigint): number {
  if (value < 0n) return 0
  return Number(value > MAX_MINUTE ? MAX_MINUTE : value)
}
