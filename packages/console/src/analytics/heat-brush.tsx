import { useSignal } from '@preact/signals'
import { countText, durationText, secondsClockText } from '../number-text.ts'
import { type HeatCell, heatSpanAfterKey, spanBetween, spanConditions } from './heat-span.ts'
import { countIn, type HeatLayer, type HeatMap, type HeatSpan } from './layout-heat.ts'
import type { SetCondition } from './set-condition.ts'

type Props = {
  readonly heat: HeatMap
  readonly layer: HeatLayer
  readonly onSelect: (conditions: readonly SetCondition[]) => void
}

/** Lies over a heat map: drag to choose a rectangle; with the keyboard arrows, Shift and Enter. */
export function HeatBrush({ heat, layer, onSelect }: Props) {
  const span = useSignal<HeatSpan | undefined>(undefined)
  const anchor = useSignal<HeatCell | undefined>(undefined)
  const cellAt = (event: PointerEvent): HeatCell => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const across = (event.clientX - box.left) / Math.max(1, box.width)
    const down = (event.clientY - box.top) / Math.max(1, box.height)
    return {
      column: Math.floor(across * heat.columns),
      row: heat.rows - 1 - Math.floor(down * heat.rows),
    }
  }
  const clear = () => {
    span.value = undefined
    anchor.value = undefined
  }
  const select = (chosen: HeatSpan) => {
    clear()
    onSelect(spanConditions(heat, chosen))
  }
  const onKey = (event: KeyboardEvent) => {
    const shown = span.value
    if (event.key === 'Enter' && shown !== undefined) select(shown)
    else if (event.key === 'Escape' && shown !== undefined) clear()
    else {
      const next = heatSpanAfterKey(event.key, event.shiftKey, shown, heat)
      if (next === undefined) return
      span.value = next
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const shown = span.value
  const text = shown === undefined ? '' : spanText(heat, layer, shown)
  return (
    <>
      <div
        class="heat-brush"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard itself.
        tabIndex={0}
        aria-label="Choose a rectangle: arrow keys move, Shift with arrow keys grows, Enter takes it"
        onKeyDown={onKey}
        onBlur={clear}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          anchor.value = cellAt(event)
          span.value = spanBetween(anchor.value, anchor.value, heat)
        }}
        onPointerMove={(event) => {
          if (anchor.value !== undefined) {
            span.value = spanBetween(anchor.value, cellAt(event), heat)
          }
        }}
        onPointerUp={() => {
          if (anchor.value !== undefined && span.value !== undefined) select(span.value)
        }}
        onPointerCancel={clear}
      >
        {shown !== undefined && <div class="heat-choice" style={styleOf(heat, shown)} />}
      </div>
      <output class="heat-choice-text">{text}</output>
    </>
  )
}

function styleOf(heat: HeatMap, span: HeatSpan) {
  return {
    left: `${(span.firstColumn / heat.columns) * 100}%`,
    width: `${((span.lastColumn + 1 - span.firstColumn) / heat.columns) * 100}%`,
    bottom: `${(span.firstRow / heat.rows) * 100}%`,
    height: `${((span.lastRow + 1 - span.firstRow) / heat.rows) * 100}%`,
  }
}

function spanText(heat: HeatMap, layer: HeatLayer, span: HeatSpan): string {
  const [from = 0, to = 0] = [heat.times[span.firstColumn], heat.times[span.lastColumn + 1]]
  const [least = 0, most = 0] = [heat.responses[span.firstRow], heat.responses[span.lastRow + 1]]
  const times = `${secondsClockText(from)} – ${secondsClockText(to)}`
  const responses = `${durationText(least * 1e9)} – ${durationText(most * 1e9)}`
  return `${times}, ${responses}: ${countText(countIn(heat, layer, span), 'trace')}`
}
