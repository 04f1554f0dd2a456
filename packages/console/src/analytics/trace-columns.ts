import { type Outcome, secondsFromUnixNanos } from '@fluoroscope/model'
import type { TraceFact } from '../answer/trace-facts.ts'
import { type ListedTrace, outcomeOfTrace } from '../answer/trace-list.ts'
import type { SetCondition } from './set-condition.ts'

/** Traces by column; the index of a trace is the same in all of them. */
export class TraceColumns {
  readonly #starts: number[] = []
  readonly #responses: number[] = []
  readonly #outcomes: Outcome[] = []
  /** Facts of trace `i` are `#factIds` from `#offsets[i]` to `#offsets[i + 1]`. */
  readonly #offsets: number[] = [0]
  readonly #factIds: number[] = []
  readonly #facts: TraceFact[] = []
  readonly #idOfFact = new Map<string, number>()
  readonly #known = new Set<string>()

  /** Adds what is not there yet: pages may overlap where traces arrive meanwhile. */
  add(traces: readonly ListedTrace[]): void {
    for (const trace of traces) {
      if (this.#known.has(trace.id)) continue
      this.#known.add(trace.id)
      this.#starts.push(secondsFromUnixNanos(trace.start))
      this.#responses.push((trace.responseTime ?? Number.NaN) / 1e9)
      this.#outcomes.push(outcomeOfTrace(trace))
      for (const fact of trace.facts) this.#factIds.push(this.#idFor(fact))
      this.#offsets.push(this.#factIds.length)
    }
  }

  get size(): number {
    return this.#starts.length
  }

  /** Every different fact; ids are indexes. */
  get facts(): readonly TraceFact[] {
    return this.#facts
  }

  /** Epoch seconds, whole ones: that is what summaries tell. */
  start(index: number): number {
    return this.#starts[index] ?? 0
  }

  /** Response time in seconds; NaN while the trace is open. */
  response(index: number): number {
    return this.#responses[index] ?? Number.NaN
  }

  isFailed(index: number): boolean {
    return this.#outcomes[index] !== 'ok'
  }

  /** Calls `visit` with the id of each fact of a trace. */
  eachFact(index: number, visit: (fact: number) => void): void {
    const end = this.#offsets[index + 1] ?? 0
    for (let at = this.#offsets[index] ?? 0; at < end; at++) visit(this.#factIds[at] ?? 0)
  }

  /** One for each trace that fulfils all conditions, else zero. */
  select(conditions: readonly SetCondition[]): Uint8Array {
    const mask = new Uint8Array(this.size).fill(1)
    for (const condition of conditions) this.#narrow(mask, condition)
    return mask
  }

  #narrow(mask: Uint8Array, condition: SetCondition): void {
    const holds = this.#test(condition)
    for (let index = 0; index < mask.length; index++) {
      if (mask[index] === 1 && !holds(index)) mask[index] = 0
    }
  }

  #test(condition: SetCondition): (index: number) => boolean {
    if (condition.kind === 'time') {
      return (index) => this.start(index) >= condition.from && this.start(index) < condition.to
    }
    if (condition.kind === 'response') {
      const { from, to } = condition
      return (index) => this.response(index) >= from && this.response(index) <= to
    }
    const wanted = this.#idOfFact.get(nameOf(condition))
    return (index) => (wanted !== undefined && this.#has(index, wanted)) !== condition.isNegated
  }

  #has(index: number, wanted: number): boolean {
    let found = false
    this.eachFact(index, (fact) => {
      found ||= fact === wanted
    })
    return found
  }

  #idFor(fact: TraceFact): number {
    const name = nameOf(fact)
    const known = this.#idOfFact.get(name)
    if (known !== undefined) return known
    this.#idOfFact.set(name, this.#facts.length)
    return this.#facts.push(fact) - 1
  }
}

/** How many of the traces are in the set. */
export function sizeOf(mask: Uint8Array): number {
  return mask.reduce((sum, bit) => sum + bit, 0)
}

/** Both at once: whatever is in `a` and not in `b`. */
export function without(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((bit, index) => bit & (1 - (b[index] ?? 0)))
}

function nameOf({ key, value }: TraceFact): string {
  return `${key}\n${JSON.stringify(value)}`
}
