import { secondsFromUnixNanos, statementFingerprint } from '@fluoroscope/model'
import { readStatementTrend, type StatementTrend } from '../answer/statement-trend.ts'
import { fetchJson, problemText } from '../client.ts'
import {
  countText,
  durationText,
  numberText,
  rangeText,
  secondsClockText,
  shareText,
} from '../number-text.ts'
import { instantAt, type TraceRows } from '../trace-rows/trace-rows.ts'
import { useAnswer } from '../trace-view/use-answer.ts'
import { layoutStatementTrend, TREND_HEIGHT, type TrendLayout } from './layout-statement-trend.ts'

const DAY_SECONDS = 86_400

type Props = {
  readonly rows: TraceRows
  /** The call, what it names, and its statement. */
  readonly row: number
  readonly name: string
  readonly statement: string
}

/** How all calls with the statement did in the 24 hours up to the end of the trace, with this one marked. */
export function StatementTrendFigure({ rows, row, name, statement }: Props) {
  const end = secondsFromUnixNanos(instantAt(rows, rows.span))
  const to = Math.ceil(end / 60) * 60
  const fingerprint = statementFingerprint(statement).toString(16).padStart(16, '0')
  const query = new URLSearchParams({ name, from: String(to - DAY_SECONDS), to: String(to) })
  const path = `/api/statements/${fingerprint}/trend?${query}`
  const answer = useAnswer(() => fetchTrend(path), [path])
  if (answer === undefined) return <p class="dim">Reading how the statement did…</p>
  if (!answer.ok) {
    return <p class="dim">How the statement did is not known. {problemText(answer.problem)}</p>
  }
  const trend = answer.value
  const at = secondsFromUnixNanos(instantAt(rows, rows.start[row] ?? 0))
  const nanos = rows.duration[row] ?? Number.NaN
  const took = Number.isNaN(nanos) ? undefined : nanos / 1e9
  return (
    <div class="statement-trend">
      <h4>
        This statement over 24 h <code title="Fingerprint of its shape">{fingerprint}</code>
      </h4>
      <TotalText trend={trend} />
      {trend.total !== undefined && (
        <>
          <Charts trend={trend} layout={layoutStatementTrend(trend, at, took)} took={took} />
          <TrendTable trend={trend} />
        </>
      )}
    </div>
  )
}

const MAX_KEPT = 50
const kept = new Map<string, ReturnType<typeof askTrend>>()

/** Who walks over rows with one statement asks once: the time asked for is that of the trace. */
function fetchTrend(path: string): ReturnType<typeof askTrend> {
  const known = kept.get(path)
  if (known !== undefined) return known
  if (kept.size >= MAX_KEPT) kept.clear()
  const asked = askTrend(path)
  kept.set(path, asked)
  void asked.then((answer) => !answer.ok && kept.delete(path))
  return asked
}

function askTrend(path: string) {
  return fetchJson(path, readStatementTrend)
}

function TotalText({ trend }: { trend: StatementTrend }) {
  const { total, readFrom, unread, untold, to } = trend
  return (
    <>
      {total === undefined ? (
        <p class="dim">No call with it has ended in the 24 h up to this trace.</p>
      ) : (
        <p>
          {countText(total.calls, 'call')}, half within {secondsText(total.median)}, 95 % within{' '}
          {secondsText(total.p95)}; {failedText(total)}.
        </p>
      )}
      {unread > 0 && (
        <p class="tag warning">
          Only {rangeText(readFrom, to)} was read: {countText(unread, 'call')} before it are too
          many
        </p>
      )}
      {untold > 0 && (
        <p class="dim">
          {countText(untold, 'more call')} to it {untold === 1 ? 'does' : 'do'} not tell the
          statement, stored by an earlier version.
        </p>
      )}
    </>
  )
}

function failedText({ calls, faults, errors }: NonNullable<StatementTrend['total']>): string {
  if (faults + errors === 0) return 'none failed'
  const kinds = [
    faults > 0 ? countText(faults, 'fault') : '',
    errors > 0 ? countText(errors, 'error') : '',
  ]
  return `${kinds.filter((kind) => kind !== '').join(' and ')} (${shareText((faults + errors) / calls)})`
}

type ChartsProps = {
  readonly trend: StatementTrend
  readonly layout: TrendLayout
  readonly took: number | undefined
}

const OUTCOMES = ['fault', 'error', 'ok'] as const

/** The calls of each part of the time, and below them the times that most of them took. */
function Charts({ trend, layout, took }: ChartsProps) {
  const { columns, count, mostCalls, longest, mark } = layout
  const box = `0 0 ${count} ${TREND_HEIGHT}`
  return (
    <figure>
      <figcaption>Calls, at most {numberText(mostCalls)} in a column</figcaption>
      <div class="trend-chart">
        <svg viewBox={box} preserveAspectRatio="none" aria-hidden="true">
          {columns.map((column) => {
            let top = TREND_HEIGHT
            return OUTCOMES.map((outcome) => {
              top -= column[outcome]
              return (
                <rect
                  key={`${column.x} ${outcome}`}
                  class={`activity-bar ${outcome}`}
                  x={column.x + 0.1}
                  y={top}
                  width={0.8}
                  height={column[outcome]}
                />
              )
            })
          })}
        </svg>
        {mark !== undefined && <Mark share={mark.x / count} />}
      </div>
      <figcaption>
        <span class="legend-median">Half</span> and <span class="legend-p95">95 %</span> within, up
        to {secondsText(longest)}
        {took !== undefined && mark !== undefined && (
          <>
            {' '}
            · <span class="legend-call">this call {secondsText(took)}</span>
          </>
        )}
      </figcaption>
      <div class="trend-chart">
        <svg viewBox={box} preserveAspectRatio="none" aria-hidden="true">
          {columns.map(({ x, median, p95 }) => (
            <g key={x}>
              <rect class="trend-p95" x={x + 0.1} y={p95} width={0.8} height={TREND_HEIGHT - p95} />
              <rect
                class="trend-median"
                x={x + 0.1}
                y={median}
                width={0.8}
                height={TREND_HEIGHT - median}
              />
            </g>
          ))}
        </svg>
        {mark !== undefined && <Mark share={mark.x / count} height={mark.y} />}
      </div>
      <div class="histogram-axis" aria-hidden="true">
        <span>24 h before</span>
        <span>{secondsClockText(trend.to)}</span>
      </div>
    </figure>
  )
}

/** A line where the call started, with a dot at the time it took; not stretched as charts are. */
function Mark({ share, height }: { share: number; height?: number | undefined }) {
  return (
    <span class="trend-mark" style={{ left: `${share * 100}%` }} aria-hidden="true">
      {height !== undefined && <i style={{ top: `${(height / TREND_HEIGHT) * 100}%` }} />}
    </span>
  )
}

/** The same numbers, for who does not see charts or wants them exactly. */
function TrendTable({ trend }: { trend: StatementTrend }) {
  return (
    <details class="trend-table">
      <summary>As a table</summary>
      <table>
        <caption class="visually-hidden">Calls with this statement over time</caption>
        <thead>
          <tr>
            {['From', 'Calls', 'Faults', 'Errors', 'Half within', '95 % within'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {trend.parts.map(({ index, calls, faults, errors, median, p95 }) => (
            <tr key={index}>
              <th scope="row">{secondsClockText(trend.from + index * trend.partSeconds)}</th>
              <td>{numberText(calls)}</td>
              <td>{numberText(faults)}</td>
              <td>{numberText(errors)}</td>
              <td>{secondsText(median)}</td>
              <td>{secondsText(p95)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function secondsText(seconds: number): string {
  return durationText(seconds * 1e9)
}
