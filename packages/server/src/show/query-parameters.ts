import {
  bad,
  ok,
  parseTraceId,
  type Result,
  readDuration,
  type TraceId,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'

const MAX_HEX_DIGITS = 32
const HEX = /^[0-9a-fA-F]+$/

/** A trace id as Jaeger and Tempo take them, zeros in front left out, or in X-Ray's form. */
export function readTraceId(text: string): TraceId | undefined {
  const isShort = text.length <= MAX_HEX_DIGITS && HEX.test(text)
  return parseTraceId(isShort ? text.padStart(MAX_HEX_DIGITS, '0') : text)
}

/** A whole number in the range; `fallback` where the parameter is absent or empty. */
export function readWhole(
  query: URLSearchParams,
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
): Result<number, string> {
  const text = query.get(name) ?? ''
  if (text === '') return ok(fallback)
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return ok(number)
  return bad(`parameter '${name}' has to be a whole number from ${least} to ${most}, not '${text}'`)
}

const MAX_INSTANT = 2n ** 63n - 1n

/** An instant in units of so many nanoseconds; undefined where the parameter is absent or empty. */
export function readInstant(
  query: URLSearchParams,
  name: string,
  unit: bigint,
): Result<UnixNanos | undefined, string> {
  const text = query.get(name) ?? ''
  if (text === '') return ok(undefined)
  const nanos = /^\d{1,19}$/.test(text) ? BigInt(text) * unit : MAX_INSTANT + 1n
  if (nanos <= MAX_INSTANT) return ok(unixNanos(nanos))
  return bad(`parameter '${name}' has to be a whole number of time units since 1970, not '${text}'`)
}

/** A duration such as `100ms` in nanoseconds; undefined where the parameter is absent or empty. */
export function readLength(
  query: URLSearchParams,
  name: string,
): Result<bigint | undefined, string> {
  const text = query.get(name) ?? ''
  if (text === '') return ok(undefined)
  const nanos = text === '0' ? 0n : readDuration(text)
  if (nanos !== undefined) return ok(nanos)
  return bad(`parameter '${name}' has to be a duration such as 100ms or 1.5s, not '${text}'`)
}
