import type { SamplingColumn } from '../answer/settings.ts'
import { countText, numberText, secondsClockText, shareText } from '../number-text.ts'
import { layoutTrend, type TrendColumn } from './layout-trend.ts'

const HEIGHT = 24

/** Requests of a rule in columns of ten seconds, the sampled ones at the foot of each. */
export function RuleTrendChart({ rule, all }: { rule: string; all: readonly SamplingColumn[] }) {
  const trend = layoutTrend(all, rule)
  if (trend.requests === 0) return <span class="dim">no requests reported</span>
  const words = [
    countText(trend.requests, 'request'),
    `${numberText(trend.sampled)} sampled (${shareText(trend.sampled / trend.requests)})`,
    ...(trend.borrowed > 0 ? [`${numberText(trend.borrowed)} borrowed`] : []),
  ].join(', ')
  return (
    <span class="rule-trend">
      <svg
        viewBox={`0 0 ${trend.columns.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${words} in five minutes`}
      >
        {trend.columns.map((column, index) => (
          <Column key={column.start} column={column} index={index} peak={trend.peak} />
        ))}
      </svg>
      <span class="rule-trend-text">{words}</span>
    </span>
  )
}

function Column({ column, index, peak }: { column: TrendColumn; index: number; peak: number }) {
  if (column.requests === 0) return null
  const height = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / peak) * HEIGHT))
  return (
    <g>
      <title>
        {`${secondsClockText(column.start)}: ${countText(column.requests, 'request')}, ${column.sampled} sampled`}
      </title>
      <rect
        class="trend-requests"
        x={index + 0.1}
        width={0.8}
        y={HEIGHT - height(column.requests)}
        height={height(column.requests)}
      />
      <rect
        class="trend-sampled"
        x={index + 0.1}
        width={0.8}
        y={HEIGHT - height(column.sampled)}
        height={height(column.sampled)}
      />
    </g>
  )
}
