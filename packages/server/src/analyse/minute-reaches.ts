import { MAX_LISTED_MINUTES } from '../query/minute-list.ts'
import { type MinuteReach, NEAR_SECONDS } from '../query/minute-reach.ts'

/** That of a minute without documents. */
export const NO_REACH: MinuteReach = { isKnown: true, before: 0, after: 0, far: [] }

const TOO_FAR: MinuteReach = { isKnown: false, before: 0, after: 0, far: [] }

/** Gathers from the rows of traces how far some minutes reach. */
export class MinuteReaches {
  readonly #wanted: ReadonlySet<number>
  readonly #reaches = new Map<number, OpenReach>()
  readonly #unknown = new Set<number>()

  /** @param wanted starts of minutes, unix seconds */
  constructor(wanted: ReadonlySet<number>) {
    this.#wanted = wanted
  }

  /**
   * @param rows of one trace, with the minutes under which they are filed
   * @param isWhole whether these are all of the trace
   */
  add(rows: readonly { readonly minute: number }[], isWhole: boolean): void {
    const minutes = new Set(rows.map((row) => row.minute))
    const isKnown = isWhole && minutes.size <= MAX_LISTED_MINUTES
    for (const minute of minutes) {
      if (!this.#wanted.has(minute)) continue
      if (isKnown) addMinutes(this.#reachOf(minute), minute, minutes)
      else this.#unknown.add(minute)
    }
  }

  byMinute(): ReadonlyMap<number, MinuteReach> {
    const reaches = new Map([...this.#reaches].map(([minute, reach]) => [minute, closed(reach)]))
    for (const minute of this.#unknown) reaches.set(minute, TOO_FAR)
    return reaches
  }

  #reachOf(minute: number): OpenReach {
    const known = this.#reaches.get(minute)
    if (known !== undefined) return known
    const reach = { before: 0, after: 0, far: new Set<number>() }
    this.#reaches.set(minute, reach)
    return reach
  }
}

type OpenReach = { before: number; after: number; readonly far: Set<number> }

function addMinutes(reach: OpenReach, from: number, minutes: ReadonlySet<number>): void {
  for (const minute of minutes) {
    const distance = minute - from
    if (Math.abs(distance) > NEAR_SECONDS) reach.far.add(minute)
    else if (distance > reach.after) reach.after = distance
    else if (-distance > reach.before) reach.before = -distance
  }
}

function closed({ before, after, far }: OpenReach): MinuteReach {
  if (far.size > MAX_LISTED_MINUTES) return TOO_FAR
  return { isKnown: true, before, after, far: [...far].sort((left, right) => left - right) }
}
