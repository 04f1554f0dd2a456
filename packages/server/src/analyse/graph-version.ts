import type { GraphVersion } from '../query/graph-minutes.ts'

/**
 * A new version under a grouping, of what was visible at `covered`, milliseconds by the engine's clock.
 * @param random from 0 to below 1, as `Math.random`: tells computations of one millisecond apart
 */
export function graphVersion(
  grouping: string,
  covered: number,
  random: () => number,
): Omit<GraphVersion, 'oldest'> {
  const chance = BigInt(Math.floor(random() * VERSIONS_PER_MS))
  return {
    grouping,
    covered,
    day: Math.floor(covered / MS_PER_DAY),
    version: BigInt(covered) * BigInt(VERSIONS_PER_MS) + chance,
  }
}

/** All that was visible then is in the version: milliseconds by the engine's clock. */
export function coveredBy(version: bigint): number {
  return Number(version / BigInt(VERSIONS_PER_MS))
}

const MS_PER_DAY = 86_400_000
const VERSIONS_PER_MS = 2 ** 20
