import { MAX_LISTED_MINUTES } from '../query/minute-list.ts'
import { type MinuteReach, NEAR_SECONDS } from '../query/minute-reach.ts'

/** That of a minute in which nothing starts. */
export const NO_REACH: MinuteReach = { isKnown: true, before: 0, after: 0, far: [] }

const TOO_FAR: MinuteReach = { isKnown: false, before: 0, after: 0, far: [] }

/** Gathers from the rows of traces how far each minute reaches. */
export class MinuteReaches {
  readonly #reaches = new Map<number, OpenReach>()
  readonly #unknown = new Set<number>()

  /**
   * @param minute that in which a trace starts, unix seconds
   * @param rows all rows of the trace
   */
  add(minute: number, rows: readonly { readonly minute: number }[]): void {
    let reach = this.#reaches.get(minute)
    if (reach === undefined) {
      reach = { before: 0, after: 0, far: new Set() }
      this.#reaches.set(minute, reach)
    }
    for (const row of rows) addMinute(reach, row.minute - minute, row.minute)
  }

  /** Not all rows of a trace that starts in the minute are known. */
  giveUp(minute: number): void {
    this.#unknown.add(minute)
  }

  byMinute(): ReadonlyMap<number, MinuteReach> {
    const reaches = new Map([...this.#reaches].map(([minute, reach]) => [minute, closed(reach)]))
    for (const minute of this.#unknown) reaches.set(minute, TOO_FAR)
    return reaches
  }
}

type OpenReach = { before: number; after: number; readonly far: Set<number> }

function addMinute(reach: OpenReach, distance: number, minute: number): void {
  if (distance > reach.after && distance <= NEAR_SECONDS) reach.after = distance
  else if (distance < -reach.before && distance >= -NEAR_SECONDS) reach.before = -distance
  else if (Math.abs(distance) > NEAR_SECONDS) reach.far.add(minute)
}

function closed({ before, after, far }: OpenReach): MinuteReach {
  if (far.size > MAX_LISTED_MINUTES) return TOO_FAR
  return { isKnown: true, before, after, far: [...far].sort((left, right) => left - right) }
}
