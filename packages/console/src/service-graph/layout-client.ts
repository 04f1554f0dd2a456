import type { LayoutTask, MapLayout } from './layout-picture.ts'
import { type PackedLayout, unpackLayout } from './pack-layout.ts'

type Answer = { readonly number: number; readonly layout: PackedLayout }

/** Lays out in a worker of its own; only the newest question is answered. `stop()` ends it. */
export class LayoutClient {
  readonly #worker: Worker
  #number = 0
  #task: LayoutTask | undefined

  constructor(onLayout: (layout: MapLayout) => void, onProblem: (message: string) => void) {
    this.#worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if (data.number !== this.#number || this.#task === undefined) return
      onLayout(unpackLayout(data.layout, this.#task))
    })
    this.#worker.addEventListener('error', ({ message }) => onProblem(message))
  }

  ask(task: LayoutTask): void {
    this.#task = task
    this.#worker.postMessage({ number: ++this.#number, task })
  }

  stop(): void {
    this.#worker.terminate()
  }
}
