/**
 * The probability of two shares at least as far apart as `a` of `aSize` and `b` of `bSize`, were both
 * sets drawn from the same traces; two-sided. Fisher's exact test (the sum of all tables no likelier
 * than this one), or, where every expected count is large, Pearson's chi-square with one degree.
 */
export function differencePValue(a: number, aSize: number, b: number, bSize: number): number {
  if (aSize === 0 || bSize === 0) return 1
  const have = a + b
  const smaller = Math.min(have, aSize + bSize - have)
  const leastExpected = (smaller * Math.min(aSize, bSize)) / (aSize + bSize)
  return leastExpected >= LARGE
    ? chiSquareTail(a, aSize, b, bSize)
    : fisherExact(a, aSize, b, bSize)
}

/**
 * Holm's step-down correction: of the differences that stay below a level, with that probability at
 * most even one is chance, however the tests depend on each other. In the order of `pValues`.
 */
export function holmAdjusted(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_p, index) => index).sort((i, j) => at(pValues, i) - at(pValues, j))
  const adjusted = new Array<number>(pValues.length).fill(1)
  let running = 0
  for (const [rank, index] of order.entries()) {
    running = Math.max(running, Math.min(1, at(pValues, index) * (pValues.length - rank)))
    adjusted[index] = running
  }
  return adjusted
}

/** Expected counts from here on make chi-square as good as exact. */
const LARGE = 10
/** Tables that are as likely as the one seen, but for rounding, count as such. */
const ROUNDING = 1e-7

/** Exported for its test. */
export function fisherExact(a: number, aSize: number, b: number, bSize: number): number {
  const have = a + b
  const least = Math.max(0, have - bSize)
  const most = Math.min(have, aSize)
  const logAll = logChoose(aSize + bSize, have)
  const logOf = (count: number) => logChoose(aSize, count) + logChoose(bSize, have - count) - logAll
  const seen = logOf(a) + ROUNDING
  let sum = 0
  for (let count = least; count <= most; count++) {
    const log = logOf(count)
    if (log <= seen) sum += Math.exp(log)
  }
  return Math.min(1, sum)
}

/** Exported for its test. */
export function chiSquareTail(a: number, aSize: number, b: number, bSize: number): number {
  const all = aSize + bSize
  const have = a + b
  const difference = a * (bSize - b) - b * (aSize - a)
  const square = (all * difference * difference) / (aSize * bSize * have * (all - have))
  return complementaryError(Math.sqrt(square / 2))
}

function logChoose(from: number, count: number): number {
  return logFactorial(from) - logFactorial(count) - logFactorial(from - count)
}

const LOG_FACTORIALS: number[] = [0]

/** A table that grows; from where it would be long, Stirling's series, right to 14 digits there. */
function logFactorial(n: number): number {
  if (n >= TABLE_SIZE) {
    const square = n * n
    const series = 1 / (12 * n) - 1 / (360 * n * square) + 1 / (1260 * n * square * square)
    return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series
  }
  for (let next = LOG_FACTORIALS.length; next <= n; next++) {
    LOG_FACTORIALS.push((LOG_FACTORIALS[next - 1] ?? 0) + Math.log(next))
  }
  return LOG_FACTORIALS[n] ?? 0
}

const TABLE_SIZE = 1024

/**
 * erfc for x ≥ 0: its series where that converges fast, else its continued fraction (Abramowitz and
 * Stegun 7.1.6 and 7.1.14), by Lentz's way from the end.
 */
function complementaryError(x: number): number {
  if (x < 2) {
    let term = x
    let sum = x
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= (2 * x * x) / (2 * n + 1)
      sum += term
    }
    return 1 - ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum
  }
  let fraction = x
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 1
}
