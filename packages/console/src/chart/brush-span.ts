/** Columns of a chart from `first` to `last`, both included. */
export type BrushSpan = { readonly first: number; readonly last: number }

/** The columns between where a drag began and where it is, within the chart. */
export function draggedSpan(from: number, to: number, count: number): BrushSpan {
  const inside = (column: number) => Math.min(count - 1, Math.max(0, column))
  return { first: inside(Math.min(from, to)), last: inside(Math.max(from, to)) }
}

/** What an arrow key makes of a choice; with Shift it grows. Undefined for keys that do nothing. */
export function spanAfterKey(
  key: string,
  isGrowing: boolean,
  span: BrushSpan | undefined,
  count: number,
): BrushSpan | undefined {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key]
  if (step === undefined) return undefined
  if (span === undefined) {
    const column = step === 1 ? 0 : count - 1
    return { first: column, last: column }
  }
  if (!isGrowing) {
    const column = step === 1 ? span.last + 1 : span.first - 1
    return draggedSpan(column, column, count)
  }
  return step === 1
    ? draggedSpan(span.first, span.last + 1, count)
    : draggedSpan(span.first - 1, span.last, count)
}
