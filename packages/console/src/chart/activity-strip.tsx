import type { Outcome } from '@fluoroscope/model'
import type { ListedTrace } from '../answer/trace-list.ts'
import type { TimeRange } from '../client.ts'
import { countText, rangeText } from '../number-text.ts'
import { intlTimeZone } from '../time-zone.ts'
import { Brush } from './brush.tsx'
import type { BrushSpan } from './brush-span.ts'
import { type ActivityColumn, layoutActivity } from './layout-activity.ts'

const COLUMNS = 90
const HEIGHT = 44
/** From the axis upwards. */
const STACK: readonly Outcome[] = ['fault', 'error', 'throttle', 'ok']

type Props = {
  readonly traces: readonly ListedTrace[]
  readonly range: TimeRange
  /** Epoch seconds before which traces exist that are not loaded; undefined where all are. */
  readonly loadedFrom: number | undefined
  readonly endsNow: boolean
  /** Called with the slice of time that was chosen, in whole epoch seconds. */
  readonly onNarrow: (range: TimeRange) => void
}

/** The traces of the list over its time range, failures at the foot of each column. */
export function ActivityStrip({ traces, range, loadedFrom, endsNow, onNarrow }: Props) {
  const { columns, peak, totals } = layoutActivity(traces, range, COLUMNS)
  const span = range.to - range.from
  const hidden = loadedFrom === undefined ? 0 : ((loadedFrom - range.from) / span) * COLUMNS
  const failed = totals.fault + totals.error + totals.throttle
  const sliceOf = ({ first, last }: BrushSpan): TimeRange => ({
    from: Math.floor(range.from + (first / COLUMNS) * span),
    to: Math.ceil(range.from + ((last + 1) / COLUMNS) * span),
  })
  const describe = (chosen: BrushSpan) => {
    const { from, to } = sliceOf(chosen)
    const count = columns
      .slice(chosen.first, chosen.last + 1)
      .reduce((sum, column) => sum + column.total, 0)
    return `${rangeText(from, to)}: ${countText(count, 'trace')}`
  }
  return (
    <figure class="activity">
      <div class="chart">
        {hidden > 0.5 && (
          <div class="activity-hidden" style={{ width: `${(hidden / COLUMNS) * 100}%` }}>
            <span>older traces not loaded</span>
          </div>
        )}
        <svg
          viewBox={`0 0 ${COLUMNS} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${countText(traces.length, 'trace')} over time, ${failed} of them failed, at most ${peak} at once`}
        >
          {columns.map((column, index) => (
            <Column key={column.from} column={column} index={index} peak={peak} />
          ))}
        </svg>
        <Brush
          count={COLUMNS}
          label="Narrow by time"
          describe={describe}
          onSelect={(chosen) => onNarrow(sliceOf(chosen))}
        />
      </div>
      <figcaption>
        <span>{timeText(range.from, span)}</span>
        <span class="activity-legend">
          {STACK.filter((outcome) => totals[outcome] > 0).map((outcome) => (
            <span key={outcome} class={`legend ${outcome}`}>
              {totals[outcome]} {outcome === 'throttle' ? 'throttled' : outcome}
            </span>
          ))}
        </span>
        <span>{endsNow ? 'now' : timeText(range.to, span)}</span>
      </figcaption>
    </figure>
  )
}

function Column(props: { column: ActivityColumn; index: number; peak: number }) {
  const { column, index, peak } = props
  if (column.total === 0) return null
  const scale = (HEIGHT - 2) / peak
  let top = HEIGHT
  return (
    <g>
      {STACK.filter((outcome) => column[outcome] > 0).map((outcome) => {
        const height = Math.max(1.5, column[outcome] * scale)
        top -= height
        return (
          <rect
            key={outcome}
            class={`activity-bar ${outcome}`}
            x={index + 0.12}
            y={top}
            width={0.76}
            height={height}
          />
        )
      })}
    </g>
  )
}

function timeText(seconds: number, span: number): string {
  const date = new Date(seconds * 1000)
  const zone = intlTimeZone()
  const clock = {
    hour: '2-digit',
    minute: '2-digit',
    ...(zone === undefined ? {} : { timeZone: zone }),
  } as const
  if (span <= 86_400) return date.toLocaleTimeString('en-GB', clock)
  return date.toLocaleString('en-GB', { day: '2-digit', month: 'short', ...clock })
}
