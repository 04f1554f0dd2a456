import type { Result, TraceId, UnixNanos } from '@fluoroscope/model'
import { bad, ok, parseTraceId, printFilter, unixNanos } from '@fluoroscope/model'
import type { Candidate } from './candidate-traces.ts'
import { invalidToken, openToken, sealToken } from './sealed-token.ts'
import type { TimeWindow, TraceSearch } from './trace-search.ts'
import { windowOf } from './trace-search.ts'

/** Where the next page of a search goes on. */
export type PagePosition = {
  /** Receipts the search knows of: those until its first page. */
  readonly asOf: UnixNanos
  /** The window the page before ended in. */
  readonly window: TimeWindow
  /** How long the window is by rule; it may reach further, over empty minutes. Nanoseconds. */
  readonly step: bigint
  /** The last candidate looked at in it; undefined where the window begins anew. */
  readonly after: Candidate | undefined
}

/**
 * The position as an opaque text for the caller to send back: letters, digits, `-` and `_`. It only
 * works for the same search.
 */
export function printPageToken(search: TraceSearch, position: PagePosition): string {
  const { asOf, window, step, after } = position
  const fields = [asOf, window.from, window.until, step, after?.time ?? '', after?.id ?? '']
  return sealToken(questionOf(search), fields.join(' '))
}

/** Reads a token that was made for the same search. The problem is the message X-Ray answers. */
export function parsePageToken(search: TraceSearch, token: string): Result<PagePosition, string> {
  const text = openToken(questionOf(search), token)
  const fields = POSITION.exec(text ?? '')?.groups
  if (fields === undefined) return bad(invalidToken(token))
  const position = readPosition(fields)
  return isWithin(position.window, windowOf(search)) ? ok(position) : bad(invalidToken(token))
}

const POSITION =
  /^(?<asOf>\d{1,18}|[1-8]\d{18}) (?<from>-?\d{1,19}) (?<until>-?\d{1,19}) (?<step>\d{1,20}) (?:(?<time>-?\d{1,19}) (?<id>1-[0-9a-f]{8}-[0-9a-f]{24})| )$/

function readPosition(fields: Readonly<Record<string, string | undefined>>): PagePosition {
  const instantOf = (name: string) => unixNanos(BigInt(fields[name] ?? '0'))
  const id: TraceId | undefined = parseTraceId(fields['id'] ?? '')
  return {
    asOf: instantOf('asOf'),
    window: { from: instantOf('from'), until: instantOf('until') },
    step: instantOf('step'),
    after: id === undefined ? undefined : { id, time: instantOf('time') },
  }
}

function isWithin(window: TimeWindow, range: TimeWindow): boolean {
  return window.from >= range.from && window.until <= range.until
}

function questionOf({ timeRangeType, from, to, sampled, filter }: TraceSearch): readonly unknown[] {
  const filterText = filter === undefined ? '' : printFilter(filter.expression)
  return [timeRangeType, `${from}`, `${to}`, sampled, filterText]
}
