import { secondsFromUnixNanos, type UnixNanos } from '@fluoroscope/model'
import { intlTimeZone } from './time-zone.ts'

const MICRO = 1e3
const MILLI = 1e6
const SECOND = 1e9

/** A duration in nanoseconds as people say it: three digits and a unit, `1.25 s`, `84 ms`, `2 min 05 s`. */
export function durationText(nanos: number): string {
  const size = Math.abs(nanos)
  if (size === 0) return '0 ms'
  if (size < MICRO) return `${Math.round(nanos)} ns`
  if (size < MILLI) return `${threeDigits(nanos / MICRO)} µs`
  if (size < 999.5 * MILLI) return `${threeDigits(nanos / MILLI)} ms`
  if (size < 59.95 * SECOND) return `${threeDigits(nanos / SECOND)} s`
  return longDurationText(Math.round(nanos / SECOND))
}

/** How long ago, in whole units, for an age in seconds: `now`, `12 s ago`, `3 h ago`. */
export function ageText(seconds: number): string {
  if (seconds < 1) return 'now'
  if (seconds < 60) return `${Math.floor(seconds)} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** Time of day in the chosen zone, `14:03:09`. */
export function clockText(instant: UnixNanos): string {
  return secondsClockText(secondsFromUnixNanos(instant))
}

/** Day in the chosen zone, `22 Nov 2026`. */
export function dayText(instant: UnixNanos): string {
  return secondsDayText(secondsFromUnixNanos(instant))
}

/** As {@link clockText}, for epoch seconds. */
export function secondsClockText(seconds: number): string {
  return formats().clock.format(seconds * 1000)
}

/** As {@link dayText}, for epoch seconds. */
function secondsDayText(seconds: number): string {
  return formats().day.format(seconds * 1000)
}

/** Both ends of a range in the chosen zone; a day that both share is said once. */
export function rangeText(from: number, to: number): string {
  const [first, last] = [secondsDayText(from), secondsDayText(to)]
  const end = first === last ? secondsClockText(to) : `${last} ${secondsClockText(to)}`
  return `${first} ${secondsClockText(from)} – ${end}`
}

/** A share of 0 to 1 in per cent, at most three digits: `5 %`, `0.25 %`. */
export function shareText(share: number): string {
  return `${threeDigits(share * 100)} %`
}

/** Bytes in powers of 1,024: `512 B`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10))
  return `${threeDigits(bytes / 1024 ** power)} ${BYTE_UNITS[power] ?? 'B'}`
}

/** `12,345`; fractions keep three digits. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? COUNT.format(value) : threeDigits(value)
}

/** ISO 8601 in UTC, to the millisecond; the place where exactness is looked for. */
export function isoText(instant: UnixNanos): string {
  return new Date(secondsFromUnixNanos(instant) * 1000).toISOString()
}

/** `1 trace`, `2 traces`, `12,345 traces`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${COUNT.format(count)} ${count === 1 ? one : many}`
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

type Formats = { readonly clock: Intl.DateTimeFormat; readonly day: Intl.DateTimeFormat }

/** Making a format costs far more than using it. */
const FORMATS = { local: makeFormats(undefined), utc: makeFormats('UTC') }

function formats(): Formats {
  return intlTimeZone() === 'UTC' ? FORMATS.utc : FORMATS.local
}

function makeFormats(timeZone: 'UTC' | undefined): Formats {
  const zone = timeZone === undefined ? {} : { timeZone }
  const [hour, minute, second] = ['2-digit', '2-digit', '2-digit'] as const
  return {
    clock: new Intl.DateTimeFormat('en-GB', { hour, minute, second, ...zone }),
    day: new Intl.DateTimeFormat('en-GB', {
      day: '2-digit',
      month: 'short',
      year: 'numeric',
      ...zone,
    }),
  }
}

const COUNT = new Intl.NumberFormat('en-US')

function threeDigits(value: number): string {
  const size = Math.abs(value)
  const digits = size < 9.995 ? 2 : size < 99.95 ? 1 : 0
  return String(Number(value.toFixed(digits)))
}

function longDurationText(totalSeconds: number): string {
  const sign = totalSeconds < 0 ? '-' : ''
  const size = Math.abs(totalSeconds)
  const hours = Math.floor(size / 3600)
  const minutes = Math.floor(size / 60) % 60
  const padded = (value: number) => String(value).padStart(2, '0')
  if (hours === 0) return `${sign}${minutes} min ${padded(size % 60)} s`
  return `${sign}${hours} h ${padded(minutes)} min`
}
