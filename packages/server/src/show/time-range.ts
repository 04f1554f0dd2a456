import type { UnixNanos } from '@fluoroscope/model'
import { nanosBetween } from '@fluoroscope/model'
import { invalidRequest, type OperationError } from './operation-error.ts'

/** The longest range an operation takes, and how its refusal calls it. */
export type RangeLimit = { readonly hours: number; readonly text: string }

export const SIX_HOURS: RangeLimit = { hours: 6, text: '6 hours' }
export const ONE_DAY: RangeLimit = { hours: 24, text: '24 hours' }
export const THIRTY_DAYS: RangeLimit = { hours: 30 * 24, text: '30 days' }

const HOUR_NANOS = 3_600_000_000_000

export function timeOrderError(from: UnixNanos, to: UnixNanos): OperationError | undefined {
  return to < from ? invalidRequest('End time cannot be earlier than start time') : undefined
}

export function timeRangeError(
  from: UnixNanos,
  to: UnixNanos,
  limit: RangeLimit,
): OperationError | undefined {
  const problem = timeOrderError(from, to)
  if (problem !== undefined) return problem
  if (nanosBetween(from, to) <= limit.hours * HOUR_NANOS) return undefined
  return invalidRequest(`Time range cannot be longer than ${limit.text}`)
}

/**
 * Ranges of insights end after they begin and reach back 30 days at most (xray-behaviour 1.6): who asks
 * for just that many is let through, though the request takes its time.
 */
export function ageError(
  from: UnixNanos,
  to: UnixNanos,
  now: UnixNanos,
): OperationError | undefined {
  if (to < from) return invalidRequest('End time cannot be earlier than start time')
  const age = nanosBetween(from, now)
  if (age <= THIRTY_DAYS.hours * HOUR_NANOS + AGE_SLACK_NANOS) return undefined
  return invalidRequest('Start time cannot be more than 30 days ago')
}

/** For the way of the request and for clocks that differ. */
const AGE_SLACK_NANOS = 300_000_000_000
