import { type Outcome, type UnixNanos, unixNanos } from '@fluoroscope/model'
import { type StringTable, textAt } from './string-table.ts'

/**
 * All rows of a trace, a segment or subsegment each, in the order of a fully opened tree, as columns:
 * a million rows take some ten megabytes, and cross from the worker without being copied.
 */
export type TraceRows = {
  readonly count: number
  /** Epoch microseconds of the earliest start. */
  readonly startMicros: number
  /** Nanoseconds from there to the latest end; 0 or more. */
  readonly span: number
  /** Index of the parent row; -1 for a root. */
  readonly parent: Int32Array
  /** Index after the last descendant. */
  readonly end: Int32Array
  readonly depth: Uint32Array
  /** Nanoseconds after the start of the trace. */
  readonly start: Float64Array
  /** Nanoseconds; NaN while in progress, negative where the end lies before the start. */
  readonly duration: Float64Array
  /** Nanoseconds in which no child ran; NaN while in progress. */
  readonly own: Float64Array
  /** Bits: see {@link outcomeAt}, {@link isFlagged}. */
  readonly flags: Uint16Array
  /** Index into {@link ROW_KINDS}. */
  readonly kind: Uint8Array
  /** HTTP status; 0 where none is told. */
  readonly status: Uint16Array
  /** Numbers of texts: the row's name, its service's, what it says of its request. */
  readonly name: Uint32Array
  readonly service: Uint32Array
  readonly text: Uint32Array
  /** Rows that do the same to the same have the same number. */
  readonly similar: Uint32Array
  readonly idHigh: Uint32Array
  readonly idLow: Uint32Array
  /** Of rows whose id came before in the trace: how often, from 2 on. */
  readonly repeats: ReadonlyMap<number, number>
  readonly strings: StringTable
}

/** What a row is, each drawn with a sign of its own. */
export const ROW_KINDS = ['service', 'local', 'remote', 'aws', 'database', 'queue'] as const

export type RowKind = (typeof ROW_KINDS)[number]

/** Outcomes by the lowest two bits of the flags, the worse the higher. */
const OUTCOMES: readonly Outcome[] = ['ok', 'error', 'throttle', 'fault']

/** Further bits of the flags. */
export const FLAG = {
  segment: 4,
  inferred: 8,
  inProgress: 16,
  parentMissing: 32,
  cause: 64,
  links: 128,
} as const

/** The bits for an outcome. */
export function outcomeBits(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome)
}

export function outcomeAt(rows: TraceRows, row: number): Outcome {
  return OUTCOMES[(rows.flags[row] ?? 0) & 3] ?? 'ok'
}

/** Whether a row has one of {@link FLAG}. */
export function isFlagged(rows: TraceRows, row: number, flag: number): boolean {
  return ((rows.flags[row] ?? 0) & flag) !== 0
}

export function kindAt(rows: TraceRows, row: number): RowKind {
  return ROW_KINDS[rows.kind[row] ?? 0] ?? 'service'
}

export function nameAt(rows: TraceRows, row: number): string {
  return textAt(rows.strings, rows.name[row] ?? 0)
}

export function serviceAt(rows: TraceRows, row: number): string {
  return textAt(rows.strings, rows.service[row] ?? 0)
}

/** Nanoseconds after the start of the trace; the end of the trace while in progress. */
export function endAt(rows: TraceRows, row: number): number {
  const duration = rows.duration[row] ?? Number.NaN
  return Number.isNaN(duration) ? rows.span : (rows.start[row] ?? 0) + duration
}

/** The instant so many nanoseconds after the start of the trace. */
export function instantAt(rows: TraceRows, nanos: number): UnixNanos {
  return unixNanos(BigInt(rows.startMicros) * 1000n + BigInt(Math.round(nanos)))
}

/** Names the row in addresses: its id, with a number behind it where an id comes twice. */
export function keyAt(rows: TraceRows, row: number): string {
  const id = hex(rows.idHigh[row] ?? 0) + hex(rows.idLow[row] ?? 0)
  const repeat = rows.repeats.get(row)
  return repeat === undefined ? id : `${id}-${repeat}`
}

/** The row with a key; -1 where none has it. */
export function findKey(rows: TraceRows, key: string | undefined): number {
  const [, high, low, repeat] = /^([0-9a-f]{8})([0-9a-f]{8})(?:-(\d+))?$/.exec(key ?? '') ?? []
  if (high === undefined || low === undefined) return -1
  const wanted = repeat === undefined ? undefined : Number(repeat)
  const [highBits, lowBits] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  let row = rows.idLow.indexOf(lowBits)
  while (row >= 0) {
    if (rows.idHigh[row] === highBits && rows.repeats.get(row) === wanted) return row
    row = rows.idLow.indexOf(lowBits, row + 1)
  }
  return -1
}

/** The rows above `row`, nearest first. */
export function ancestorsOf(rows: TraceRows, row: number): readonly number[] {
  const ancestors: number[] = []
  for (let above = rows.parent[row] ?? -1; above >= 0; above = rows.parent[above] ?? -1) {
    ancestors.push(above)
  }
  return ancestors
}

/** The children of `row`, by start. */
export function* childrenOf(rows: Pick<TraceRows, 'end'>, row: number): Generator<number> {
  const end = rows.end[row] ?? 0
  for (let child = row + 1; child < end; child = rows.end[child] ?? end) yield child
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0')
}
