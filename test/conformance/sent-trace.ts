import { newEntityId, newTraceId } from '../support/segments.ts'
import { until } from '../support/wire-server.ts'
import { bodyOf, type Call } from './case.ts'
import type { Body } from './client.ts'

const HOUR = 3600
const WINDOW = 120

let windows = 0

/** A trace sent through the client under test, with two minutes to itself, more than an hour ago. */
export class SentTrace {
  readonly #call: Call
  readonly traceId = newTraceId()
  /** Unix seconds that the times of its documents count from. */
  readonly base: number

  constructor(call: Call) {
    this.#call = call
    windows += 1
    this.base = Math.floor(Date.now() / 1000) - HOUR - windows * WINDOW
  }

  get range() {
    return { StartTime: this.base - 10, EndTime: this.base + WINDOW - 20 }
  }

  /** Complete; in progress where the end is undefined. */
  segment(name: string, [start, end]: Span, more: Body = {}): Body {
    return { ...this.subsegment(name, [start, end], more), trace_id: this.traceId }
  }

  subsegment(name: string, [start, end]: Span, more: Body = {}): Body {
    const ending = end === undefined ? { in_progress: true } : { end_time: this.base + end }
    return { id: newEntityId(), name, start_time: this.base + start, ...ending, ...more }
  }

  /** What is not taken of these documents. */
  async put(...documents: readonly (Body | string)[]): Promise<readonly Body[]> {
    const TraceSegmentDocuments = documents.map((each) =>
      typeof each === 'string' ? each : JSON.stringify(each),
    )
    const body = await bodyOf(this.#call('PutTraceSegments', { TraceSegmentDocuments }))
    return body['UnprocessedTraceSegments'] as readonly Body[]
  }

  /** Puts what has to be taken, and waits until the trace can be read. */
  async accept(...documents: readonly Body[]): Promise<void> {
    const refused = await this.put(...documents)
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`)
  }

  /** As `BatchGetTraces` has it, once `ready` says so. */
  async trace(ready: (trace: Trace | undefined) => boolean = isThere): Promise<Trace> {
    const ask = async () => {
      const body = await bodyOf(this.#call('BatchGetTraces', { TraceIds: [this.traceId] }))
      return (body['Traces'] as readonly Trace[])[0]
    }
    const trace = await until(ask, ready)
    if (trace === undefined) throw new Error(`${this.traceId} did not appear`)
    return trace
  }

  async documents(count = 1): Promise<readonly Body[]> {
    const { Segments } = await this.trace((trace) => (trace?.Segments.length ?? 0) >= count)
    return Segments.map(({ Document }) => JSON.parse(Document) as Body)
  }

  async summary(more: Body = {}): Promise<Body> {
    const summary = await until(
      async () => (await this.#summaries(more)).find(({ Id }) => Id === this.traceId),
      (found) => found !== undefined,
    )
    if (summary === undefined) throw new Error(`there is no summary of ${this.traceId}`)
    return summary
  }

  /** Whether a search of its range finds it; it has to be readable already. */
  async isFoundBy(FilterExpression: string): Promise<boolean> {
    const found = await this.#summaries({ FilterExpression })
    return found.some(({ Id }) => Id === this.traceId)
  }

  /** The nodes of its own graph. */
  async nodes(): Promise<readonly Body[]> {
    await this.summary()
    const body = await bodyOf(this.#call('GetTraceGraph', { TraceIds: [this.traceId] }))
    return body['Services'] as readonly Body[]
  }

  async #summaries(more: Body): Promise<readonly Body[]> {
    const body = await bodyOf(this.#call('GetTraceSummaries', { ...this.range, ...more }))
    return body['TraceSummaries'] as readonly Body[]
  }
}

/** Start and end in seconds. */
type Span = readonly [start: number, end?: number | undefined]

function isThere(trace: Trace | undefined): boolean {
  return trace !== undefined
}

export type Trace = Body & {
  readonly Segments: readonly { readonly Id: string; readonly Document: string }[]
}
