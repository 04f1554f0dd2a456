import { type Outcome, unixNanosFromSeconds } from '@fluoroscope/model'
import { useEffect, useState } from 'preact/hooks'
import { readSeriesPage, type SeriesEntry } from '../answer/service-series.ts'
import { ask, type ClientProblem, problemText, type TimeRange } from '../client.ts'
import { clockText, countText } from '../number-text.ts'
import { layoutSeries, periodFor, type SeriesColumn } from './layout-series.ts'

const COLUMNS = 60
const HEIGHT = 36
/** 30 days in periods of five minutes are six pages. */
const MOST_PAGES = 10
/** From the axis upwards. */
const STACK: readonly Outcome[] = ['fault', 'error', 'throttle', 'ok']

type Props = {
  /** `service(…)` or `edge(…)`. */
  readonly selector: string
  readonly group: string | undefined
  readonly range: TimeRange
}

type Series = {
  readonly entries: readonly SeriesEntry[] | undefined
  readonly problem: ClientProblem | undefined
  /** There are more pages than are asked for. */
  readonly isCut: boolean
}

/** When the requests of a selection ended, and how. */
export function SeriesStrip({ selector, group, range }: Props) {
  const [series, setSeries] = useState<Series>({
    entries: undefined,
    problem: undefined,
    isCut: false,
  })
  useEffect(() => {
    let isCurrent = true
    void fetchSeries(selector, group, range).then((answer) => isCurrent && setSeries(answer))
    return () => {
      isCurrent = false
    }
  }, [selector, group, range.from, range.to])
  if (series.problem !== undefined) return <p class="dim">{problemText(series.problem)}</p>
  if (series.entries === undefined) return <p class="dim">Loading…</p>
  const columns = layoutSeries(series.entries, range, COLUMNS)
  return (
    <div class="series-strip">
      <Columns columns={columns} />
      <div class="histogram-axis" aria-hidden="true">
        <span>{clockText(unixNanosFromSeconds(range.from))}</span>
        <span>{clockText(unixNanosFromSeconds(range.to))}</span>
      </div>
      {series.isCut && <p class="tag warning">Only the newest part of this range was asked for</p>}
    </div>
  )
}

function Columns({ columns }: { columns: readonly SeriesColumn[] }) {
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

async function fetchSeries(
  selector: string,
  group: string | undefined,
  range: TimeRange,
): Promise<Series> {
  const input = {
    StartTime: range.from,
    // Buckets are told by their end, and the present one ends after now.
    EndTime: range.to + 300,
    EntitySelectorExpression: selector,
    Period: periodFor(range, COLUMNS),
    ...(group === undefined ? {} : { GroupName: group }),
  }
  const entries: SeriesEntry[] = []
  let token: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const asked = token === undefined ? input : { ...input, NextToken: token }
    const answer = await ask('/TimeSeriesServiceStatistics', asked, readSeriesPage)
    if (!answer.ok) return { entries: undefined, problem: answer.problem, isCut: false }
    entries.push(...answer.value.entries)
    token = answer.value.nextToken
    if (token === undefined) break
  }
  return { entries, problem: undefined, isCut: token !== undefined }
}
