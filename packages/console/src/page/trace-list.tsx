import { secondsFromUnixNanos } from '@fluoroscope/model'
import { type ListedTrace, outcomeOfTrace } from '../answer/trace-list.ts'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { ServiceChip } from '../control/service-chip.tsx'
import { clockText, dayText, durationText, isoText } from '../number-text.ts'
import { urlParts } from '../request-text.ts'
import { printUrl, traceState } from '../url-state.ts'

const SHOWN_SERVICES = 3

/** The traces as a table, in the order given; bars are relative to the longest of them. */
export function TraceList({ traces }: { traces: readonly ListedTrace[] }) {
  const longest = Math.max(1, ...traces.map((trace) => trace.duration ?? 0))
  return (
    <table class="trace-list">
      <caption class="visually-hidden">Traces, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Started</th>
          <th scope="col">Outcome</th>
          <th scope="col">Request</th>
          <th scope="col">Services</th>
          <th scope="col" class="number">
            Response
          </th>
          <th scope="col">Duration</th>
          <th scope="col" class="number" title="Distinct annotation keys">
            Annot.
          </th>
          <th scope="col">Trace</th>
        </tr>
      </thead>
      <tbody>
        {traces.map((trace) => (
          <TraceLine key={trace.id} trace={trace} longest={longest} />
        ))}
      </tbody>
    </table>
  )
}

function TraceLine({ trace, longest }: { trace: ListedTrace; longest: number }) {
  const outcome = outcomeOfTrace(trace)
  return (
    <tr class={outcome}>
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
        <DurationBar trace={trace} longest={longest} />
      </td>
      <td class="number cell-annotations">{trace.annotationCount || ''}</td>
      <td class="cell-id">
        <code title={trace.id}>…{trace.id.slice(-8)}</code>
      </td>
    </tr>
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
  const hidden = all.slice(SHOWN_SERVICES)
  return (
    <span class="service-chips">
      {all.slice(0, SHOWN_SERVICES).map((name) => (
        <ServiceChip key={name} name={name} detail={name === entry ? 'entry' : undefined} />
      ))}
      {hidden.length > 0 && (
        <span class="more-services" title={hidden.join(', ')}>
          +{hidden.length}
        </span>
      )}
    </span>
  )
}

function DurationBar({ trace, longest }: { trace: ListedTrace; longest: number }) {
  if (trace.duration === undefined) return <span class="tag open">in progress</span>
  const share = (nanos: number) => `${Math.min(100, (nanos / longest) * 100)}%`
  return (
    <span class="duration-bar">
      <span class="duration-track" aria-hidden="true">
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
