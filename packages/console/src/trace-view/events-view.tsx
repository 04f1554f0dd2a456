import { useSignal } from '@preact/signals'
import { readSpanEvents, type SpanEvent } from '../answer/span-events.ts'
import { fetchJson, problemText } from '../client.ts'
import { durationText, numberText } from '../number-text.ts'
import { JsonTree } from '../timeline/json-tree.tsx'
import { findKey, instantAt } from '../trace-rows/trace-rows.ts'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

const PAGE = 200

/** What rows noted at single instants, exceptions among them, by time. */
export function EventsView({ picture, state, onState }: ViewProps) {
  const shown = useSignal(PAGE)
  const answer = useAnswer(
    () => fetchJson(`/api/traces/${state.id}/otlp`, readSpanEvents),
    [state.id, picture],
  )
  if (answer === undefined) {
    return (
      <p class="notice" role="status">
        Loading the events…
      </p>
    )
  }
  if (!answer.ok) {
    return (
      <p class="banner problem" role="alert">
        {problemText(answer.problem)}
      </p>
    )
  }
  const events = answer.value
  if (events.length === 0) return <p class="notice">No row of this trace noted an event.</p>
  const start = instantAt(picture.rows, 0)
  return (
    <div class="table-box">
      <table class="statistics events">
        <caption>Events of all rows, by time; exceptions are events too</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              After
            </th>
            <th scope="col">Event</th>
            <th scope="col">Row</th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>
          {events.slice(0, shown.value).map((event, index) => (
            <EventLine
              key={index}
              event={event}
              after={Number(event.time - start)}
              onRow={() => {
                if (findKey(picture.rows, event.spanId) < 0) return
                onState({ selected: event.spanId, detailsOpen: true })
              }}
            />
          ))}
        </tbody>
      </table>
      {events.length > shown.value && (
        <button
          type="button"
          class="button"
          onClick={() => {
            shown.value += PAGE
          }}
        >
          {numberText(events.length - shown.value)} more
        </button>
      )}
    </div>
  )
}

type LineProps = { event: SpanEvent; after: number; onRow: () => void }

function EventLine({ event, after, onRow }: LineProps) {
  return (
    <tr>
      <td class="number">{durationText(after)}</td>
      <td>{event.name}</td>
      <td>
        <button type="button" class="button link" onClick={onRow}>
          {event.span}
        </button>
      </td>
      <td class="event-attributes">
        <JsonTree value={event.attributes} />
      </td>
    </tr>
  )
}
