/** A duration for people, three digits: `840 µs`, `12.4 ms`, `1.25 s`, `3 m 20 s`; `-` for none. */
export function durationText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '-'
  if (seconds < 0) return `-${durationText(-seconds)}`
  if (seconds === 0) return '0 ms'
  if (seconds < 0.000_999_5) return `${Math.round(seconds * 1e6)} µs`
  if (seconds < 0.9995) return `${threeDigits(seconds * 1000)} ms`
  if (seconds < 59.95) return `${threeDigits(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`
}

/** Requests by the second, or by the minute where they are few. */
export function rateText(count: number, seconds: number): string {
  if (count === 0 || seconds <= 0) return '-'
  const perSecond = count / seconds
  return perSecond >= 1 ? `${threeDigits(perSecond)}/s` : `${threeDigits(perSecond * 60)}/m`
}

/** A share of a whole; `-` for nothing, so that what matters stands out. */
export function percentText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '-'
  const percent = (part / whole) * 100
  if (percent < 0.1) return '<0.1'
  return percent > 99.9 && part < whole ? '>99.9' : threeDigits(percent)
}

/** Local date and time to the second. */
export function dateTimeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

function threeDigits(value: number): string {
  if (value >= 99.95) return String(Math.round(value))
  return value >= 9.995 ? trimZeros(value.toFixed(1)) : trimZeros(value.toFixed(2))
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
