import { Brush } from '../chart/brush.tsx'
import type { BrushSpan } from '../chart/brush-span.ts'
import { problemText, type TimeRange } from '../client.ts'
import type { MapState } from '../map-state.ts'
import { navigate } from '../navigation.ts'
import { countText, rangeText, secondsClockText } from '../number-text.ts'
import { betweenSeconds } from '../time-window.ts'
import { layoutSeries } from './layout-series.ts'
import { SeriesColumns } from './series-strip.tsx'
import { SERIES_COLUMNS, useSeries } from './use-series.ts'

/** Calls of clients: each request that entered, once. */
const ENTERING = 'edge(id(type: "client"), id())'

type Props = {
  readonly state: MapState
  /** What the map was asked for. */
  readonly range: TimeRange
}

/** Requests that entered the map over its time; a part of it that is chosen becomes the map's time. */
export function TimeScrubber({ state, range }: Props) {
  const { entries, problem, isCut } = useSeries(ENTERING, state.group, range)
  if (problem !== undefined) return <p class="dim">{problemText(problem)}</p>
  const columns = layoutSeries(entries ?? [], range, SERIES_COLUMNS)
  const spanOf = ({ first, last }: BrushSpan): TimeRange => ({
    from: Math.max(range.from, columns[first]?.from ?? range.from),
    to: columns[last + 1]?.from ?? range.to,
  })
  const describe = (span: BrushSpan) => {
    const { from, to } = spanOf(span)
    const some = columns.slice(span.first, span.last + 1)
    const count = some.reduce((sum, { total }) => sum + total, 0)
    return `${rangeText(from, to)}: ${countText(count, 'request')}`
  }
  return (
    <figure class="time-scrubber">
      <figcaption>Requests</figcaption>
      <span>{secondsClockText(range.from)}</span>
      <div class="chart">
        <SeriesColumns columns={columns} />
        <Brush
          count={columns.length}
          label="Choose the time of the map"
          describe={describe}
          onSelect={(span) => {
            const { from, to } = spanOf(span)
            const time = betweenSeconds(from, to)
            if (time !== undefined) navigate({ ...state, time })
          }}
        />
      </div>
      <span>{secondsClockText(range.to)}</span>
      {isCut && <span class="tag warning">only its newest part</span>}
    </figure>
  )
}
