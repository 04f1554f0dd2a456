import { type Folds, membersOf } from './fold-rows.ts'
import type { TraceRows } from './trace-rows.ts'

/** What is hidden and what is opened of a trace. */
export type RowFilter = {
  /** Rows at this depth hide their children; undefined for none. */
  readonly level: number | undefined
  /** Rows that do the opposite of what their depth says. */
  readonly toggled: ReadonlySet<number>
  /** Similar siblings are shown as one. */
  readonly isFolding: boolean
  /** Folds that show their members all the same, by number. */
  readonly unfolded: ReadonlySet<number>
  /** 1 for rows that are kept where others are hidden; undefined for all. */
  readonly kept: Uint8Array | undefined
}

/** The lines of the timeline from top to bottom. */
export type ShownRows = {
  /** A row by its index, or a fold as -1 minus its number. */
  readonly lines: Int32Array
  /** Levels by which a line is further in than its depth says: it stands below a fold. */
  readonly shift: Uint8Array
}

/** The number of the fold that a line is; undefined for a row. */
export function foldOfLine(line: number): number | undefined {
  return line < 0 ? -1 - line : undefined
}

export function lineOfFold(fold: number): number {
  return -1 - fold
}

/** Whether the children of a row are hidden. */
export function isCollapsed(rows: TraceRows, filter: RowFilter, row: number): boolean {
  const byLevel = filter.level !== undefined && (rows.depth[row] ?? 0) >= filter.level
  return byLevel !== filter.toggled.has(row)
}

/** The lines that show of `rows`. Where only some rows are kept, none is hidden in a fold. */
export function showRows(rows: TraceRows, folds: Folds, filter: RowFilter): ShownRows {
  const walk = new LineWalk(rows, folds, filter)
  walk.run()
  return walk.shown
}

/** Rows that are still to be looked at: those of the trace, or of one member of an open fold. */
type Range = { row: number; readonly end: number; readonly by: number; readonly within: number }

class LineWalk {
  readonly #rows: TraceRows
  readonly #folds: Folds
  readonly #filter: RowFilter
  readonly #isFolding: boolean
  readonly #lines: Int32Array
  readonly #shift: Uint8Array
  #count = 0
  readonly #ranges: Range[]

  constructor(rows: TraceRows, folds: Folds, filter: RowFilter) {
    this.#rows = rows
    this.#folds = folds
    this.#filter = filter
    this.#isFolding = filter.isFolding && filter.kept === undefined
    this.#lines = new Int32Array(rows.count + folds.count)
    this.#shift = new Uint8Array(this.#lines.length)
    this.#ranges = [{ row: 0, end: rows.count, by: 0, within: -1 }]
  }

  get shown(): ShownRows {
    return {
      lines: this.#lines.slice(0, this.#count),
      shift: this.#shift.slice(0, this.#count),
    }
  }

  run(): void {
    for (let range = this.#ranges.at(-1); range !== undefined; range = this.#ranges.at(-1)) {
      if (range.row >= range.end) this.#ranges.pop()
      else this.#step(range)
    }
  }

  #step(range: Range): void {
    const { row } = range
    const fold = this.#isFolding ? (this.#folds.foldOf[row] ?? -1) : -1
    if (fold >= 0 && fold !== range.within) {
      range.row = this.#rows.end[row] ?? range.end
      this.#showFold(fold, row, range.by)
      return
    }
    const { kept } = this.#filter
    if (kept === undefined || kept[row] === 1) this.#push(row, range.by)
    const isHiding = isCollapsed(this.#rows, this.#filter, row)
    range.row = isHiding ? (this.#rows.end[row] ?? row + 1) : row + 1
  }

  /** All members of a fold stand where the first of them is. */
  #showFold(fold: number, row: number, by: number): void {
    const members = membersOf(this.#folds, fold)
    if (members[0] !== row) return
    this.#push(lineOfFold(fold), by)
    if (!this.#filter.unfolded.has(fold)) return
    for (let index = members.length - 1; index >= 0; index--) {
      const member = members[index] ?? 0
      const end = this.#rows.end[member] ?? 0
      this.#ranges.push({ row: member, end, by: by + 1, within: fold })
    }
  }

  #push(line: number, by: number): void {
    this.#shift[this.#count] = Math.min(255, by)
    this.#lines[this.#count++] = line
  }
}

/** The rows of `hits` and all rows above them, so that each is seen where it belongs. */
export function withAncestors(rows: TraceRows, hits: Uint8Array): Uint8Array {
  const kept = hits.slice()
  for (let row = rows.count - 1; row >= 0; row--) {
    const above = rows.parent[row] ?? -1
    if (kept[row] === 1 && above >= 0) kept[above] = 1
  }
  return kept
}
