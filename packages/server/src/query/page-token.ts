import type { Result, TraceId, UnixNanos } from '@fluoroscope/model'
import { bad, ok, parseTraceId, printFilter, unixNanos } from '@fluoroscope/model'
import type { Candidate } from './candidate-traces.ts'
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
  const text = fields.join(' ')
  const token = `${TOKEN_VERSION} ${text} ${fingerprint(search, text)}`
  return Buffer.from(token, 'latin1').toString('base64url')
}

/** Reads a token that was made for the same search. The problem is the message X-Ray answers. */
export function parsePageToken(search: TraceSearch, token: string): Result<PagePosition, string> {
  const problem = bad(`Invalid token ${token.slice(0, MAX_TOKEN_LENGTH)}`)
  if (token.length > MAX_TOKEN_LENGTH) return problem
  const text = Buffer.from(token, 'base64url').toString('latin1')
  const fields = TOKEN.exec(text)?.groups
  if (fields === undefined) return problem
  const position = readPosition(fields)
  // Printing again covers the fingerprint and every other spelling of the same bytes.
  if (printPageToken(search, position) !== token) return problem
  return isWithin(position.window, windowOf(search)) ? ok(position) : problem
}

const TOKEN_VERSION = '1'
const MAX_TOKEN_LENGTH = 400
const TOKEN =
  /^1 (?<asOf>\d{1,18}|[1-8]\d{18}) (?<from>-?\d{1,19}) (?<until>-?\d{1,19}) (?<step>\d{1,20}) (?:(?<time>-?\d{1,19}) (?<id>1-[0-9a-f]{8}-[0-9a-f]{24})| ) [0-9a-f]{16}$/

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

/** Tells other searches and altered positions apart; it keeps nobody out who wants to forge one. */
function fingerprint(search: TraceSearch, position: string): string {
  const { timeRangeType, from, to, sampled, filter } = search
  const filterText = filter === undefined ? '' : printFilter(filter.expression)
  const text = JSON.stringify([timeRangeType, `${from}`, `${to}`, sampled, filterText, position])
  let hash = FNV_OFFSET
  for (const byte of Buffer.from(text, 'utf8')) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}

/** FNV-1a, 64 bits. */
const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n
