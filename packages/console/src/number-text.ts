import { secondsFromUnixNanos, type UnixNanos } from '@fluoroscope/model'

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

/** Local time of day, `14:03:09`. */
export function clockText(instant: UnixNanos): string {
  return CLOCK.format(secondsFromUnixNanos(instant) * 1000)
}

/** Local day, `22 Nov 2026`. */
export function dayText(instant: UnixNanos): string {
  return DAY.format(secondsFromUnixNanos(instant) * 1000)
}

/** ISO 8601 in UTC, to the millisecond; the place where exactness is looked for. */
export function isoText(instant: UnixNanos): string {
  return new Date(secondsFromUnixNanos(instant) * 1000).toISOString()
}

/** `1 trace`, `2 traces`, `12,345 traces`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${COUNT.format(count)} ${count === 1 ? one : many}`
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric' })
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
