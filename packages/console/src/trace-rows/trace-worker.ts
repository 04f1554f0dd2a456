import type { TraceId } from '@fluoroscope/model'
import type { ClientProblem } from '../client.ts'
import { fetchTrace, type LoadProgress, type TraceHead } from './fetch-trace.ts'
import { type TracePicture, TraceSession } from './trace-session.ts'

/** What may be asked of the trace that was loaded: the methods of {@link TraceSession} by their names. */
export type Asked =
  | 'details'
  | 'document'
  | 'search'
  | 'statistics'
  | 'flame'
  | 'merged'
  | 'around'
  | 'texts'

export type WorkerQuestion =
  | { readonly kind: 'load'; readonly id: TraceId; readonly asOfMicros: number }
  | {
      readonly kind: 'ask'
      readonly number: number
      readonly name: Asked
      readonly args: readonly unknown[]
    }

export type WorkerAnswer =
  /** What has come of a trace so far. */
  | { readonly kind: 'part'; readonly picture: TracePicture; readonly progress: LoadProgress }
  | { readonly kind: 'loaded'; readonly picture: TracePicture; readonly head: TraceHead }
  /** As it was when it was loaded before. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'problem'; readonly problem: ClientProblem }
  | { readonly kind: 'answer'; readonly number: number; readonly value: unknown }

/** A trace that is read faster than this is shown whole at once. */
const FIRST_PART_MS = 30
/** So many rows fill a window: the first are shown as soon as there are as many. */
const FIRST_PART_ROWS = 100
/** More are shown each time there are twice as many, but not sooner than this after the last. */
const NEXT_PART_MS = 250

let session: TraceSession | undefined

addEventListener('message', ({ data }: MessageEvent<WorkerQuestion>) => {
  if (data.kind === 'load') void load(data.id, data.asOfMicros)
  else if (session !== undefined) {
    const value: unknown = Reflect.apply(session[data.name], session, data.args)
    answer({ kind: 'answer', number: data.number, value })
  }
})

function answer(message: WorkerAnswer): void {
  postMessage(message)
}

async function load(id: TraceId, asOfMicros: number): Promise<void> {
  const loading = new Loading(session)
  const parts = new PartClock()
  const head = await fetchTrace(
    id,
    (document) => loading.add(document),
    (progress) => {
      const { opened } = loading
      if (loading.before !== undefined || opened === undefined) return
      if (!parts.isTime(opened.rowCount, performance.now())) return
      session = opened
      const picture = opened.partPicture(asOfMicros)
      postMessage({ kind: 'part', picture, progress } satisfies WorkerAnswer, {
        transfer: columnsOf(picture),
      })
    },
  )
  if (!head.ok) return answer({ kind: 'problem', problem: head.problem })
  if (head.value === undefined) return answer({ kind: 'unknown' })
  const loaded = loading.end()
  if (loaded === undefined) return answer({ kind: 'unchanged' })
  session = loaded
  const picture = copyColumns(loaded.lastPicture(asOfMicros))
  const message: WorkerAnswer = { kind: 'loaded', picture, head: head.value }
  postMessage(message, { transfer: columnsOf(picture) })
}

/**
 * What comes of a trace. As long as it is what came before, nothing is kept of it: a trace that is
 * asked for again, and is large, is there once.
 */
class Loading {
  readonly before: TraceSession | undefined
  #opened: TraceSession | undefined
  /** How many documents are the same as before. */
  #same = 0

  constructor(before: TraceSession | undefined) {
    this.before = before
  }

  /** Undefined as long as all is as it was before. */
  get opened(): TraceSession | undefined {
    return this.#opened
  }

  add(document: string): void {
    if (this.#opened === undefined && this.before?.documents[this.#same] === document) this.#same++
    else this.#open().add(document)
  }

  /** What has come; undefined where it is what came before. */
  end(): TraceSession | undefined {
    const known = this.before?.documents.length
    return this.#opened === undefined && this.#same === known ? undefined : this.#open()
  }

  #open(): TraceSession {
    if (this.#opened !== undefined) return this.#opened
    this.#opened = new TraceSession()
    for (const document of this.before?.documents.slice(0, this.#same) ?? []) {
      this.#opened.add(document)
    }
    return this.#opened
  }
}

/** Tells when to show what has been read so far: soon at first, then ever less often. */
class PartClock {
  /** When the first row was there, and when rows were shown last: milliseconds. */
  #began: number | undefined
  #shown: { readonly rows: number; readonly at: number } | undefined

  isTime(rows: number, now: number): boolean {
    if (rows === 0) return false
    this.#began ??= now
    const isTime =
      this.#shown === undefined
        ? rows >= FIRST_PART_ROWS && now - this.#began > FIRST_PART_MS
        : rows >= this.#shown.rows * 2 && now - this.#shown.at > NEXT_PART_MS
    if (isTime) this.#shown = { rows, at: now }
    return isTime
  }
}

/** The columns of a picture: they are handed over, not copied. */
function columnsOf({ rows, critical, folds, density }: TracePicture): ArrayBuffer[] {
  const values = [rows, critical, folds, density].flatMap((part) => Object.values<unknown>(part))
  return values.filter(isColumn).map(({ buffer }) => buffer)
}

/** The picture with columns of its own. */
function copyColumns(picture: TracePicture): TracePicture {
  const { rows, critical, folds, density } = picture
  return {
    ...picture,
    rows: withCopies(rows),
    critical: withCopies(critical),
    folds: withCopies(folds),
    density: withCopies(density),
  }
}

function withCopies<Part extends object>(part: Part): Part {
  const copies = Object.entries(part).map(([name, value]) => [
    name,
    isColumn(value) ? value.slice() : value,
  ])
  return Object.fromEntries(copies) as Part
}

function isColumn(value: unknown): value is Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}
