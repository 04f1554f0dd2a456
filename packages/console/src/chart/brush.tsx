import { useSignal } from '@preact/signals'
import { type BrushSpan, draggedSpan, spanAfterKey } from './brush-span.ts'

type Props = {
  /** Columns of equal width below the brush. */
  readonly count: number
  readonly label: string
  /** What the columns from first to last stand for. */
  readonly describe: (span: BrushSpan) => string
  readonly onSelect: (span: BrushSpan) => void
}

/** Lies over a chart of columns: drag to choose some; with the keyboard arrows, Shift and Enter. */
export function Brush({ count, label, describe, onSelect }: Props) {
  const span = useSignal<BrushSpan | undefined>(undefined)
  const anchor = useSignal<number | undefined>(undefined)
  const columnAt = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return Math.floor(((event.clientX - left) / Math.max(1, width)) * count)
  }
  const select = (chosen: BrushSpan) => {
    span.value = undefined
    anchor.value = undefined
    onSelect(chosen)
  }
  const shown = span.value
  return (
    <div
      class="brush"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={(shown?.last ?? 0) + 1}
      aria-valuetext={shown === undefined ? 'nothing chosen' : describe(shown)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        anchor.value = columnAt(event)
        span.value = draggedSpan(anchor.value, anchor.value, count)
      }}
      onPointerMove={(event) => {
        if (anchor.value !== undefined)
          span.value = draggedSpan(anchor.value, columnAt(event), count)
      }}
      onPointerUp={() => {
        if (anchor.value !== undefined && span.value !== undefined) select(span.value)
      }}
      onPointerCancel={() => {
        anchor.value = undefined
        span.value = undefined
      }}
      onBlur={() => {
        span.value = undefined
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && shown !== undefined) select(shown)
        else if (event.key === 'Escape' && shown !== undefined) span.value = undefined
        else {
          const next = spanAfterKey(event.key, event.shiftKey, shown, count)
          if (next === undefined) return
          span.value = next
        }
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      {shown !== undefined && (
        <>
          <div
            class="brush-span"
            style={{
              left: `${(shown.first / count) * 100}%`,
              width: `${((shown.last + 1 - shown.first) / count) * 100}%`,
            }}
          />
          <output class="brush-text">{describe(shown)}</output>
        </>
      )}
    </div>
  )
}
