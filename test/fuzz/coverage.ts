import { Session } from 'node:inspector'

/** What ran since the last look. */
export type Look = {
  /** Bytes of source that ran for the first time. */
  readonly fresh: number
  /** How often blocks ran, all together: a measure of work that no busy machine changes. */
  readonly work: number
}

/** V8's precise coverage of the project's own sources: which blocks ran, told again after each look. */
export class Coverage {
  readonly #session = new Session()
  readonly #isOwn: (url: string) => boolean
  /** For each function what of it has run. */
  readonly #seen = new Map<string, Uint8Array>()

  constructor(isOwn: (url: string) => boolean) {
    this.#isOwn = isOwn
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.look()
    this.#seen.clear()
  }

  /** Bytes of source that ran at some time. */
  get covered(): number {
    let sum = 0
    for (const bytes of this.#seen.values()) for (const byte of bytes) sum += byte
    return sum
  }

  /** @param isKept what is fresh now is so no more the next time */
  look(isKept = true): Look {
    let [fresh, work] = [0, 0]
    for (const { url, functions } of this.#take()) {
      if (!this.#isOwn(url)) continue
      for (const { ranges } of functions) {
        const [whole] = ranges
        if (whole === undefined) continue
        for (const { count } of ranges) work += count
        fresh += this.#add(`${url}:${whole.startOffset}`, ranges, isKept)
      }
    }
    return { fresh, work }
  }

  stop(): void {
    this.#session.disconnect()
  }

  /** Ranges come from the outer to the inner ones; the inner ones say it better. */
  #add(name: string, ranges: readonly Range[], isKept: boolean): number {
    const { startOffset: from = 0, endOffset: to = 0 } = ranges[0] ?? {}
    const now = new Uint8Array(to - from)
    for (const { startOffset, endOffset, count } of ranges) {
      now.fill(count > 0 ? 1 : 0, startOffset - from, endOffset - from)
    }
    const seen = this.#seen.get(name) ?? new Uint8Array(now.length)
    if (isKept) this.#seen.set(name, seen)
    let fresh = 0
    for (const [index, byte] of now.entries()) {
      if (byte === 0 || seen[index] === 1) continue
      if (isKept) seen[index] = 1
      fresh += 1
    }
    return fresh
  }

  #take(): readonly Script[] {
    let taken: readonly Script[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      taken = result
    })
    return taken
  }
}

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number }
type Script = {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly Range[] }[]
}
