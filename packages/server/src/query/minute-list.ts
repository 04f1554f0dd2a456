import { joinSql, minute, type Sql, sql, text } from '../store/sql.ts'

/** Whole minutes from `from` on and before `to`, in unix seconds. */
export type MinuteRange = { readonly from: number; readonly to: number }

/** What one statement may list: parameters travel in the address of a request. */
export const MAX_LISTED_MINUTES = 400
export const MAX_LISTED_RANGES = 30

/** The column `minute` is one of these; at most {@link MAX_LISTED_MINUTES}. */
export function minuteIn(minutes: readonly number[]): Sql {
  // One text: a parameter each would not fit an address. A subquery is a set for the primary key.
  const list = text(minutes.join(','))
  return sql`minute IN (
    SELECT toDateTime(toUInt32(arrayJoin(splitByChar(',', ${list}))), 'UTC'))`
}

/** The column `minute` lies in one of these; at least one, at most {@link MAX_LISTED_RANGES}. */
export function minuteWithin(ranges: readonly MinuteRange[]): Sql {
  const conditions = ranges.map(
    ({ from, to }) => sql`(minute >= ${minute(from)} AND minute < ${minute(to)})`,
  )
  return sql`(${joinSql(conditions, ' OR ')})`
}
