import type { TraceId } from '@fluoroscope/model'
import type { TraceSession } from './trace-session.ts'
import type { Asked, WorkerAnswer, WorkerQuestion } from './trace-worker.ts'

/** Told of every answer about the trace itself. */
export type OnTrace = (answer: Exclude<WorkerAnswer, { kind: 'answer' }>) => void

/** A trace in a worker of its own, which keeps its documents. `stop()` ends it. */
export class TraceClient {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (value: unknown) => void>()
  #number = 0
  /** What has come before anybody listened. */
  readonly #early: Parameters<OnTrace>[0][] = []
  #onTrace: OnTrace = (answer) => this.#early.push(answer)

  constructor() {
    this.#worker = new Worker(new URL('./trace-worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
      if (data.kind !== 'answer') return this.#onTrace(data)
      this.#waiting.get(data.number)?.(data.value)
      this.#waiting.delete(data.number)
    })
    this.#worker.addEventListener('error', ({ message }) => {
      this.#onTrace({ kind: 'problem', problem: { kind: 'unreadable', message } })
    })
  }

  /** From now on `onTrace` is told of the trace, and at once of what has come already. */
  listen(onTrace: OnTrace): void {
    this.#onTrace = onTrace
    for (const answer of this.#early.splice(0)) onTrace(answer)
  }

  /** Loads the trace, or what it has become; answered to who listens. */
  load(id: TraceId): void {
    this.#post({ kind: 'load', id, asOfMicros: Date.now() * 1000 })
  }

  /** Asks about the trace that was loaded last; never answered where none was. */
  ask<Name extends Asked>(
    name: Name,
    ...args: Parameters<TraceSession[Name]>
  ): Promise<ReturnType<TraceSession[Name]>> {
    const number = ++this.#number
    return new Promise((resolve) => {
      this.#waiting.set(number, (value) => resolve(value as ReturnType<TraceSession[Name]>))
      this.#post({ kind: 'ask', number, name, args })
    })
  }

  stop(): void {
    this.#worker.terminate()
  }

  #post(question: WorkerQuestion): void {
    this.#worker.postMessage(question)
  }
}
