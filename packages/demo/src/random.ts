/** Numbers in [0, 1): the same seed gives the same sequence. */
export type Random = () => number

/** Mulberry32: 32 bits of state are plenty for traffic, and it needs no dependency. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from `low` to `high`, both included. */
export function wholeBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** One of `values`, each as likely; the caller gives at least one. */
export function oneOf<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0]
}

/** One of `choices`, as likely as its weight among all weights. */
export function weighted<Value>(
  random: Random,
  choices: readonly [Weighted<Value>, ...Weighted<Value>[]],
): Value {
  let left = random() * choices.reduce((sum, choice) => sum + choice.weight, 0)
  for (const { weight, value } of choices) {
    if (left < weight) return value
    left -= weight
  }
  return choices[0].value
}

type Weighted<Value> = { readonly weight: number; readonly value: Value }
