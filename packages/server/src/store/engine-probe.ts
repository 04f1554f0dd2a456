import { UINT8 } from './column.ts'
import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** Asks the engine every few seconds for an answer, so that health can tell without waiting. */
export class EngineProbe {
  readonly #database: Database
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  #problem: string | undefined = 'the engine was not asked yet'

  constructor(database: Database, everyMs = 2000) {
    this.#database = database
    this.#everyMs = everyMs
  }

  /** Why the engine gave no answer when it was last asked; undefined where it did. */
  get problem(): string | undefined {
    return this.#problem
  }

  start(): void {
    this.#ask()
    this.#timer = setInterval(() => this.#ask(), this.#everyMs)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#asking
  }

  #ask(): void {
    this.#asking ??= this.#answer().finally(() => {
      this.#asking = undefined
    })
  }

  async #answer(): Promise<void> {
    const late = setTimeout(() => {
      this.#problem = 'the engine does not answer'
    }, this.#everyMs)
    try {
      await this.#database.rows(sql`SELECT toUInt8(1) AS one`, { one: UINT8 })
      this.#problem = undefined
    } catch (cause) {
      this.#problem = `the engine does not answer: ${cause instanceof Error ? cause.message : cause}`
    } finally {
      clearTimeout(late)
    }
  }
}
