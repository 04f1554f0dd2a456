import { cellWidth, fitText, padText } from './cell-text.ts'
import type { Ink, Paint } from './paint.ts'

export type TableColumn = {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Narrowest it may get before columns are left out; its whole content when absent. */
  readonly min?: number
  /** Columns with the highest rank are left out first; those without one never. */
  readonly rank?: number
}

export type TableCell = {
  readonly text: string
  readonly ink?: Ink
  /** Which end of a text that is too long remains. */
  readonly keep?: 'start' | 'end'
}

const GAP = '  '

/**
 * Lines of a table of at most `width` cells, the titles first. Too wide, the columns that may shrink
 * do, the widest first; then columns are left out.
 */
export function layoutTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  width: number,
  paint: Paint,
): readonly string[] {
  const widths = fitColumns(
    columns,
    columns.map(({ title }, index) =>
      Math.max(cellWidth(title), ...rows.map((row) => cellWidth(row[index]?.text ?? ''))),
    ),
    width,
  )
  const line = (cells: readonly TableCell[]) =>
    columns
      .flatMap((column, index) => {
        const cell = cells[index] ?? { text: '' }
        const cells_ = widths[index]
        if (cells_ === undefined) return []
        const text = padText(fitText(cell.text, cells_, cell.keep), cells_, column.align)
        return [paint(cell.ink ?? 'plain', text)]
      })
      .join(GAP)
      .trimEnd()
  return [line(columns.map(({ title }) => ({ text: title, ink: 'dim' }))), ...rows.map(line)]
}

/** The width of each column; undefined for one that is left out. */
function fitColumns(
  columns: readonly TableColumn[],
  natural: readonly number[],
  width: number,
): readonly (number | undefined)[] {
  const kept = columns.map(() => true)
  for (;;) {
    const widths = natural.map((cells, index) => (kept[index] ? cells : undefined))
    if (shrink(columns, widths, width)) return widths
    const last = lastRanked(columns, kept)
    if (last === undefined) return widths
    kept[last] = false
  }
}

/** Takes cells away from the widest columns; false when that is not enough. */
function shrink(
  columns: readonly TableColumn[],
  widths: (number | undefined)[],
  width: number,
): boolean {
  let excess = totalWidth(widths) - width
  while (excess > 0) {
    let widest: number | undefined
    for (const [index, cells] of widths.entries()) {
      const min = columns[index]?.min
      if (cells === undefined || min === undefined || cells <= min) continue
      if (widest === undefined || cells > (widths[widest] ?? 0)) widest = index
    }
    if (widest === undefined) return false
    widths[widest] = (widths[widest] ?? 0) - 1
    excess -= 1
  }
  return true
}

function totalWidth(widths: readonly (number | undefined)[]): number {
  const kept = widths.filter((cells) => cells !== undefined)
  return kept.reduce((sum, cells) => sum + cells, 0) + GAP.length * Math.max(0, kept.length - 1)
}

function lastRanked(columns: readonly TableColumn[], kept: readonly boolean[]): number | undefined {
  let last: number | undefined
  for (const [index, { rank }] of columns.entries()) {
    if (!kept[index] || rank === undefined) continue
    if (last === undefined || rank > (columns[last]?.rank ?? 0)) last = index
  }
  return last
}
