import { renameSync, writeFileSync } from 'node:fs'

/** Shifts the time of day of a server while it runs: in all its threads, but not that of its engine. */
export class ShiftedClock {
  readonly #file: string
  #offsetSeconds: number | undefined

  /** @param file made here; says by how many milliseconds the clock is off */
  constructor(file: string) {
    this.#file = file
    this.set(0)
  }

  set(offsetSeconds: number): void {
    if (offsetSeconds === this.#offsetSeconds) return
    this.#offsetSeconds = offsetSeconds
    // Put in place whole: who read an empty file would be days off for a moment.
    writeFileSync(`${this.#file}.new`, String(offsetSeconds * 1000))
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** With which a server has to be started. */
  get environment(): Readonly<Record<string, string>> {
    const module = `import { readFileSync } from 'node:fs'
      const now = Date.now
      Date.now = () => now() + Number(readFileSync(${JSON.stringify(this.#file)}, 'utf8'))`
    return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(module)}` }
  }
}
