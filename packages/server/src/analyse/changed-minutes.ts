import {
  type ChangedMinutesFound,
  engineNow,
  findChangedMinutes,
  findNeglectedMinutes,
  findProgress,
  type InsertedRange,
  saveProgress,
} from '../query/graph-changes.ts'
import { findComputedVersions, findGraphMinutes } from '../query/graph-minutes.ts'
import { MAX_LISTED_MINUTES, type MinuteRange } from '../query/minute-list.ts'
import { type Database, StoreError } from '../store/database.ts'
import { type DirtyDelays, DirtyMinutes } from './dirty-minutes.ts'
import { coveredBy } from './graph-version.ts'

export type ChangedMinutesOptions = {
  readonly database: Database
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  readonly settings: ChangedMinutesSettings
}

/** Milliseconds where nothing else is said. */
export type ChangedMinutesSettings = DirtyDelays & {
  readonly saveMs: number
  readonly neglectedMs: number
  /** So many changed minutes of an answer are read from spans; older ones may be `latestMs` old. */
  readonly rawMinutes: number
}

/**
 * Knows which minutes have changed since their version was computed, also over restarts: how far it
 * came is kept in the store. A crash or a late document only makes minutes dirty again.
 */
export class ChangedMinutes {
  readonly #database: Database
  readonly #monotonicMs: () => number
  readonly #settings: ChangedMinutesSettings
  readonly #dirty: DirtyMinutes
  #searching: Promise<void> | undefined
  /** Changes stamped before are known; undefined before the first search. */
  #searchedTo: number | undefined
  /** Changes stamped since may have to be told again. */
  #again = Number.POSITIVE_INFINITY
  /** Progress to be kept first of all. */
  #unkept: number | undefined
  #savedAt = Number.NEGATIVE_INFINITY
  /** How far the versions go that another server made of dirty minutes, as last seen. */
  #learned: ReadonlyMap<number, number> = new Map()
  #neglectedAt = Number.NEGATIVE_INFINITY

  constructor({ database, monotonicMs, settings }: ChangedMinutesOptions) {
    this.#database = database
    this.#monotonicMs = monotonicMs
    this.#settings = settings
    this.#dirty = new DirtyMinutes(settings, MAX_DIRTY_MINUTES)
  }

  /** Minutes whose version may lack documents. */
  get size(): number {
    return this.#dirty.size
  }

  /** Changes that found no room; the search for neglected minutes brings them back. */
  get omitted(): number {
    return this.#dirty.omitted
  }

  /** Makes sure that all that could be read when this was called is known. @throws StoreError */
  async refresh(): Promise<void> {
    // One that runs may have begun too early.
    await this.#searching
    await this.search()
  }

  /** One search at a time; who comes while one runs waits for that one. @throws StoreError */
  search(): Promise<void> {
    this.#searching ??= this.#findChanges().finally(() => {
      this.#searching = undefined
    })
    return this.#searching
  }

  /** The changed minutes in `range`. */
  changed(range: MinuteRange): readonly number[] {
    return [...this.#dirty.minutes()].filter((minute) => minute >= range.from && minute < range.to)
  }

  /**
   * Those of the changed minutes whose version must not be used: the newest ones, and those without a
   * version. @throws StoreError
   */
  async unusable(changed: readonly number[]): Promise<readonly number[]> {
    const dirty = changed.toSorted((left, right) => right - left)
    const { rawMinutes } = this.#settings
    const older = dirty.slice(rawMinutes)
    const unusable = dirty.slice(0, rawMinutes)
    for (let at = 0; at < older.length; at += MAX_LISTED_MINUTES) {
      const listed = older.slice(at, at + MAX_LISTED_MINUTES)
      const stored = await findGraphMinutes(this.#database, listed)
      unusable.push(...listed.filter((minute) => !stored.has(minute)))
    }
    return unusable
  }

  /** The minutes to compute, ascending, at `now` of the engine's clock. @throws StoreError */
  async due(now: number): Promise<readonly number[]> {
    await this.#keepFirst()
    const age = this.#monotonicMs() - this.#neglectedAt
    if (age >= this.#settings.neglectedMs) await this.#addNeglected(now)
    return this.#dirty.due(now)
  }

  /** Has the next search look at changes from `covered` on, whatever was searched since. */
  searchAgain(covered: number): void {
    this.#again = Math.min(this.#again, covered)
  }

  /** A version of the minute holds all that was visible at `covered`. */
  computed(minute: number, covered: number): void {
    this.#dirty.computed(minute, covered)
  }

  /** Takes in which of the changed minutes another server has computed. @throws StoreError */
  async learnComputed(): Promise<void> {
    const dirty = [...this.#dirty.minutes()]
    const learned = new Map<number, number>()
    for (let at = 0; at < dirty.length; at += MAX_LISTED_MINUTES) {
      const listed = dirty.slice(at, at + MAX_LISTED_MINUTES)
      for (const [minute, version] of await findComputedVersions(this.#database, listed)) {
        learned.set(minute, coveredBy(version))
      }
    }
    for (const [minute, covered] of learned) {
      this.#dirty.computed(minute, covered)
      // Its links may be new: senders that came meanwhile did not find them.
      if (covered > (this.#learned.get(minute) ?? 0)) this.searchAgain(covered)
    }
    this.#learned = learned
  }

  /** Keeps from time to time how far versions go. @throws StoreError */
  async save(): Promise<void> {
    const now = this.#monotonicMs()
    if (this.#searchedTo === undefined || now - this.#savedAt < this.#settings.saveMs) return
    const searched = Math.min(this.#searchedTo, this.#again)
    await saveProgress(this.#database, this.#dirty.coveredBefore(searched))
    this.#savedAt = now
  }

  async #findChanges(): Promise<void> {
    this.#searchedTo ??= await this.#startProgress()
    const again = this.#again
    const since = Math.min(this.#searchedTo, again) - this.#settings.overlapMs
    let next: InsertedRange | undefined = { since, until: undefined }
    while (next !== undefined) next = await this.#findWithin(next)
    if (this.#again === again) this.#again = Number.POSITIVE_INFINITY
  }

  /**
   * Finds the changes stamped within a stretch, or as many as one query can hold: after a long time
   * without a search there may be more. Gives the stretch to go on with; undefined at the end.
   */
  async #findWithin(range: InsertedRange): Promise<InsertedRange | undefined> {
    const { since, until } = range
    const found = await this.#tryFind(range)
    if (found === undefined) return await this.#halfOf(range)
    for (const { minute, inserted } of found.minutes) this.#dirty.add(minute, inserted, since)
    this.#dirty.forgetComputed(since)
    // Where nothing was found up to now the next search begins at the same place.
    this.#searchedTo = Math.max(this.#searchedTo ?? 0, until ?? found.now ?? 0)
    if (until === undefined) return undefined
    const longer = until + 2 * (until - since)
    return { since: until, until: longer < (await engineNow(this.#database)) ? longer : undefined }
  }

  /** Undefined where the store cannot hold so many. @throws StoreError for any other reason */
  async #tryFind(range: InsertedRange): Promise<ChangedMinutesFound | undefined> {
    try {
      return await findChangedMinutes(this.#database, range, MAX_DIRTY_MINUTES)
    } catch (cause) {
      const isShort = range.until !== undefined && range.until - range.since <= 1
      if (isShort || !(cause instanceof StoreError) || cause.reason !== 'query-limit') throw cause
      return undefined
    }
  }

  async #halfOf({ since, until }: InsertedRange): Promise<InsertedRange> {
    const end = until ?? (await engineNow(this.#database))
    return { since, until: Math.max(Math.floor((since + end) / 2), since + 1) }
  }

  /** Where an earlier run came to. */
  async #startProgress(): Promise<number> {
    const now = await engineNow(this.#database)
    const progress = await findProgress(this.#database)
    if (progress === undefined) this.#unkept = now
    await this.#keepFirst().catch((cause) => {
      // Reading goes on while the disk is full; what is computed waits for it.
      if (!(cause instanceof StoreError && cause.reason === 'disk-full')) throw cause
    })
    await this.#addNeglected(now)
    return progress ?? now
  }

  /** These are found again as long as they are neglected, so progress need not wait for them. */
  async #addNeglected(now: number): Promise<void> {
    for (const minute of await findNeglectedMinutes(this.#database, MAX_DIRTY_MINUTES)) {
      this.#dirty.add(minute, 0, now)
    }
    this.#neglectedAt = this.#monotonicMs()
  }

  /** The first progress is kept before the first version is, so that none is without it. */
  async #keepFirst(): Promise<void> {
    if (this.#unkept === undefined) return
    await saveProgress(this.#database, this.#unkept)
    this.#unkept = undefined
  }
}

/** A trace's minutes are the sender's choice; so many may wait at once. */
const MAX_DIRTY_MINUTES = 200_000
