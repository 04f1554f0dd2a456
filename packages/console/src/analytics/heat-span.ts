import type { HeatMap, HeatSpan } from './layout-heat.ts'
import type { SetCondition } from './set-condition.ts'

/** A cell; rows count from below. */
export type HeatCell = { readonly column: number; readonly row: number }

type Grid = Pick<HeatMap, 'columns' | 'rows'>

/** The cells between two corners, within the map. */
export function spanBetween(from: HeatCell, to: HeatCell, grid: Grid): HeatSpan {
  const column = (value: number) => clamp(value, grid.columns)
  const row = (value: number) => clamp(value, grid.rows)
  return {
    firstColumn: column(Math.min(from.column, to.column)),
    lastColumn: column(Math.max(from.column, to.column)),
    firstRow: row(Math.min(from.row, to.row)),
    lastRow: row(Math.max(from.row, to.row)),
  }
}

/** What an arrow key makes of a choice; with Shift it grows. Undefined for keys that do nothing. */
export function heatSpanAfterKey(
  key: string,
  isGrowing: boolean,
  span: HeatSpan | undefined,
  grid: Grid,
): HeatSpan | undefined {
  const [dx, dy] = STEPS[key] ?? []
  if (dx === undefined || dy === undefined) return undefined
  if (span === undefined) {
    const middle = { column: grid.columns >> 1, row: grid.rows >> 1 }
    return spanBetween(middle, middle, grid)
  }
  const { firstColumn, lastColumn, firstRow, lastRow } = span
  if (isGrowing) {
    const from = { column: firstColumn + Math.min(dx, 0), row: firstRow + Math.min(dy, 0) }
    const to = { column: lastColumn + Math.max(dx, 0), row: lastRow + Math.max(dy, 0) }
    return spanBetween(from, to, grid)
  }
  const at = {
    column: (dx < 0 ? firstColumn : lastColumn) + dx,
    row: (dy < 0 ? firstRow : lastRow) + dy,
  }
  return spanBetween(at, at, grid)
}

/**
 * The conditions that exactly the traces of these cells fulfil. A side of all columns, or of all rows,
 * is no condition. Response times are whole milliseconds.
 */
export function spanConditions(heat: HeatMap, span: HeatSpan): readonly SetCondition[] {
  const { times, responses } = heat
  const conditions: SetCondition[] = []
  if (span.firstColumn > 0 || span.lastColumn < heat.columns - 1) {
    const [from = 0, to = 0] = [times[span.firstColumn], times[span.lastColumn + 1]]
    conditions.push({ kind: 'time', from, to })
  }
  if (span.firstRow > 0 || span.lastRow < heat.rows - 1) {
    const [from = 0, to = 0] = [responses[span.firstRow], responses[span.lastRow + 1]]
    conditions.push({ kind: 'response', from, to: Math.round(to * 1000 - 1) / 1000 })
  }
  return conditions
}

/** Where the conditions of a set lie on the map, as shares of its sides from the left and from below. */
export type HeatFrame = {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

/** The rectangle that a set is narrowed to; undefined where it has no such condition. */
export function frameOf(heat: HeatMap, conditions: readonly SetCondition[]): HeatFrame | undefined {
  const time = conditions.find(({ kind }) => kind === 'time')
  const response = conditions.find(({ kind }) => kind === 'response')
  if (time === undefined && response === undefined) return undefined
  const place = (edges: readonly number[], value: number) =>
    placeAmong(edges, value) / (edges.length - 1)
  const across = time?.kind === 'time' ? time : undefined
  const up = response?.kind === 'response' ? response : undefined
  return {
    left: across === undefined ? 0 : place(heat.times, across.from),
    right: across === undefined ? 1 : place(heat.times, across.to),
    bottom: up === undefined ? 0 : place(heat.responses, up.from),
    top: up === undefined ? 1 : place(heat.responses, up.to + 0.001),
  }
}

const STEPS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value))
}

/** How many edges lie below `value`, with the part of the way to the next. */
function placeAmong(edges: readonly number[], value: number): number {
  const above = edges.findIndex((edge) => edge > value)
  if (above === 0) return 0
  if (above === -1) return edges.length - 1
  const [below = 0, next = 1] = [edges[above - 1], edges[above]]
  return above - 1 + (value - below) / (next - below)
}
