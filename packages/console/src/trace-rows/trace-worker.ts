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

/** The first rows are shown after so many milliseconds, then each time there are twice as many. */
const FIRST_PART_MS = 250

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
  const started = performance.now()
  let shownRows = 0
  const showPart = (progress: LoadProgress) => {
    const isTime = performance.now() - started > FIRST_PART_MS && loading.rowCount > 0
    if (before !== undefined || !isTime || loading.rowCount < shownRows * 2) return
    shownRows = loading.rowCount
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

function isSame(before: TraceSession, now: TraceSession): boolean {
  if (before.documents.length !== now.documents.length) return false
  return now.documents.every((text, index) => text === before.documents[index])
}
