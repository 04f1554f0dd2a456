import type { ListedTrace } from '../answer/trace-list.ts'
import { countText, durationText } from '../number-text.ts'
import { Brush } from './brush.tsx'
import type { BrushSpan } from './brush-span.ts'
import { layoutHistogram, responseTimeFilter } from './layout-histogram.ts'

const COLUMNS = 40
const HEIGHT = 44

type Props = {
  readonly traces: readonly ListedTrace[]
  /** Called with a filter expression for the chosen response times. */
  readonly onNarrow: (condition: string) => void
}

/** How long the responses of the listed traces took, shortest left, on a logarithmic scale. */
export function ResponseHistogram({ traces, onNarrow }: Props) {
  const { columns, peak, open } = layoutHistogram(traces, COLUMNS)
  const chosen = ({ first, last }: BrushSpan) => columns.slice(first, last + 1)
  const describe = (span: BrushSpan) => {
    const some = chosen(span)
    const count = some.reduce((sum, column) => sum + column.count, 0)
    return `${secondsText(some[0]?.from)} – ${secondsText(some.at(-1)?.to)}: ${countText(count, 'trace')}`
  }
  return (
    <figure class="activity">
      <div class="chart">
        <svg
          viewBox={`0 0 ${COLUMNS} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Response times of ${countText(traces.length - open, 'trace')}`}
        >
          {columns.map(({ from, count }, index) =>
            count === 0 ? null : (
              <rect
                key={from}
                class="activity-bar ok"
                x={index + 0.06}
                y={HEIGHT - barHeight(count, peak)}
                width={0.88}
                height={barHeight(count, peak)}
              />
            ),
          )}
        </svg>
        {columns.length > 0 && (
          <Brush
            count={COLUMNS}
            label="Narrow by response time"
            describe={describe}
            onSelect={(span) => onNarrow(responseTimeFilter(chosen(span)))}
          />
        )}
      </div>
      <figcaption>
        <span>{secondsText(columns[0]?.from)}</span>
        <span>Response time{open > 0 && ` · ${open} in progress`}</span>
        <span>{secondsText(columns.at(-1)?.to)}</span>
      </figcaption>
    </figure>
  )
}

function barHeight(count: number, peak: number): number {
  return Math.max(1.5, (count / peak) * (HEIGHT - 2))
}

function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : durationText(seconds * 1e9)
}
