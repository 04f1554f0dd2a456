/** A part of a trace's time: nanoseconds after its start. */
export type TimePart = { readonly from: number; readonly to: number }

/** Nothing is looked at closer: a part stays wider than what documents can tell apart. */
const MIN_PART = 1000

/** `part` within the trace and not too narrow. */
export function insideTrace({ from, to }: TimePart, span: number): TimePart {
  const length = Math.min(Math.max(MIN_PART, to - from), Math.max(MIN_PART, span))
  const start = Math.max(0, Math.min(from, span - length))
  return { from: start, to: start + length }
}

/** Makes the part longer or shorter by `factor`; the instant `at` stays where it is seen. */
export function zoomedPart(part: TimePart, span: number, factor: number, at: number): TimePart {
  const length = Math.min(span, Math.max(MIN_PART, (part.to - part.from) * factor))
  const share = (at - part.from) / Math.max(1, part.to - part.from)
  const from = at - share * length
  return insideTrace({ from, to: from + length }, span)
}

/** Moves the part; at the ends of the trace it stops. */
export function pannedPart(part: TimePart, span: number, by: number): TimePart {
  return insideTrace({ from: part.from + by, to: part.to + by }, span)
}

/** Whether all of the trace is seen. */
export function isWhole({ from, to }: TimePart, span: number): boolean {
  return from <= 0 && to >= span
}
