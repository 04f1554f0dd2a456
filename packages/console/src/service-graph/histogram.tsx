import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { HistogramEntry } from '../answer/service-graph.ts'
import type { ResponseRange } from '../map-state.ts'
import { countText, durationText } from '../number-text.ts'
import {
  countWithin,
  type Histogram as HistogramLayout,
  layoutHistogram,
  secondsAt,
  shareOf,
} from './layout-histogram.ts'

export type Distribution = {
  readonly name: string
  /** How it is painted: the first filled, the other as a line over it. */
  readonly look: 'fill' | 'line'
  readonly entries: readonly HistogramEntry[]
}

type Props = {
  readonly distributions: readonly Distribution[]
  readonly chosen: ResponseRange | undefined
  /** Undefined takes the choice back. */
  readonly onChoose: (range: ResponseRange | undefined) => void
}

const WIDTH = 320
const HEIGHT = 96
const MOST_BINS = 64
/** A drag shorter than this is a click. */
const LEAST_DRAG = 0.012

/** Distributions of response times, to drag a range on; the same range as two fields for the keyboard. */
export function Histogram({ distributions, chosen, onChoose }: Props) {
  const layout = layoutHistogram(
    distributions.map(({ entries }) => entries),
    MOST_BINS,
  )
  if (layout === undefined) return <p class="dim">No response times in this range.</p>
  const [first] = distributions
  return (
    <div class="histogram">
      <Bars layout={layout} distributions={distributions} chosen={chosen} onChoose={onChoose} />
      <RangeFields chosen={chosen} onChoose={onChoose} />
      <p class="histogram-count" role="status">
        {chosen === undefined || first === undefined
          ? 'Drag across the distribution to choose response times.'
          : `${countText(countWithin(first.entries, chosen), 'request')} of ${countText(layout.totals[0] ?? 0, 'request')} within the range`}
      </p>
    </div>
  )
}

function Bars({ layout, distributions, chosen, onChoose }: Props & { layout: HistogramLayout }) {
  const svg = useRef<SVGSVGElement>(null)
  const start = useRef<number | undefined>(undefined)
  const drawn = useSignal<ResponseRange | undefined>(undefined)
  const shareAt = (event: PointerEvent) => {
    const { left = 0, width = 1 } = svg.current?.getBoundingClientRect() ?? {}
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const rangeTo = (event: PointerEvent): ResponseRange | undefined => {
    if (start.current === undefined) return undefined
    const ends = [start.current, shareAt(event)].sort((a, b) => a - b)
    const [from = 0, to = 0] = ends
    if (to - from < LEAST_DRAG) return undefined
    return { from: secondsAt(layout, from), to: secondsAt(layout, to) }
  }
  const shown = drawn.value ?? chosen
  return (
    <>
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Response times from ${text(layout.from)} to ${text(layout.to)}, logarithmic`}
        onPointerDown={(event) => {
          svg.current?.setPointerCapture(event.pointerId)
          start.current = shareAt(event)
        }}
        onPointerMove={(event) => {
          drawn.value = rangeTo(event)
        }}
        onPointerUp={(event) => {
          const range = rangeTo(event)
          start.current = undefined
          drawn.value = undefined
          if (range !== undefined) onChoose(range)
        }}
        onDblClick={() => onChoose(undefined)}
      >
        {distributions.map((distribution, position) => (
          <Shape
            key={distribution.name}
            layout={layout}
            position={position}
            look={distribution.look}
          />
        ))}
        {shown !== undefined && <Choice layout={layout} range={shown} />}
      </svg>
      <div class="histogram-axis" aria-hidden="true">
        <span>{text(layout.from)}</span>
        <span>{text(secondsAt(layout, 0.5))}</span>
        <span>{text(layout.to)}</span>
      </div>
    </>
  )
}

/** Each distribution by its own shares, so that two with different totals can be compared. */
function Shape(props: { layout: HistogramLayout; position: number; look: Distribution['look'] }) {
  const { layout, position, look } = props
  const total = Math.max(1, layout.totals[position] ?? 1)
  const scale = (HEIGHT - 4) / layout.peak / total
  const step = WIDTH / layout.bins.length
  const heightAt = (index: number) => {
    const requests = layout.bins[index]?.counts[position] ?? 0
    return requests === 0 ? 0 : Math.max(1.5, requests * scale)
  }
  if (look === 'fill') {
    return (
      <g class="histogram-fill">
        {layout.bins.map(({ from }, index) => (
          <rect
            key={from}
            x={index * step + 0.4}
            y={HEIGHT - heightAt(index)}
            width={Math.max(0.5, step - 0.8)}
            height={heightAt(index)}
          />
        ))}
      </g>
    )
  }
  const line = layout.bins.map((_bin, index) => {
    const y = HEIGHT - heightAt(index)
    return `L${index * step} ${y}L${(index + 1) * step} ${y}`
  })
  return <path class="histogram-line" d={`M0 ${HEIGHT}${line.join('')}L${WIDTH} ${HEIGHT}`} />
}

function Choice({ layout, range }: { layout: HistogramLayout; range: ResponseRange }) {
  const [from, to] = [shareOf(layout, range.from) * WIDTH, shareOf(layout, range.to) * WIDTH]
  return (
    <rect class="histogram-choice" x={from} y="0" width={Math.max(1, to - from)} height={HEIGHT} />
  )
}

function RangeFields({ chosen, onChoose }: Pick<Props, 'chosen' | 'onChoose'>) {
  const submit = (event: Event) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    const [from, to] = ['from', 'to'].map((name) => Number(fields.get(name)) / 1000)
    if (from !== undefined && to !== undefined && from <= to) onChoose({ from, to })
  }
  const milliseconds = (seconds: number | undefined) =>
    seconds === undefined ? '' : String(Math.round(seconds * 1000))
  return (
    <form class="histogram-fields" onSubmit={submit} key={`${chosen?.from} ${chosen?.to}`}>
      <label>
        <span>From</span>
        <input
          name="from"
          type="number"
          min="0"
          required
          defaultValue={milliseconds(chosen?.from)}
        />
      </label>
      <label>
        <span>to</span>
        <input name="to" type="number" min="0" required defaultValue={milliseconds(chosen?.to)} />
        <span>ms</span>
      </label>
      <button type="submit" class="button small">
        Choose
      </button>
      {chosen !== undefined && (
        <button type="button" class="button small quiet" onClick={() => onChoose(undefined)}>
          Clear
        </button>
      )}
    </form>
  )
}

function text(seconds: number): string {
  return durationText(seconds * 1e9)
}
