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
  /** The server's own account and region: its settings go first where older tables hold several. */
  readonly defaults: RequestContext
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
  /** @param scope where a setting was made whose document does not tell, as old ones do not */
  parse(document: JsonObject, scope: RequestContext): Value
  print(value: Value): JsonObject
}

/** All settings of a kind. */
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
 * What people set, in one scope whoever asks: held in memory, written through, and a change is told
 * only when it is on the medium. Changes happen one after the other, each decided on all before it.
 * While the engine is away, what was read before is still answered; changes fail.
 *
 * Older versions kept settings for each account and region. Theirs are read as well: a key that was
 * not changed since is what the server's own account and region says, else what was said last, and
 * what that leaves out is logged and counted.
 */
export class Settings {
  readonly #options: SettingsOptions
  readonly #kinds = new Map<string, Map<string, Versions>>()
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

  /** Settings of older versions that others of the same name keep from being used. */
  get leftOut(): readonly LeftOut[] {
    return [...this.#kinds].flatMap(([kind, keys]) =>
      [...keys].flatMap(([key, versions]) =>
        this.#ranked(versions)
          .slice(1)
          .map(({ scope }) => ({ kind, key, ...scope })),
      ),
    )
  }

  /** @throws StoreError where nothing was ever read and nothing can be read now */
  async read<Value>(kind: SettingKind<Value>): Promise<SettingList<Value>> {
    if (this.#isStale()) {
      try {
        await this.#readOnce()
      } catch (error) {
        if (this.#readAt === undefined || !isAway(error)) throw error
        this.#readAt = this.#options.monotonicMs()
        this.#options.log.warn('settings may be old', { reason: String(error) })
      }
    }
    return this.#list(kind)
  }

  /**
   * Changes what `decide` says, unless it gives a problem. `at` is the time of the change, later than
   * that of every one before, to the microsecond.
   * @throws StoreError; whether the change has happened is then seen by reading
   */
  change<Value, Answer, Problem>(
    kind: SettingKind<Value>,
    decide: (
      current: SettingList<Value>,
      at: UnixNanos,
    ) => Result<SettingChange<Value, Answer>, Problem>,
  ): Promise<Result<Answer, Problem>> {
    const change = async (): Promise<Result<Answer, Problem>> => {
      if (this.#isUnsure || this.#isStale()) await this.#readOnce()
      const at = this.#nextVersion()
      const decided = decide(this.#list(kind), at)
      if (!decided.ok) return decided
      const { key, value, answer } = decided.value
      const document = value === undefined ? '' : JSON.stringify(kind.print(value))
      const deleted = value === undefined
      await this.#write({ ...NO_SCOPE, kind: kind.name, key, version: at, deleted, document })
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

  #list<Value>(kind: SettingKind<Value>): SettingList<Value> {
    const values = new Map<string, Value>()
    let lastRemoved = 0n
    for (const [key, versions] of this.#kinds.get(kind.name) ?? []) {
      const { document, scope } = this.#ranked(versions)[0] ?? {}
      if (document !== undefined) values.set(key, kind.parse(document, scope ?? NO_SCOPE))
      for (const { version, document: kept } of versions.values()) {
        if (kept === undefined && version > lastRemoved) lastRemoved = version
      }
    }
    return { values, lastRemoved: unixNanos(lastRemoved) }
  }

  /** What a key may stand for, the one that holds first. What was changed since has no rivals. */
  #ranked(versions: Versions): readonly Entry[] {
    const changed = versions.get(scopeText(NO_SCOPE))
    if (changed !== undefined) return [changed]
    const { defaults } = this.#options
    const rank = ({ scope }: Entry) => (scopeText(scope) === scopeText(defaults) ? 0 : 1)
    return [...versions.values()]
      .filter(({ document }) => document !== undefined)
      .sort((left, right) => rank(left) - rank(right) || (left.version > right.version ? -1 : 1))
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
    if (since === 0n && this.leftOut.length > 0) {
      const advice = 'of each name one is used: change or delete it to settle it'
      const fields = { advice, leftOut: this.leftOut }
      this.#options.log.warn('settings of several accounts or regions share names', fields)
    }
  }

  #take(row: SettingRow): void {
    const { kind, key, version, account, region } = row
    const keys = this.#kinds.get(kind) ?? new Map<string, Versions>()
    this.#kinds.set(kind, keys)
    const versions = keys.get(key) ?? new Map<string, Entry>()
    keys.set(key, versions)
    const known = versions.get(scopeText(row))
    if (known !== undefined && known.version >= version) return
    versions.set(scopeText(row), { version, document: documentOf(row), scope: { account, region } })
    if (row.version > this.#newest) this.#newest = row.version
  }

  #nextVersion(): UnixNanos {
    const now = this.#options.now()
    const least = this.#newest + NANOS_PER_MICRO
    return now > least ? now : unixNanos(least)
  }
}

/** Undefined document: removed. */
type Entry = {
  readonly version: bigint
  readonly document: JsonObject | undefined
  readonly scope: RequestContext
}

/** The newest of each account and region, by `scopeText`. */
type Versions = Map<string, Entry>

type LeftOut = RequestContext & { readonly kind: string; readonly key: string }

/** What is written now belongs to no account or region of its own. */
const NO_SCOPE: RequestContext = { account: '', region: '' }

const NANOS_PER_MICRO = 1000n

/** Clocks of several servers may differ by this much without one missing what another wrote. */
const OVERLAP_NANOS = 300_000_000_000n

/** After a write that failed, readings are tried again no more often than this. */
const UNSURE_MS = 1000

function scopeText({ account, region }: RequestContext): string {
  return `${account}/${region}`
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
