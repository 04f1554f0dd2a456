import type { TraceId } from '@fluoroscope/model'
import { assert, unixNanos } from '@fluoroscope/model'
import type { MinuteLinks } from '../query/graph-minutes.ts'
import {
  countSpansByMinute,
  findMinutesOfTraces,
  GRAPH_SPAN_COLUMNS,
  type GraphSpan,
  type GraphSpanSlice,
  graphSpans,
  linkedSpans,
  traceIdOf,
} from '../query/graph-spans.ts'
import { MAX_LISTED_MINUTES } from '../query/minute-list.ts'
import type { MinuteReach } from '../query/minute-reach.ts'
import type { TimeWindow } from '../query/trace-search.ts'
import type { Database } from '../store/database.ts'
import type { Sql } from '../store/sql.ts'
import { linkedTraceIds, producersOf } from './linked-producers.ts'
import { MinuteReaches } from './minute-reaches.ts'
import { traceCallsOf } from './span-calls.ts'
import type { GraphId, Producer, ProducerOf, TraceCalls } from './trace-calls.ts'

/** Minutes that are read together, in one or more parts. */
export type MinuteBatch = {
  readonly minutes: readonly number[]
  readonly parts: number
  /** Where known already: at least all minutes in which the traces of `minutes` have documents. */
  readonly allMinutes?: readonly number[] | undefined
  /** Traces that start outside may be left out; undefined for none. */
  readonly window?: TimeWindow | undefined
  /** Undefined for all traces. */
  readonly only?: ReadonlySet<TraceId> | undefined
}

export type ReadTraces = {
  readonly spans: number
  /** Rows of traces that are too large, beyond what counts. */
  readonly omittedSpans: number
  /** Links beyond what counts. */
  readonly omittedLinks: number
  /** Earliest receipt, nanoseconds since 1970; undefined without rows. */
  readonly oldest: bigint | undefined
  readonly links: readonly MinuteLinks[]
  /** By minute; a minute without documents is not in it. */
  readonly reaches: ReadonlyMap<number, MinuteReach>
}

/** Told of one trace. */
export type OnTrace = (trace: TraceCalls, minute: number, producerOf: ProducerOf) => void

/**
 * Groups minutes, ascending, so that what is read at once stays small in the engine's memory.
 * Minutes without any document are left out. @throws StoreError
 */
export async function planBatches(
  database: Database,
  minutes: readonly number[],
): Promise<readonly MinuteBatch[]> {
  const batches: { minutes: number[]; spans: number }[] = []
  for (let at = 0; at < minutes.length; at += MAX_LISTED_MINUTES) {
    const listed = minutes.slice(at, at + MAX_LISTED_MINUTES)
    for (const [minute, spans] of await countSpansByMinute(database, listed)) {
      const last = batches.at(-1)
      const hasRoom = last !== undefined && last.minutes.length < MAX_LISTED_MINUTES
      if (hasRoom && last.spans + spans <= BATCH_SPANS) {
        last.minutes.push(minute)
        last.spans += spans
      } else {
        batches.push({ minutes: [minute], spans })
      }
    }
  }
  return batches.map((batch) => ({
    minutes: batch.minutes,
    parts: Math.max(1, Math.ceil(batch.spans / BATCH_SPANS)),
  }))
}

/**
 * Hands each trace that starts in one of the batch's minutes to `add`, with the start of that minute.
 * One pass over narrow columns; traces with links come last, when what they link to has been read. The
 * event loop gets its turn after every piece of the answer.
 * @throws StoreError
 */
export async function readTraces(
  database: Database,
  { minutes, parts, only, window = ALL_TIMES, ...known }: MinuteBatch,
  add: OnTrace,
): Promise<ReadTraces> {
  const wanted = new Set(minutes)
  const allMinutes = known.allMinutes ?? (await findMinutesOfTraces(database, minutes))
  const linked = new LinkedTraces()
  const reaches = new MinuteReaches(wanted)
  const reading = new TraceRows((rows) => {
    if (only !== undefined && !only.has(idOf(rows))) return
    const trace = traceCallsOf(rows)
    reaches.add(rows, rows.length < MAX_TRACE_SPANS)
    const minute = minuteOf(trace.start)
    if (!wanted.has(minute)) return
    if (!linked.add(trace, minute)) add(trace, minute, unknownProducer)
  })
  for (let part = 0; part < parts; part++) {
    const slice = { minutes, allMinutes, window, part, parts }
    await readRows(database, graphSpans(slice), reading)
    if (linked.size > 0) await addLinked(database, slice, linked.take(), add)
  }
  const { links, omittedLinks } = linked
  return { ...reading.result(), links, omittedLinks, reaches: reaches.byMinute() }
}

async function readRows(database: Database, query: Sql, reading: TraceRows): Promise<void> {
  for await (const rows of database.batches(query, GRAPH_SPAN_COLUMNS)) {
    reading.push(rows)
    await othersTurn()
  }
  reading.end()
}

async function addLinked(
  database: Database,
  slice: GraphSpanSlice,
  traces: readonly LinkedTrace[],
  add: OnTrace,
): Promise<void> {
  const wanted = new Set(traces.flatMap(({ trace }) => [...linkedTraceIds(trace)]))
  const producers = new Map<TraceId, ReadonlyMap<GraphId, Producer>>()
  const reading = new TraceRows((rows) => {
    const id = idOf(rows)
    if (wanted.has(id)) producers.set(id, producersOf(traceCallsOf(rows)))
  })
  await readRows(database, linkedSpans(slice), reading)
  const producerOf: ProducerOf = ({ traceId, id }) => producers.get(traceId)?.get(id)
  for (const { trace, minute } of traces) add(trace, minute, producerOf)
}

function unknownProducer(): undefined {
  return undefined
}

const ALL_TIMES: TimeWindow = { from: unixNanos(0n), until: unixNanos(2n ** 63n - 1n) }

/** Rows sorted in the engine at once: about 60 MB. */
const BATCH_SPANS = 400_000

/** More rows of one trace than any real one has; its rest is left out and counted. */
const MAX_TRACE_SPANS = 200_000

const NANOS_PER_MINUTE = 60_000_000_000n

function minuteOf(start: bigint): number {
  return Number(start / NANOS_PER_MINUTE) * 60
}

/** Pieces that have arrived already would follow one another without a gap. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function idOf([first]: readonly GraphSpan[]): TraceId {
  assert(first !== undefined, 'a trace without rows')
  return traceIdOf(first)
}

type LinkedTrace = { readonly trace: TraceCalls; readonly minute: number }

/** Holds traces back until what they link to is known. */
class LinkedTraces {
  #waiting: LinkedTrace[] = []
  readonly #links = new Map<number, Set<TraceId>>()
  #omittedLinks = 0

  get size(): number {
    return this.#waiting.length
  }

  get omittedLinks(): number {
    return this.#omittedLinks
  }

  get links(): readonly MinuteLinks[] {
    return [...this.#links].map(([minute, traceIds]) => ({ minute, traceIds }))
  }

  /** Whether the trace has links, and so waits. */
  add(trace: TraceCalls, minute: number): boolean {
    if (trace.segments.every(({ links }) => links.length === 0)) return false
    const ids = linkedTraceIds(trace)
    const known = this.#links.get(minute)
    if (known === undefined) this.#links.set(minute, new Set(ids))
    else for (const id of ids) known.add(id)
    this.#waiting.push({ trace, minute })
    this.#omittedLinks += trace.omittedLinks
    return true
  }

  take(): readonly LinkedTrace[] {
    const traces = this.#waiting
    this.#waiting = []
    return traces
  }
}

/** Cuts rows into traces. */
class TraceRows {
  readonly #onTrace: (rows: readonly GraphSpan[]) => void
  #rows: GraphSpan[] = []
  #spans = 0
  #omittedSpans = 0
  #oldest: bigint | undefined

  constructor(onTrace: (rows: readonly GraphSpan[]) => void) {
    this.#onTrace = onTrace
  }

  push(rows: readonly GraphSpan[]): void {
    for (const row of rows) {
      const first = this.#rows[0]
      if (first !== undefined && !isSameTrace(first, row)) this.end()
      if (this.#rows.length < MAX_TRACE_SPANS) this.#rows.push(row)
      else this.#omittedSpans += 1
    }
    this.#spans += rows.length
  }

  end(): void {
    const [first] = this.#rows
    if (first === undefined) return
    // The first row of a trace is its earliest receipt.
    if (this.#oldest === undefined || first.received < this.#oldest) this.#oldest = first.received
    const rows = this.#rows
    this.#rows = []
    this.#onTrace(rows)
  }

  result(): Pick<ReadTraces, 'spans' | 'omittedSpans' | 'oldest'> {
    return { spans: this.#spans, omittedSpans: this.#omittedSpans, oldest: this.#oldest }
  }
}

function isSameTrace(left: GraphSpan, right: GraphSpan): boolean {
  return left.trace_low === right.trace_low && left.trace_high === right.trace_high
}
