import type { TimeRange } from '../client.ts'
import type { TraceColumns } from './trace-columns.ts'

/** Columns of time and rows of response time, and how many traces of each layer lie in each cell. */
export type HeatMap = {
  readonly columns: number
  readonly rows: number
  /** Epoch seconds of the left edge of each column and of the right edge of the last. */
  readonly times: readonly number[]
  /** Seconds of the lower edge of each row from below, and of the upper edge of the last. */
  readonly responses: readonly number[]
  /** Counts by `row * columns + column`, row 0 lowest. */
  readonly layers: Readonly<Record<HeatLayer, readonly number[]>>
  /** Traces without a response time: still open, in no cell. */
  readonly open: number
}

/** Which traces a heat map counts. */
export type HeatLayer = (typeof HEAT_LAYERS)[number]

export const HEAT_LAYERS = ['all', 'failed', 'a', 'b'] as const

/** Cells from one corner to the opposite, all included; rows from below. */
export type HeatSpan = {
  readonly firstColumn: number
  readonly lastColumn: number
  readonly firstRow: number
  readonly lastRow: number
}

/** Steps of the colours of a heat map. */
const HEAT_LEVELS = 6

const COLUMNS = 60
const ROWS = 24
/** Summaries tell whole milliseconds: nothing is known of what is shorter. */
const SHORTEST_MS = 0.5

/**
 * Traces by when they started and how long their response took, rows of equal ratio over all response
 * times. Edges of rows are whole milliseconds, so that a range of rows is told by few digits.
 */
export function layoutHeat(
  columns: TraceColumns,
  range: TimeRange,
  a: Uint8Array,
  b: Uint8Array | undefined,
): HeatMap {
  const count = Math.max(1, Math.min(COLUMNS, range.to - range.from))
  const times = Array.from({ length: count + 1 }, (_, index) =>
    Math.round(range.from + (index / count) * (range.to - range.from)),
  )
  const responses = responseEdges(columns)
  const rows = responses.length - 1
  const empty = () => new Array<number>(rows * count).fill(0)
  const layers = { all: empty(), failed: empty(), a: empty(), b: empty() }
  let open = 0
  for (let index = 0; index < columns.size; index++) {
    const response = columns.response(index)
    if (Number.isNaN(response)) {
      open++
      continue
    }
    const cell = indexIn(responses, response) * count + indexIn(times, columns.start(index))
    const add = (layer: HeatLayer) => {
      layers[layer][cell] = (layers[layer][cell] ?? 0) + 1
    }
    add('all')
    if (columns.isFailed(index)) add('failed')
    if (a[index] === 1) add('a')
    if (b?.[index] === 1) add('b')
  }
  return { columns: count, rows, times, responses, layers, open }
}

/** Traces in the cells of a span. */
export function countIn(heat: HeatMap, layer: HeatLayer, span: HeatSpan): number {
  let sum = 0
  for (let row = span.firstRow; row <= span.lastRow; row++) {
    for (let column = span.firstColumn; column <= span.lastColumn; column++) {
      sum += heat.layers[layer][row * heat.columns + column] ?? 0
    }
  }
  return sum
}

/**
 * The cells of each level, from the faintest to the strongest, as a path of squares of 1 by 1, the
 * lowest row at the bottom.
 */
export function heatPaths(heat: HeatMap, layer: HeatLayer): readonly string[] {
  const counts = heat.layers[layer]
  const starts = levelStarts(peakOf(counts))
  const paths = new Array<string>(HEAT_LEVELS).fill('')
  for (const [cell, count] of counts.entries()) {
    if (count === 0) continue
    const level = starts.findLastIndex((start) => start <= count)
    const [x, row] = [cell % heat.columns, Math.floor(cell / heat.columns)]
    paths[level] = `${paths[level] ?? ''}M${x} ${heat.rows - 1 - row}h1v1h-1z`
  }
  return paths
}

/** The largest count of a layer. */
export function peakOf(counts: readonly number[]): number {
  return counts.reduce((most, count) => Math.max(most, count), 0)
}

/**
 * The least count of each level, of equal ratio up to the fullest cell; a level that begins where the
 * next one does is not painted.
 */
export function levelStarts(peak: number): readonly number[] {
  return Array.from({ length: HEAT_LEVELS }, (_, level) =>
    // 64 ** (5 / 6) is a little more than 32.
    Math.ceil(Math.max(1, peak) ** (level / HEAT_LEVELS) - 1e-9),
  )
}

/** Sums of the columns, or of the rows, of a layer. */
export function marginOf(
  heat: HeatMap,
  layer: HeatLayer,
  of: 'columns' | 'rows',
): readonly number[] {
  const sums = new Array<number>(heat[of]).fill(0)
  for (const [cell, count] of heat.layers[layer].entries()) {
    const at = of === 'columns' ? cell % heat.columns : Math.floor(cell / heat.columns)
    sums[at] = (sums[at] ?? 0) + count
  }
  return sums
}

/** Strictly rising; one row where all took as long. */
function responseEdges(columns: TraceColumns): readonly number[] {
  let [least, most] = [Infinity, 0]
  for (let index = 0; index < columns.size; index++) {
    const response = columns.response(index)
    if (response < least) least = response
    if (response > most) most = response
  }
  if (least === Infinity) return [0, 1]
  const lowest = Math.round(least * 1000)
  const highest = Math.round(most * 1000) + 1
  const first = Math.max(lowest, SHORTEST_MS)
  const edges = Array.from({ length: ROWS + 1 }, (_, index) =>
    Math.round(first * (highest / first) ** (index / ROWS)),
  )
  const inside = edges.filter((edge) => edge > lowest && edge < highest)
  return [...new Set([lowest, ...inside, highest])].map((milliseconds) => milliseconds / 1000)
}

/** The slot of rising edges that holds `value`; what lies outside belongs to the nearest. */
function indexIn(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((edges[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}
