import { isFromParent, type Link, type Segment, type TraceId } from '@fluoroscope/model'
import type { ComponentChildren } from 'preact'
import type { LinkingSegment, TraceLinks } from '../answer/trace-links.ts'
import { clockText, countText } from '../number-text.ts'
import { traceState } from '../trace-state.ts'
import { printUrl } from '../url-state.ts'

/** So many stand in the header; more of them unfold. */
const FEW = 3

type Props = {
  readonly root: Segment | undefined
  /** Undefined until they are known. */
  readonly links: TraceLinks | undefined
}

/** The traces whose messages started this one, and those that its messages started. */
export function LinkedTraces({ root, links }: Props) {
  const senders = (root?.links ?? []).filter(isFromParent)
  const started = links?.segments ?? []
  if (senders.length === 0 && started.length === 0) return null
  return (
    <div class="linked-traces">
      {senders.length > 0 && <Senders links={senders} />}
      {started.length > 0 && <Started segments={started} more={links?.more === true} />}
    </div>
  )
}

function Senders({ links }: { links: readonly Link[] }) {
  const items = links.map((link) => (
    <li key={`${link.traceId}${link.id}`}>
      <a href={printUrl({ ...traceState(link.traceId), selected: link.id })}>
        trace {shortId(link.traceId)}
      </a>
    </li>
  ))
  return (
    <LinkLine
      title="Started by messages of"
      summary={countText(links.length, 'link')}
      items={items}
    />
  )
}

function Started({ segments, more }: { segments: readonly LinkingSegment[]; more: boolean }) {
  const traces = new Set(segments.map(({ traceId }) => traceId)).size
  const summary = `${more ? 'the first ' : ''}${countText(segments.length, 'segment')} in ${countText(traces, 'trace')}${more ? '; there are more' : ''}`
  return (
    <LinkLine
      title="Its messages started"
      summary={summary}
      items={segments.map((segment) => (
        <LinkingItem key={`${segment.traceId}${segment.id}`} segment={segment} />
      ))}
    />
  )
}

/** A segment that a message started, in the list of them. */
export function LinkingItem({ segment }: { segment: LinkingSegment }) {
  const { traceId, id, name, start } = segment
  return (
    <li>
      <a href={printUrl({ ...traceState(traceId), selected: id })}>
        {name} {shortId(traceId)}
      </a>{' '}
      <span class="dim">{clockText(start)}</span>
    </li>
  )
}

type LineProps = {
  readonly title: string
  readonly summary: string
  readonly items: readonly ComponentChildren[]
}

function LinkLine({ title, summary, items }: LineProps) {
  if (items.length <= FEW) {
    return (
      <div class="link-line">
        <span class="dim">{title}</span>
        <ul>{items}</ul>
      </div>
    )
  }
  return (
    <details class="link-line">
      <summary>
        <span class="dim">{title}</span> {summary}
      </summary>
      <ul>{items}</ul>
    </details>
  )
}

function shortId(id: TraceId): string {
  return `…${id.slice(-8)}`
}
