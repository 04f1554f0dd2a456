import { endAt, type TraceRows } from './trace-rows.ts'

/** How much of a trace runs where: a picture of it, whatever its size. */
export type Density = {
  readonly columns: number
  readonly lines: number
  /** Rows that run in each cell, line by line from the top: on average over its time. */
  readonly running: Float32Array
  /** Of these, rows that failed. */
  readonly failed: Float32Array
}

const COLUMNS = 600
const LINES = 48

/** The rows of a trace from top to bottom, and its time from left to right, counted in cells. */
export function measureDensity(rows: TraceRows): Density {
  const lines = Math.max(1, Math.min(LINES, rows.count))
  const running = new Float32Array((COLUMNS + 1) * lines)
  const failed = new Float32Array((COLUMNS + 1) * lines)
  const scale = COLUMNS / Math.max(1, rows.span)
  for (let row = 0; row < rows.count; row++) {
    const line = Math.floor((row * lines) / rows.count)
    const from = clamp(Math.floor((rows.start[row] ?? 0) * scale), COLUMNS - 1)
    const to = clamp(Math.ceil(endAt(rows, row) * scale), COLUMNS)
    const [first, last] = [
      line * (COLUMNS + 1) + from,
      line * (COLUMNS + 1) + Math.max(to, from + 1),
    ]
    add(running, first, last)
    if (((rows.flags[row] ?? 0) & 3) !== 0) add(failed, first, last)
  }
  return {
    columns: COLUMNS,
    lines,
    running: summed(running, lines),
    failed: summed(failed, lines),
  }
}

/** Notes where a row begins and ends to run: the sum from the left is how many run. */
function add(changes: Float32Array, first: number, last: number): void {
  changes[first] = (changes[first] ?? 0) + 1
  changes[last] = (changes[last] ?? 0) - 1
}

function summed(changes: Float32Array, lines: number): Float32Array {
  const sums = new Float32Array(COLUMNS * lines)
  for (let line = 0; line < lines; line++) {
    let sum = 0
    for (let column = 0; column < COLUMNS; column++) {
      sum += changes[line * (COLUMNS + 1) + column] ?? 0
      sums[line * COLUMNS + column] = sum
    }
  }
  return sums
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value))
}
