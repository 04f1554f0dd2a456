import type { Brand } from './brand.ts'

/** An instant in nanoseconds since 1970-01-01T00:00:00Z; needs 61 bits today. */
export type UnixNanos = Brand<bigint, 'UnixNanos'>

/** A duration in nanoseconds; may be negative where a document ends before it starts. */
export type Nanos = Brand<number, 'Nanos'>

const NANOS_PER_MICRO = 1000n
const MICROS_PER_SECOND = 1e6

/** The latest instant that fits 64 bits, in whole seconds: the year 2262. */
export const MAX_UNIX_SECONDS = 9_223_372_036

/** The instant `nanos` nanoseconds after 1970; for values whose range is known. */
export function unixNanos(nanos: bigint): UnixNanos {
  return nanos as UnixNanos
}

/**
 * Epoch seconds as documents carry them, to the microsecond: a double near 1.8e9 has no more.
 * The caller has checked that `seconds` is finite and within ±{@link MAX_UNIX_SECONDS}.
 */
export function unixNanosFromSeconds(seconds: number): UnixNanos {
  return (BigInt(Math.round(seconds * MICROS_PER_SECOND)) * NANOS_PER_MICRO) as UnixNanos
}

/** Epoch seconds with up to six decimals; the inverse of {@link unixNanosFromSeconds}. */
export function secondsFromUnixNanos(instant: UnixNanos): number {
  return Number(instant / NANOS_PER_MICRO) / MICROS_PER_SECOND
}

export function nanosBetween(from: UnixNanos, to: UnixNanos): Nanos {
  return Number(to - from) as Nanos
}

export function addNanos(instant: UnixNanos, duration: Nanos): UnixNanos {
  return (instant + BigInt(Math.round(duration))) as UnixNanos
}

/** Seconds rounded to milliseconds, as X-Ray answers durations. */
export function millisecondSeconds(duration: Nanos): number {
  return Math.round(duration / 1e6) / 1000
}
