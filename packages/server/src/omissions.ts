import type { Log } from './lib/log.ts'

/** Counts and tells what limits kept out of answers that have no room to say so themselves. */
export class Omissions {
  readonly #log: Log
  readonly #counts = new Map<OmittedThing, number>([
    ['root-causes', 0],
    ['ends-of-traces', 0],
    ['links-of-services', 0],
  ])

  constructor(log: Log) {
    this.#log = log
  }

  add(what: OmittedThing, count: number): void {
    if (count === 0) return
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count)
    this.#log.warn('an answer leaves something out: a limit was reached', { what, count })
  }

  counts(): ReadonlyMap<OmittedThing, number> {
    return this.#counts
  }
}

/**
 * `root-causes`: fault and error causes beyond those a summary names. `ends-of-traces`: traces too large
 * to be read whole, of which only the beginning was looked at. `links-of-services`: links between traces
 * beyond those a service of a retrieved graph names.
 */
export type OmittedThing = 'root-causes' | 'ends-of-traces' | 'links-of-services'
