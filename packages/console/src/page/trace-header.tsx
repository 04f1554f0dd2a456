import { durationOf, outcomeOf } from '@fluoroscope/model'
import type { ComponentChildren } from 'preact'
import type { ReceivedTrace } from '../answer/received-trace.ts'
import { CopyButton } from '../control/copy-button.tsx'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { clockText, countText, dayText, durationText, isoText } from '../number-text.ts'
import { urlParts } from '../request-text.ts'
import type { TraceRow, TraceTree } from '../timeline/trace-tree.ts'

type Props = {
  readonly trace: ReceivedTrace
  readonly tree: TraceTree
  readonly revision: number | undefined
}

/** What the trace was and how it ended, with every mark that says it is not all there. */
export function TraceHeader({ trace, tree, revision }: Props) {
  const root = tree.rows[0]
  const response = root === undefined ? undefined : durationOf(root.entity)
  return (
    <header class="trace-header">
      <Title root={root} />
      <p class="trace-id">
        <code>{trace.id}</code> <CopyButton text={trace.id} what="trace id" />
        <Marks trace={trace} tree={tree} />
      </p>
      <dl class="trace-facts">
        <Fact name="Outcome">
          {root === undefined ? (
            '–'
          ) : (
            <OutcomeMark outcome={outcomeOf(root.entity)} status={root.entity.http?.status} />
          )}
        </Fact>
        <Fact name="Response">{response === undefined ? '–' : durationText(response)}</Fact>
        <Fact name="Duration">
          {trace.duration === undefined ? '–' : durationText(trace.duration)}
        </Fact>
        <Fact name="Started">
          <time dateTime={isoText(tree.start)} title={isoText(tree.start)}>
            {dayText(tree.start)} {clockText(tree.start)}
          </time>
        </Fact>
        <Fact name="Inside">
          {countText(serviceCount(tree), 'service')}, {countText(tree.rows.length, 'row')}
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

function Title({ root }: { root: TraceRow | undefined }) {
  const http = root?.entity.http
  if (root === undefined || http?.url === undefined) {
    return <h1>{root?.entity.name ?? 'Trace without a segment'}</h1>
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

function Marks({ trace, tree }: Pick<Props, 'trace' | 'tree'>) {
  const missing = tree.rows.filter((row) => row.parentMissing).length
  const open = tree.rows.filter((row) => row.entity.progress.state === 'in-progress').length
  return (
    <>
      {missing > 0 && (
        <span class="tag warning">
          partial: {countText(missing, 'segment')} without {missing === 1 ? 'its' : 'their'} parent
        </span>
      )}
      {open > 0 && <span class="tag open">{open} in progress</span>}
      {trace.limitExceeded && <span class="tag warning">cut: beyond the size limit</span>}
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

function serviceCount(tree: TraceTree): number {
  return new Set(tree.rows.map((row) => row.segment.name)).size
}
