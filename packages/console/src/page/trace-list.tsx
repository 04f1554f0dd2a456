import { secondsFromUnixNanos, type TraceId } from '@fluoroscope/model'
import { useMemo, useState } from 'preact/hooks'
import { type ListedTrace, outcomeOfTrace } from '../answer/trace-list.ts'
import { barScale } from '../chart/bar-scale.ts'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { ServiceChip } from '../control/service-chip.tsx'
import { clockText, dayText, durationText, isoText } from '../number-text.ts'
import { urlParts } from '../request-text.ts'
import { useVisibleWindow } from '../timeline/use-visible-window.ts'
import { nextTraceSort, sortTraces, type TraceColumn, type TraceSort } from '../trace-sort.ts'
import { traceState } from '../trace-state.ts'
import { printUrl } from '../url-state.ts'

const SHOWN_SERVICES = 3

type ListProps = {
  readonly traces: readonly ListedTrace[]
  readonly sort: TraceSort
  readonly onSort: (sort: TraceSort) => void
} & CompareProps

type CompareProps = {
  /** The first of two traces that are to be compared. */
  readonly compared: TraceId | undefined
  readonly onCompare: (first: TraceId | undefined) => void
}

/** The traces as a table, sorted by a column; bars are relative to the others on the page. */
export function TraceList({ traces, sort, onSort, compared, onCompare }: ListProps) {
  const scale = barScale(traces.flatMap(({ duration }) => duration ?? []))
  const sorted = useMemo(() => sortTraces(traces, sort), [traces, sort])
  return (
    <table
      class={compared === undefined ? 'trace-list' : 'trace-list comparing'}
      aria-rowcount={traces.length + 1}
    >
      <caption class="visually-hidden">Traces</caption>
      <thead>
        <tr>
          <SortedHead column="start" title="Started" sort={sort} onSort={onSort} />
          <SortedHead column="outcome" title="Outcome" sort={sort} onSort={onSort} />
          <SortedHead column="request" title="Request" sort={sort} onSort={onSort} />
          <th scope="col">Services</th>
          <SortedHead column="response" title="Response" sort={sort} onSort={onSort} isNumber />
          <SortedHead column="duration" title="Duration" sort={sort} onSort={onSort} />
          <th scope="col" class="number" title="Distinct annotation keys">
            Annot.
          </th>
          <th scope="col">Trace</th>
        </tr>
      </thead>
      <Lines traces={sorted} scale={scale} compared={compared} onCompare={onCompare} />
    </table>
  )
}

/** A longer list keeps only the rows near the window in the document. */
const WHOLE_ROWS = 1000
const ROW_PX = 34

type LinesProps = { readonly traces: readonly ListedTrace[]; readonly scale: number } & CompareProps

function Lines({ traces, scale, compared, onCompare }: LinesProps) {
  const [body, setBody] = useState<HTMLElement | null>(null)
  // Rows are of one height, which one it is depends on the width of the window.
  const rowPx = body?.querySelector('tr:not(.room)')?.getBoundingClientRect().height || ROW_PX
  const visible = useVisibleWindow(body, traces.length, rowPx)
  const isWhole = traces.length <= WHOLE_ROWS
  const first = isWhole ? 0 : visible.first
  const last = isWhole ? traces.length : visible.last
  return (
    <tbody ref={setBody}>
      <Room height={first * rowPx} />
      {traces.slice(first, last).map((trace, index) => (
        <TraceLine
          key={trace.id}
          trace={trace}
          scale={scale}
          row={first + index + 2}
          compared={compared}
          onCompare={onCompare}
        />
      ))}
      <Room height={(traces.length - last) * rowPx} />
    </tbody>
  )
}

/** Stands for rows that are not in the document. */
function Room({ height }: { height: number }) {
  if (height <= 0) return null
  return <tr class="room" style={{ height: `${height}px` }} />
}

type HeadProps = Pick<ListProps, 'sort' | 'onSort'> & {
  readonly column: TraceColumn
  readonly title: string
  readonly isNumber?: boolean
}

function SortedHead({ column, title, sort, onSort, isNumber = false }: HeadProps) {
  const isSorted = sort.column === column
  const direction = sort.descending ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      class={isNumber ? 'number' : undefined}
      aria-sort={isSorted ? direction : undefined}
    >
      <button type="button" class="sort" onClick={() => onSort(nextTraceSort(sort, column))}>
        {title}
        <span aria-hidden="true">{isSorted ? (sort.descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
}

type LineProps = {
  readonly trace: ListedTrace
  readonly scale: number
  readonly row: number
} & CompareProps

function TraceLine({ trace, scale, row, compared, onCompare }: LineProps) {
  const outcome = outcomeOfTrace(trace)
  return (
    <tr class={outcome} aria-rowindex={row}>
      <td class="cell-time">
        <StartTime trace={trace} />
      </td>
      <td class="cell-outcome">
        <OutcomeMark outcome={outcome} status={trace.http.status} />
        {trace.isPartial && (
          <span class="tag warning" title="A segment names a parent that has not arrived">
            partial
          </span>
        )}
      </td>
      <td class="cell-request">
        <RequestLink trace={trace} />
      </td>
      <td class="cell-services">
        <Services trace={trace} />
      </td>
      <td class="number cell-response">
        {trace.responseTime === undefined ? '–' : durationText(trace.responseTime)}
      </td>
      <td class="cell-duration">
        <DurationBar trace={trace} scale={scale} />
      </td>
      <td class="number cell-annotations">{trace.annotations.size || ''}</td>
      <td class="cell-id">
        <code title={trace.id}>…{trace.id.slice(-8)}</code>
        <CompareChoice id={trace.id} compared={compared} onCompare={onCompare} />
      </td>
    </tr>
  )
}

/** Chooses the first of two traces, then leads to their comparison. */
function CompareChoice({ id, compared, onCompare }: CompareProps & { id: TraceId }) {
  const short = `…${id.slice(-8)}`
  if (compared !== undefined && compared !== id) {
    return (
      <a
        class="button small compare"
        href={printUrl({ ...traceState(compared), view: 'compare', other: id })}
        aria-label={`Compare with trace ${short}`}
      >
        with this
      </a>
    )
  }
  return (
    <button
      type="button"
      class="button small compare"
      aria-pressed={compared === id}
      aria-label={`Compare trace ${short}`}
      onClick={() => onCompare(compared === id ? undefined : id)}
    >
      compare
    </button>
  )
}

function StartTime({ trace }: { trace: ListedTrace }) {
  const today = new Date().toDateString()
  const isToday = new Date(secondsFromUnixNanos(trace.start) * 1000).toDateString() === today
  return (
    <time dateTime={isoText(trace.start)} title={isoText(trace.start)}>
      {!isToday && <span class="day">{dayText(trace.start)} </span>}
      {clockText(trace.start)}
    </time>
  )
}

function RequestLink({ trace }: { trace: ListedTrace }) {
  const href = printUrl(traceState(trace.id))
  const { method, url } = trace.http
  if (url === undefined) {
    return (
      <a class="row-link" href={href}>
        <span class="path">{trace.entryPoint?.name ?? 'unknown entry'}</span>
      </a>
    )
  }
  const { host, path, query } = urlParts(url)
  return (
    <a class="row-link" href={href} title={url}>
      {method !== undefined && <span class="method">{method}</span>}
      <span class="path">{path}</span>
      <span class="dim">{query}</span>
      {host !== '' && <span class="host">{host}</span>}
    </a>
  )
}

/** The entry first, then the others; the client stands for whoever called and is left out. */
function Services({ trace }: { trace: ListedTrace }) {
  const entry = trace.entryPoint?.name
  const names = new Set(entry === undefined ? [] : [entry])
  for (const { name, type } of trace.services) if (type !== 'client') names.add(name)
  const all = [...names]
  return (
    <span class="service-chips">
      {all.slice(0, SHOWN_SERVICES).map((name) => (
        <ServiceChip key={name} name={name} detail={name === entry ? 'entry' : undefined} />
      ))}
      <MoreServices room="wide" names={all.slice(SHOWN_SERVICES)} />
      <MoreServices room="narrow" names={all.slice(1)} />
    </span>
  )
}

/** How many services are not named; narrower windows name the entry alone. */
function MoreServices({ room, names }: { room: 'wide' | 'narrow'; names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <span class={`more-services ${room}`} title={names.join(', ')}>
      +{names.length}
    </span>
  )
}

function DurationBar({ trace, scale }: { trace: ListedTrace; scale: number }) {
  if (trace.duration === undefined) return <span class="tag open">in progress</span>
  const share = (nanos: number) => `${Math.min(100, (nanos / scale) * 100)}%`
  return (
    <span class="duration-bar">
      <span
        class={trace.duration > scale ? 'duration-track cut' : 'duration-track'}
        aria-hidden="true"
      >
        <span class="duration-whole" style={{ width: share(trace.duration) }} />
        <span
          class="duration-response"
          style={{ width: share(trace.responseTime ?? trace.duration) }}
        />
      </span>
      <span class="duration-text">{durationText(trace.duration)}</span>
    </span>
  )
}
