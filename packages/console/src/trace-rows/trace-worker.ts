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
  const before = session
  const loading = new TraceSession()
  const parts = new PartClock()
  const showPart = (progress: LoadProgress) => {
    if (before !== undefined || !parts.isTime(loading.rowCount, performance.now())) return
    session = loading
    answer({ kind: 'part', picture: loading.picture(asOfMicros), progress })
  }
  const head = await fetchTrace(id, (document) => loading.add(document), showPart)
  if (!head.ok) answer({ kind: 'problem', problem: head.problem })
  else if (head.value === undefined) answer({ kind: 'unknown' })
  else if (before !== undefined && isSame(before, loading)) answer({ kind: 'unchanged' })
  else {
    session = loading
    answer({ kind: 'loaded', picture: loading.picture(asOfMicros), head: head.value })
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

function isSame(before: TraceSession, now: TraceSession): boolean {
  if (before.documents.length !== now.documents.length) return false
  return now.documents.every((text, index) => text === before.documents[index])
}
