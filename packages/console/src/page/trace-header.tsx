import type { Segment, TraceId } from '@fluoroscope/model'
import type { ComponentChildren } from 'preact'
import { CopyButton } from '../control/copy-button.tsx'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { clockText, countText, dayText, durationText, isoText, numberText } from '../number-text.ts'
import { urlParts } from '../request-text.ts'
import { instantAt, outcomeAt } from '../trace-rows/trace-rows.ts'
import type { TracePicture } from '../trace-rows/trace-session.ts'
import type { TraceWatchState } from '../trace-watch.ts'

type Props = {
  readonly id: TraceId
  readonly known: TraceWatchState
  readonly picture: TracePicture
}

/** What the trace was and how it ended, with every mark that says it is not all there. */
export function TraceHeader({ id, known, picture }: Props) {
  const { rows, counts, root } = picture
  const { head, revision } = known
  const start = instantAt(rows, 0)
  const response = rows.duration[0] ?? Number.NaN
  return (
    <header class="trace-header">
      <Title root={root} />
      <p class="trace-id">
        <code>{id}</code> <CopyButton text={id} what="trace id" />
        <Marks known={known} picture={picture} />
      </p>
      <dl class="trace-facts">
        <Fact name="Outcome">
          {root === undefined ? (
            '–'
          ) : (
            <OutcomeMark outcome={outcomeAt(rows, 0)} status={root.http?.status} />
          )}
        </Fact>
        <Fact name="Response">{Number.isNaN(response) ? '–' : durationText(response)}</Fact>
        <Fact name="Duration">
          {head?.duration === undefined ? '–' : durationText(head.duration)}
        </Fact>
        <Fact name="Started">
          <time dateTime={isoText(start)} title={isoText(start)}>
            {dayText(start)} {clockText(start)}
          </time>
        </Fact>
        <Fact name="Inside">
          {countText(counts.services, 'service')}, {countText(rows.count, 'row')}
        </Fact>
        {revision !== undefined && (
          <Fact name="Revision">
            <span title="Put requests that changed the trace">{revision}</span>
          </Fact>
        )}
      </dl>
    </header>
  )
}

function Title({ root }: { root: Segment | undefined }) {
  const http = root?.http
  if (root === undefined || http?.url === undefined) {
    return <h1>{root?.name ?? 'Trace without a segment'}</h1>
  }
  const { host, path, query } = urlParts(http.url)
  return (
    <h1 title={http.url}>
      {http.method !== undefined && <span class="method">{http.method}</span>}{' '}
      <span class="path">{path}</span>
      <span class="dim">{query}</span> {host !== '' && <span class="host">{host}</span>}
    </h1>
  )
}

function Marks({ known, picture: { counts } }: Pick<Props, 'known' | 'picture'>) {
  const { parentMissing: missing, inProgress } = counts
  const { head, arrivals, isLive } = known
  return (
    <>
      {missing > 0 && (
        <span class="tag warning">
          partial: {countText(missing, 'segment')} without {missing === 1 ? 'its' : 'their'} parent
        </span>
      )}
      {inProgress > 0 && <span class="tag open">{numberText(inProgress)} in progress</span>}
      {head?.limitExceeded === true && (
        <span class="tag warning">cut: beyond the size limit of what the server reads at once</span>
      )}
      {arrivals.times > 0 && (
        <span class="tag open" role="status">
          {arrivals.rows > 0 ? `${countText(arrivals.rows, 'row')} arrived` : 'changed'} since you
          opened it
        </span>
      )}
      {isLive && inProgress > 0 && (
        <span class="live-note">
          <span class="live-dot on" aria-hidden="true" /> following
        </span>
      )}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
