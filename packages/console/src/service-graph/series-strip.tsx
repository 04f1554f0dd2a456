import { type Outcome, unixNanosFromSeconds } from '@fluoroscope/model'
import { problemText, type TimeRange } from '../client.ts'
import { clockText, countText } from '../number-text.ts'
import { layoutSeries, type SeriesColumn } from './layout-series.ts'
import { SERIES_COLUMNS, useSeries } from './use-series.ts'

const HEIGHT = 36
/** From the axis upwards. */
const STACK: readonly Outcome[] = ['fault', 'error', 'throttle', 'ok']

type Props = {
  /** `service(…)` or `edge(…)`. */
  readonly selector: string
  readonly group: string | undefined
  readonly range: TimeRange
}

/** When the requests of a selection ended, and how. */
export function SeriesStrip({ selector, group, range }: Props) {
  const series = useSeries(selector, group, range)
  if (series.problem !== undefined) return <p class="dim">{problemText(series.problem)}</p>
  if (series.entries === undefined) return <p class="dim">Loading…</p>
  const columns = layoutSeries(series.entries, range, SERIES_COLUMNS)
  return (
    <div class="series-strip">
      <SeriesColumns columns={columns} />
      <div class="histogram-axis" aria-hidden="true">
        <span>{clockText(unixNanosFromSeconds(range.from))}</span>
        <span>{clockText(unixNanosFromSeconds(range.to))}</span>
      </div>
      {series.isCut && <p class="tag warning">Only the newest part of this range was asked for</p>}
    </div>
  )
}

/** Stacked columns, failures at the foot of each. */
export function SeriesColumns({ columns }: { columns: readonly SeriesColumn[] }) {
  const peak = Math.max(1, ...columns.map(({ total }) => total))
  const sum = columns.reduce((total, column) => total + column.total, 0)
  const failed = sum - columns.reduce((total, column) => total + column.ok, 0)
  return (
    <svg
      viewBox={`0 0 ${columns.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${countText(sum, 'request')} over time, ${failed.toLocaleString('en-US')} failed, at most ${peak.toLocaleString('en-US')} in a column`}
    >
      {columns.map((column, index) => {
        let top = HEIGHT
        return STACK.filter((outcome) => column[outcome] > 0).map((outcome) => {
          const height = Math.max(1.5, (column[outcome] / peak) * (HEIGHT - 4))
          top -= height
          return (
            <rect
              key={`${column.from} ${outcome}`}
              class={`activity-bar ${outcome}`}
              x={index + 0.1}
              y={top}
              width={0.8}
              height={height}
            />
          )
        })
      })}
    </svg>
  )
}
