/** Nanoseconds of each unit; days, weeks and years as Prometheus counts them. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['y', 31_536_000_000_000_000n],
])

const PART = /(\d+)(?:\.(\d*))?(ns|us|µs|ms|s|m|h|d|w|y)/gy

/**
 * A duration such as `1h30m` or `1.5s` in nanoseconds, as Go and Prometheus write them; a part of a
 * nanosecond is dropped. Undefined for anything else, also for a number without a unit.
 */
export function readDuration(text: string): bigint | undefined {
  let total = 0n
  let end = 0
  for (const [part, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const nanos = UNITS.get(unit) ?? 0n
    const scale = 10n ** BigInt(fraction.length)
    total += BigInt(whole) * nanos + (BigInt(fraction === '' ? '0' : fraction) * nanos) / scale
    end += part.length
  }
  return end === text.length && end > 0 ? total : undefined
}
