import type { TraceId } from '@fluoroscope/model'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type ClientProblem, problemText } from '../client.ts'
import { countText, durationText, numberText } from '../number-text.ts'
import { serviceColor } from '../timeline/service-color.ts'
import { Guides } from '../timeline/timeline-row.tsx'
import { type ComparedNode, compareTrees, largestChanges } from '../trace-rows/compare-trees.ts'
import type { MergedNode } from '../trace-rows/merged-tree.ts'
import { TraceClient } from '../trace-rows/trace-client.ts'
import { keyAt } from '../trace-rows/trace-rows.ts'
import { traceState } from '../trace-state.ts'
import { findTraceId, printUrl } from '../url-state.ts'
import { changeKind, changeSentence, signedCount, signedDuration } from './change-words.ts'
import { findMedian, type MedianTrace } from './find-median.ts'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

/** This trace beside another: the same paths together, what changed first in words. */
export function CompareView(props: ViewProps) {
  const { state, picture } = props
  const { other } = state
  const median = useAnswer(
    () => (other === 'median' ? findMedian(state.id, picture) : undefined),
    [other, state.id],
  )
  const found = median?.ok === true ? median.value : undefined
  const id = other === 'median' ? found?.id : other
  return (
    <div class="compare">
      <ChooseOther {...props} />
      {other === undefined && (
        <p class="notice">
          Choose a trace to compare with: by its id, or the median of this request, or two in the{' '}
          <a href="/traces">list of traces</a>. What changed stands here then, first in words and
          then call by call.
        </p>
      )}
      {other === 'median' && median === undefined && (
        <p class="notice" role="status">
          Looking for the traces of this request…
        </p>
      )}
      {other === 'median' && median?.ok === false && <Problem problem={median.problem} />}
      {other === 'median' && median?.ok === true && <MedianText median={found} />}
      {id !== undefined && <Comparison key={id} {...props} other={id} />}
    </div>
  )
}

function ChooseOther({ state, onState }: ViewProps) {
  const problem = useSignal(false)
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('other') ?? '')
    const id = findTraceId(text)
    problem.value = id === undefined
    if (id !== undefined) onState({ other: id })
  }
  return (
    <form class="compare-choice" onSubmit={open}>
      <label>
        Compare with{' '}
        <input
          name="other"
          type="text"
          autocomplete="off"
          spellcheck={false}
          placeholder="Trace id"
          aria-invalid={problem.value}
          // What is typed stays while the trace is asked for again.
          key={state.other}
          defaultValue={state.other === 'median' ? '' : state.other}
        />
      </label>
      <button type="submit" class="button primary">
        Compare
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={state.other === 'median'}
        title="The trace in the middle, by response time, of those of the same request in the hour before"
        onClick={() => onState({ other: 'median' })}
      >
        The median of this request
      </button>
      <span role="alert" class="dim">
        {problem.value ? 'No trace id in that text' : ''}
      </span>
    </form>
  )
}

function MedianText({ median }: { median: MedianTrace | undefined }) {
  if (median === undefined) {
    return <p class="notice">No other trace of this request in the hour before it.</p>
  }
  return (
    <p class="view-note">
      The median of {countText(median.of, 'trace')} of this request in the hour before it
      {median.isAll ? '' : ', the newest ones: there are more'}:{' '}
      <a href={printUrl(traceState(median.id))}>
        <code>{median.id}</code>
      </a>
    </p>
  )
}

function Problem({ problem }: { problem: ClientProblem }) {
  return (
    <p class="banner problem" role="alert">
      {problemText(problem)}
    </p>
  )
}

type Other =
  | { readonly kind: 'loading' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'problem'; readonly problem: ClientProblem }
  | { readonly kind: 'loaded'; readonly nodes: readonly MergedNode[]; readonly span: number }

/** Loads another trace once, in a worker of its own. */
function useOther(id: TraceId): Other {
  const [state, setState] = useState<Other>({ kind: 'loading' })
  useEffect(() => {
    const client = new TraceClient()
    client.listen((answer) => {
      if (answer.kind === 'unknown') setState({ kind: 'unknown' })
      else if (answer.kind === 'problem') setState({ kind: 'problem', problem: answer.problem })
      else if (answer.kind === 'loaded') {
        const { span } = answer.picture.rows
        void client.ask('merged').then((nodes) => setState({ kind: 'loaded', nodes, span }))
      }
    })
    client.load(id)
    return () => client.stop()
  }, [id])
  return state
}

function Comparison(props: ViewProps & { other: TraceId }) {
  const { client, picture, other } = props
  const nodes = useAnswer(() => client?.ask('merged'), [client, picture])
  const loaded = useOther(other)
  if (loaded.kind === 'problem') return <Problem problem={loaded.problem} />
  if (loaded.kind === 'unknown') {
    return <p class="notice">Nothing is stored under {other}.</p>
  }
  if (loaded.kind === 'loading' || nodes === undefined) {
    return (
      <p class="notice" role="status">
        Loading the other trace…
      </p>
    )
  }
  return <Compared {...props} before={loaded.nodes} after={nodes} spanBefore={loaded.span} />
}

const SENTENCES = 5
const PAGE = 500

type ComparedProps = ViewProps & {
  readonly other: TraceId
  readonly before: readonly MergedNode[]
  readonly after: readonly MergedNode[]
  readonly spanBefore: number
}

function Compared({ picture, other, before, after, spanBefore, onState }: ComparedProps) {
  const nodes = useMemo(() => compareTrees(before, after), [before, after])
  const changes = useMemo(() => largestChanges(nodes, SENTENCES), [nodes])
  const shown = useSignal(PAGE)
  const { rows } = picture
  return (
    <>
      <p class="compare-spans">
        This trace {durationText(rows.span)}, the <a href={printUrl(traceState(other))}>other</a>{' '}
        {durationText(spanBefore)}
        {rows.span === spanBefore ? '' : `: ${signedDuration(rows.span - spanBefore)}`}
      </p>
      {changes.length > 0 && (
        <ol class="compare-words">
          {changes.map((node, index) => (
            <li key={index} class={`change ${changeKind(node)}`}>
              {changeSentence(node)}.
            </li>
          ))}
        </ol>
      )}
      <div class="table-box">
        <table class="statistics compare-table">
          <caption>The same paths of both traces together; times are of all their rows</caption>
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col">Change</th>
              <th scope="col" class="number">
                Rows
              </th>
              <th scope="col" class="number">
                Δ
              </th>
              <th scope="col" class="number">
                Other
              </th>
              <th scope="col" class="number">
                This
              </th>
              <th scope="col" class="number">
                Δ total
              </th>
              <th scope="col" class="number">
                Δ own
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.slice(0, shown.value).map((node, index) => (
              <ComparedLine
                key={index}
                node={node}
                onSelect={(row) => onState({ selected: keyAt(rows, row), detailsOpen: true })}
              />
            ))}
          </tbody>
        </table>
        {nodes.length > shown.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              shown.value += PAGE
            }}
          >
            {numberText(nodes.length - shown.value)} more
          </button>
        )}
      </div>
    </>
  )
}

const SIGNS = {
  added: '+ added',
  removed: '− removed',
  more: '↑ more',
  less: '↓ less',
  same: '',
  open: '… in progress',
}

function ComparedLine({ node, onSelect }: { node: ComparedNode; onSelect: (row: number) => void }) {
  const { service, name, depth, before, after } = node
  const kind = changeKind(node)
  const time = (side: MergedNode | undefined) =>
    side === undefined ? '–' : durationText(side.total)
  return (
    <tr class={`change ${kind}`}>
      <th scope="row" class="compare-path">
        <Guides level={depth} />
        <span class="service-swatch" style={{ background: serviceColor(service) }} />
        {after === undefined ? (
          <span>{name}</span>
        ) : (
          <button type="button" class="button link" onClick={() => onSelect(after.longest)}>
            {name}
          </button>
        )}
      </th>
      <td class="change-word">{SIGNS[kind]}</td>
      <td class="number">{numberText(after?.count ?? 0)}</td>
      <td class="number">{signedCount((after?.count ?? 0) - (before?.count ?? 0))}</td>
      <td class="number">{time(before)}</td>
      <td class="number">{time(after)}</td>
      <td class="number">{signedDuration((after?.total ?? 0) - (before?.total ?? 0))}</td>
      <td class="number">{signedDuration((after?.own ?? 0) - (before?.own ?? 0))}</td>
    </tr>
  )
}
