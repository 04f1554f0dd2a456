import type { FileSystem } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { isSetAside } from './journal-directory.ts'

export type SetAsideFilesOptions = {
  /** The journal's. */
  readonly directory: string
  readonly files: FileSystem
  readonly log: Log
  readonly everyMs?: number
}

/** Counts the damaged journal files that wait for a person, of earlier runs too, until they are gone. */
export class SetAsideFiles {
  readonly #options: SetAsideFilesOptions
  #count = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(options: SetAsideFilesOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#count
  }

  /** What to know and to do about them; undefined where there are none. */
  get problem(): string | undefined {
    if (this.#count === 0) return undefined
    const are = this.#count === 1 ? 'file is' : 'files are'
    return (
      `${this.#count} damaged journal ${are} set aside in ${this.#options.directory} (*.corrupt): ` +
      'what could be read of them is stored, the rest is lost. Look at the disk, then delete or move them'
    )
  }

  async start(): Promise<void> {
    await this.#look()
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
    }, this.#options.everyMs ?? EVERY_MS)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    const { files, directory, log } = this.#options
    try {
      this.#count = (await files.list(directory)).filter(isSetAside).length
    } catch (cause) {
      log.warn('the journal directory cannot be listed', { reason: String(cause) })
    }
  }
}

const EVERY_MS = 5000
