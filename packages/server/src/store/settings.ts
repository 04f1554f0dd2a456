import {
  isJsonObject,
  type JsonObject,
  ok,
  type RequestContext,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import { StoreError } from './database.ts'
import type { SettingRow, SettingsMedium } from './settings-table.ts'

export type SettingsOptions = {
  readonly medium: SettingsMedium
  readonly now: () => UnixNanos
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  readonly log: Log
  /**
   * Others change the same settings: what was read so many milliseconds ago is read again before it
   * is used. Undefined where this server is the only one.
   */
  readonly maxAgeMs: number | undefined
}

/** How settings of one kind are written down; what `print` gives, `parse` takes, also of old versions. */
export type SettingKind<Value> = {
  readonly name: string
  parse(document: JsonObject): Value
  print(value: Value): JsonObject
}

/** All settings of a kind in one account and region. */
export type SettingList<Value> = {
  readonly values: ReadonlyMap<string, Value>
  /** When one was last removed; 0 for never. */
  readonly lastRemoved: UnixNanos
}

/** A change of one setting: its new value, undefined to remove it; and what to tell the one who asked. */
export type SettingChange<Value, Answer> = {
  readonly key: string
  readonly value: Value | undefined
  readonly answer: Answer
}

/**
 * What people set, by account and region: held in memory, written through, and a change is told only
 * when it is on the medium. Changes happen one after the other, each decided on all before it. While
 * the engine is away, what was read before is still answered; changes fail.
 */
export class Settings {
  readonly #options: SettingsOptions
  readonly #kinds = new Map<string, Map<string, Entry>>()
  /** The largest version seen or tried. */
  #newest = 0n
  /** When the medium was last asked; undefined before it ever answered. */
  #readAt: number | undefined
  /** The last write failed: nobody knows whether it is there. */
  #isUnsure = false
  #reading: Promise<void> | undefined
  #changing: Promise<unknown> = Promise.resolve()

  constructor(options: SettingsOptions) {
    this.#options = options
  }

  /**
   * Reads what there is. A store that is away, or has no tables yet because it was, is no reason to
   * fail: the first use reads again.
   */
  async start(): Promise<void> {
    try {
      await this.#readOnce()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#options.log.warn('settings cannot be read yet', { reason: String(error) })
    }
  }

  /** @throws StoreError where nothing was ever read and nothing can be read now */
  async read<Value>(scope: RequestContext, kind: SettingKind<Value>): Promise<SettingList<Value>> {
    if (this.#isStale()) {
      try {
        await this.#readOnce()
      } catch (error) {
        if (this.#readAt === undefined || !isAway(error)) throw error
        this.#readAt = this.#options.monotonicMs()
        this.#options.log.warn('settings may be old', { reason: String(error) })
      }
    }
    return this.#list(scope, kind)
  }

  /**
   * Changes what `decide` says, unless it gives a problem. `at` is the time of the change, later than
   * that of every one before, to the microsecond.
   * @throws StoreError; whether the change has happened is then seen by reading
   */
  change<Value, Answer, Problem>(
    scope: RequestContext,
    kind: SettingKind<Value>,
    decide: (
      current: SettingList<Value>,
      at: UnixNanos,
    ) => Result<SettingChange<Value, Answer>, Problem>,
  ): Promise<Result<Answer, Problem>> {
    const change = async (): Promise<Result<Answer, Problem>> => {
      if (this.#isUnsure || this.#isStale()) await this.#readOnce()
      const at = this.#nextVersion()
      const decided = decide(this.#list(scope, kind), at)
      if (!decided.ok) return decided
      const { key, value, answer } = decided.value
      const document = value === undefined ? '' : JSON.stringify(kind.print(value))
      const deleted = value === undefined
      await this.#write({ ...scope, kind: kind.name, key, version: at, deleted, document })
      return ok(answer)
    }
    const done = this.#changing.then(change)
    // Whoever comes next waits for the end of this one, not for its success.
    this.#changing = done.catch(() => undefined)
    return done
  }

  async #write(row: SettingRow): Promise<void> {
    this.#newest = row.version
    try {
      await this.#options.medium.append(row)
    } catch (error) {
      this.#isUnsure = true
      throw error
    }
    this.#take(row)
  }

  #list<Value>(scope: RequestContext, kind: SettingKind<Value>): SettingList<Value> {
    const values = new Map<string, Value>()
    let lastRemoved = 0n
    for (const [key, { version, document }] of this.#kinds.get(slotOf(scope, kind.name)) ?? []) {
      if (document !== undefined) values.set(key, kind.parse(document))
      else if (version > lastRemoved) lastRemoved = version
    }
    return { values, lastRemoved: unixNanos(lastRemoved) }
  }

  #isStale(): boolean {
    const { maxAgeMs, monotonicMs } = this.#options
    if (this.#readAt === undefined) return true
    const limit = this.#isUnsure ? UNSURE_MS : maxAgeMs
    return limit !== undefined && monotonicMs() - this.#readAt >= limit
  }

  /** One reading at a time; who comes while one runs waits for that one. */
  #readOnce(): Promise<void> {
    this.#reading ??= this.#readNew().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readNew(): Promise<void> {
    const begun = this.#options.monotonicMs()
    const since = this.#readAt === undefined ? 0n : this.#newest - OVERLAP_NANOS
    for (const row of await this.#options.medium.readSince(since > 0n ? since : 0n)) this.#take(row)
    this.#readAt = begun
    this.#isUnsure = false
  }

  #take(row: SettingRow): void {
    const slot = slotOf(row, row.kind)
    const entries = this.#kinds.get(slot) ?? new Map<string, Entry>()
    this.#kinds.set(slot, entries)
    const known = entries.get(row.key)
    if (known !== undefined && known.version >= row.version) return
    entries.set(row.key, { version: row.version, document: documentOf(row) })
    if (row.version > this.#newest) this.#newest = row.version
  }

  #nextVersion(): UnixNanos {
    const now = this.#options.now()
    const least = this.#newest + NANOS_PER_MICRO
    return now > least ? now : unixNanos(least)
  }
}

/** Undefined document: removed. */
type Entry = { readonly version: bigint; readonly document: JsonObject | undefined }

const NANOS_PER_MICRO = 1000n

/** Clocks of several servers may differ by this much without one missing what another wrote. */
const OVERLAP_NANOS = 300_000_000_000n

/** After a write that failed, readings are tried again no more often than this. */
const UNSURE_MS = 1000

function slotOf({ account, region }: RequestContext, kind: string): string {
  return `${account}/${region}/${kind}`
}

function documentOf({ deleted, document, kind, key }: SettingRow): JsonObject | undefined {
  if (deleted) return undefined
  const value: unknown = JSON.parse(document)
  if (isJsonObject(value)) return value
  throw new StoreError(`the setting ${key} of kind ${kind} is damaged`, 'failed')
}

function isAway(error: unknown): boolean {
  return error instanceof StoreError && error.reason === 'unavailable'
}
