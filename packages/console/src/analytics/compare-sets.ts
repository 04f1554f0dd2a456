import type { TraceFact } from '../answer/trace-facts.ts'
import { differencePValue, holmAdjusted } from '../two-by-two.ts'
import { sizeOf, type TraceColumns } from './trace-columns.ts'

/** How often the traces of two sets have something: exact counts, and what they say. */
export type Difference = {
  /** One fact, or two that a trace has both of. */
  readonly facts: readonly TraceFact[]
  readonly countA: number
  readonly countB: number
  /** Share of A less share of B, from -1 to 1. */
  readonly effect: number
  /** Corrected for all that were compared. */
  readonly pValue: number
}

export type Comparison = {
  readonly sizeA: number
  readonly sizeB: number
  /** Those that are hardly chance first, by effect; pairs only where they say more than each alone. */
  readonly differences: readonly Difference[]
  /** How many values were compared. */
  readonly compared: number
  /** Values that too few traces have to tell anything. */
  readonly tooRare: number
}

/** A difference is told as one where chance would show it in so small a share of comparisons. */
export const SIGNIFICANT = 0.05

/** Fewer than so many traces in both sets together cannot differ but by chance. */
const LEAST_TRACES = 3
/** Pairs are looked for among so many of the single differences. */
const PAIRED = 16
/** A pair is told where it sets the sets apart by so much more than each of its halves. */
const MORE_EFFECT = 0.1
/** Of many pairs these say enough. */
const MOST_PAIRS = 5

/**
 * Everything by which the traces of set A differ from those of set B, strongest first. Facts whose key
 * is in `chosen` are left out: by them the sets were made. Sets should have no trace in common.
 */
export function compareSets(
  columns: TraceColumns,
  a: Uint8Array,
  b: Uint8Array,
  chosen: ReadonlySet<string>,
): Comparison {
  const sizes = { a: sizeOf(a), b: sizeOf(b) }
  const [countsA, countsB] = [countFacts(columns, a), countFacts(columns, b)]
  const all = columns.facts.flatMap((fact, id) => {
    const [countA, countB] = [countsA[id] ?? 0, countsB[id] ?? 0]
    const isThere = countA + countB > 0 && !chosen.has(fact.key)
    return isThere ? [{ id, facts: [fact], countA, countB }] : []
  })
  const singles = all.filter(({ countA, countB }) => countA + countB >= LEAST_TRACES)
  const strongest = [...singles]
    .sort((left, right) => strength(right, sizes) - strength(left, sizes))
    .slice(0, PAIRED)
  const pairs = countPairs(columns, a, b, strongest, sizes)
  const counted = [...singles, ...pairs]
  const pValues = holmAdjusted(
    counted.map(({ countA, countB }) => differencePValue(countA, sizes.a, countB, sizes.b)),
  )
  const differences = counted.map(({ facts, countA, countB }, index) => ({
    facts,
    countA,
    countB,
    effect: effectOf({ countA, countB }, sizes),
    pValue: pValues[index] ?? 1,
  }))
  return {
    sizeA: sizes.a,
    sizeB: sizes.b,
    differences: worthTelling(differences).sort(byStrength),
    compared: counted.length,
    tooRare: all.length - singles.length,
  }
}

/** How many traces of the set have each fact; the index is the fact's. */
function countFacts(columns: TraceColumns, mask: Uint8Array): Uint32Array {
  const counts = new Uint32Array(columns.facts.length)
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue
    columns.eachFact(index, (fact) => {
      counts[fact] = (counts[fact] ?? 0) + 1
    })
  }
  return counts
}

type Counts = { readonly countA: number; readonly countB: number }
type Counted = Counts & { readonly id: number; readonly facts: readonly TraceFact[] }
type Sizes = { readonly a: number; readonly b: number }

/** The strongest pairs: traces that have both of two facts of different keys, each of `singles`. */
function countPairs(
  columns: TraceColumns,
  a: Uint8Array,
  b: Uint8Array,
  singles: readonly Counted[],
  sizes: Sizes,
): readonly Counted[] {
  const [countsA, countsB] = [countBoth(columns, a, singles), countBoth(columns, b, singles)]
  const told = singles.flatMap((first, i) =>
    singles.slice(i + 1).flatMap((second, offset) => {
      const at = i * singles.length + i + 1 + offset
      const pair = { countA: countsA[at] ?? 0, countB: countsB[at] ?? 0 }
      const facts = [...first.facts, ...second.facts]
      const isOther = facts[0]?.key !== facts[1]?.key
      const most = Math.max(strength(first, sizes), strength(second, sizes))
      const says = isOther && strength(pair, sizes) >= most + MORE_EFFECT
      return says ? [{ id: -1, facts, ...pair }] : []
    }),
  )
  // Pairs of the same counts are the same traces under other names, as a rule: one stands for them.
  const seen = new Set<string>()
  return told
    .filter(({ countA, countB }) => {
      const name = `${countA} ${countB}`
      return !seen.has(name) && seen.add(name)
    })
    .sort((left, right) => strength(right, sizes) - strength(left, sizes))
    .slice(0, MOST_PAIRS)
}

/** How many traces of the set have both facts, at `i * singles.length + j` for `i < j`. */
function countBoth(
  columns: TraceColumns,
  mask: Uint8Array,
  singles: readonly Counted[],
): Uint32Array {
  const place = new Map(singles.map(({ id }, index) => [id, index]))
  const counts = new Uint32Array(singles.length * singles.length)
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue
    const present: number[] = []
    columns.eachFact(index, (fact) => {
      const at = place.get(fact)
      if (at !== undefined) present.push(at)
    })
    present.sort((x, y) => x - y)
    for (const [order, first] of present.entries()) {
      for (const second of present.slice(order + 1)) {
        const at = first * singles.length + second
        counts[at] = (counts[at] ?? 0) + 1
      }
    }
  }
  return counts
}

/** Equal shares are no difference, and a pair that chance may have made is one of many. */
function worthTelling(differences: readonly Difference[]): Difference[] {
  return differences.filter(
    ({ facts, effect, pValue }) => effect !== 0 && (facts.length === 1 || pValue < SIGNIFICANT),
  )
}

function effectOf({ countA, countB }: Counts, sizes: Sizes): number {
  return (sizes.a === 0 ? 0 : countA / sizes.a) - (sizes.b === 0 ? 0 : countB / sizes.b)
}

function strength(counts: Counts, sizes: Sizes): number {
  return Math.abs(effectOf(counts, sizes))
}

/** Significant ones first, by effect; equal ones by what is less likely, then by count. */
function byStrength(left: Difference, right: Difference): number {
  const [isLeft, isRight] = [left.pValue < SIGNIFICANT, right.pValue < SIGNIFICANT]
  if (isLeft !== isRight) return isLeft ? -1 : 1
  return (
    Math.abs(right.effect) - Math.abs(left.effect) ||
    left.pValue - right.pValue ||
    right.countA - left.countA
  )
}
