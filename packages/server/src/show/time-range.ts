import type { UnixNanos } from '@fluoroscope/model'
import { nanosBetween } from '@fluoroscope/model'
import { invalidRequest, type OperationError } from './operation-error.ts'

/** The longest range an operation takes, and how its refusal calls it. */
export type RangeLimit = { readonly hours: number; readonly text: string }

export const SIX_HOURS: RangeLimit = { hours: 6, text: '6 hours' }
export const ONE_DAY: RangeLimit = { hours: 24, text: '24 hours' }
export const THIRTY_DAYS: RangeLimit = { hours: 30 * 24, text: '30 days' }

const HOUR_NANOS = 3_600_000_000_000

export function timeRangeError(
  from: UnixNanos,
  to: UnixNanos,
  limit: RangeLimit,
): OperationError | undefined {
  if (to < from) return invalidRequest('End time cannot be earlier than start time')
  if (nanosBetween(from, to) <= limit.hours * HOUR_NANOS) return undefined
  return invalidRequest(`Time range cannot be longer than ${limit.text}`)
}
