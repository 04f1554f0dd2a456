import { insideTrace, pannedPart, type TimePart } from '../trace-rows/time-part.ts'

/** What a drag on the overview does: chooses a new part, or moves the part or one of its edges. */
export type MinimapDrag =
  | { readonly kind: 'choose'; readonly at: number }
  | { readonly kind: 'move'; readonly at: number; readonly part: TimePart }
  | { readonly kind: 'from' | 'to'; readonly part: TimePart }

/** A drag shorter than this share of the trace is a click. */
const CLICK_SHARE = 0.004

/** What a press does at so many nanoseconds; `reach` is how near to an edge it takes the edge. */
export function startDrag(
  part: TimePart | undefined,
  span: number,
  at: number,
  reach: number,
): MinimapDrag {
  if (part === undefined) return { kind: 'choose', at }
  if (Math.abs(at - part.from) <= reach) return { kind: 'from', part }
  if (Math.abs(at - part.to) <= reach) return { kind: 'to', part }
  const isInside = at > part.from && at < part.to
  return isInside && part.to - part.from < span
    ? { kind: 'move', at, part }
    : { kind: 'choose', at }
}

/** The part while the pointer is at so many nanoseconds; undefined where it has not moved enough. */
export function dragPart(drag: MinimapDrag, span: number, at: number): TimePart | undefined {
  const inside = Math.min(span, Math.max(0, at))
  switch (drag.kind) {
    case 'choose':
      if (Math.abs(inside - drag.at) < span * CLICK_SHARE) return undefined
      return insideTrace({ from: Math.min(drag.at, inside), to: Math.max(drag.at, inside) }, span)
    case 'move':
      return pannedPart(drag.part, span, at - drag.at)
    case 'from':
    case 'to': {
      const other = drag.kind === 'from' ? drag.part.to : drag.part.from
      return insideTrace({ from: Math.min(other, inside), to: Math.max(other, inside) }, span)
    }
  }
}
