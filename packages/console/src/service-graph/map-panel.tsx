import type { Outcome } from '@fluoroscope/model'
import { type MapNode, totalOf } from '../answer/service-graph.ts'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { MAX_DEPTH, type MapState, type ResponseRange } from '../map-state.ts'
import { durationText } from '../number-text.ts'
import { BundleFacts } from './bundle-facts.tsx'
import { ChangeNumbers, type ComparedRanges } from './change-list.tsx'
import type { Bundles } from './collapse-graph.ts'
import type { PartChange } from './diff-graph.ts'
import { type Distribution, Histogram } from './histogram.tsx'
import { quantile } from './layout-histogram.ts'
import { failureShare, meanNanos } from './map-scale.ts'
import { fullName, KIND_WORDS, kindOf, typeText } from './node-kind.ts'
import { percentText, rateText } from './rate-text.ts'
import { FOCUS_DIRECTIONS, type FocusDirection } from './select-graph.ts'
import type { Selection } from './selection.ts'
import { SeriesStrip } from './series-strip.tsx'
import { entitySelector, tracesAddress } from './trace-filter.ts'

type Props = {
  readonly selection: Selection
  readonly state: MapState
  readonly minutes: number
  readonly bundles: Bundles
  readonly windows: ComparedRanges
  readonly onChange: (change: Partial<MapState>) => void
  /** What became of it since another window; undefined where none is compared with. */
  readonly partChange: PartChange | undefined
}

/** Numbers, distribution and traces of the selected service or call. */
export function MapPanel(props: Props) {
  const { selection, state, bundles, minutes, windows, onChange, partChange } = props
  const part = selection.kind === 'node' ? selection.node : selection.edge
  const isLink = selection.kind === 'edge' && selection.edge.type === 'link'
  const onChoose = (response: ResponseRange | undefined) => onChange({ response })
  const selector = entitySelector(selection)
  return (
    <aside class="map-panel" aria-label="Selection">
      <PanelTitle selection={selection} onClose={() => onChange({ selected: undefined })} />
      {selection.kind === 'node' && (
        <>
          <BundleFacts node={selection.node} state={state} bundles={bundles} minutes={minutes} />
          <NodeLooks state={state} node={selection.node} onChange={onChange} />
        </>
      )}
      {partChange !== undefined && (
        <ChangeNumbers change={partChange} state={state} windows={windows} />
      )}
      {isLink ? (
        <p class="dim">
          A message was sent in one trace and received in another: the link counts no requests.
        </p>
      ) : (
        <>
          <Numbers selection={selection} state={state} minutes={minutes} />
          {selector !== undefined && (
            <>
              <h3>Requests over time</h3>
              <SeriesStrip
                key={part.id}
                selector={selector}
                group={state.group}
                range={windows.range}
              />
            </>
          )}
        </>
      )}
      <h3>{isLink ? 'Age of messages when received' : 'Response time'}</h3>
      <Histogram
        key={part.id}
        distributions={distributionsOf(selection)}
        chosen={state.response}
        onChoose={onChoose}
      />
      {selection.kind === 'edge' && !isLink && <Gap {...selection} />}
      <TraceLinks selection={selection} state={state} />
    </aside>
  )
}

function TraceLinks({ selection, state }: Pick<Props, 'selection' | 'state'>) {
  const traces = tracesAddress(selection, state, undefined)
  const analytics = tracesAddress(selection, state, undefined, 'analytics')
  if (traces === undefined || analytics === undefined) {
    return <p class="dim">Too many services for one search of traces: expand them first.</p>
  }
  return (
    <p class="actions">
      <a class="button primary" href={traces}>
        View traces
      </a>
      <a class="button" href={analytics}>
        Analyze
      </a>
    </p>
  )
}

function PanelTitle({ selection, onClose }: { selection: Selection; onClose: () => void }) {
  return (
    <header class="panel-title">
      <div>
        <p class="dim">{kindText(selection)}</p>
        <h2>
          {selection.kind === 'node'
            ? fullName(selection.node)
            : `${fullName(selection.from)} → ${fullName(selection.to)}`}
        </h2>
        {selection.kind === 'edge' && selection.edge.aliases.length > 0 && (
          <p class="dim">called {selection.edge.aliases.join(', ')}</p>
        )}
      </div>
      <button type="button" class="button quiet" aria-label="Close the selection" onClick={onClose}>
        ✕
      </button>
    </header>
  )
}

function kindText(selection: Selection): string {
  if (selection.kind === 'edge') {
    return selection.edge.type === 'link' ? 'Link through a message' : 'Call'
  }
  const { node } = selection
  const words = [KIND_WORDS[kindOf(node)], typeText(node.key.type)]
  if (node.key.account !== undefined) words.push(`account ${node.key.account}`)
  return words.filter((word) => word !== '').join(' · ')
}

const DEPTHS = Array.from({ length: MAX_DEPTH + 1 }, (_, depth) => depth)

const LOOKS: Readonly<Record<FocusDirection, string>> = {
  both: 'both ways',
  down: 'downstream',
  up: 'upstream',
}

type LooksProps = Pick<Props, 'state' | 'onChange'> & { readonly node: MapNode }

/** How far around the selected service the map looks, which way, and where paths from it lead. */
function NodeLooks({ state, node, onChange }: LooksProps) {
  const { depth, direction } = state
  return (
    <div class="depth-choice">
      <label>
        <span class="visually-hidden">Show</span>
        <select
          value={depth}
          onChange={(event) =>
            onChange({ depth: Number((event.currentTarget as HTMLSelectElement).value) })
          }
        >
          {DEPTHS.map((value) => (
            <option key={value} value={value}>
              {value === 0
                ? 'all services'
                : `within ${value} ${value === 1 ? 'call' : 'calls'} of this one`}
            </option>
          ))}
        </select>
      </label>
      {depth > 0 && (
        <label>
          <span class="visually-hidden">Look</span>
          <select
            value={direction}
            onChange={(event) => {
              const { value } = event.currentTarget as HTMLSelectElement
              const chosen = FOCUS_DIRECTIONS.find((each) => each === value)
              if (chosen !== undefined) onChange({ direction: chosen })
            }}
          >
            {FOCUS_DIRECTIONS.map((each) => (
              <option key={each} value={each}>
                {LOOKS[each]}
              </option>
            ))}
          </select>
        </label>
      )}
      <button
        type="button"
        class="button small"
        aria-keyshortcuts="p"
        onClick={() =>
          onChange({
            selected: undefined,
            paths: { from: node.id, to: undefined, chosen: undefined },
          })
        }
      >
        Paths from here
      </button>
    </div>
  )
}

const FAILURES: readonly Exclude<Outcome, 'ok'>[] = ['fault', 'error', 'throttle']

function Numbers(props: Pick<Props, 'selection' | 'state' | 'minutes'>) {
  const { selection, state } = props
  const { statistics, responseTimes } = selection.kind === 'node' ? selection.node : selection.edge
  const total = totalOf(statistics)
  const mean = meanNanos(statistics)
  const at = (share: number) => {
    const seconds = quantile(responseTimes, share)
    return seconds === undefined ? '–' : durationText(seconds * 1e9)
  }
  return (
    <>
      <dl class="panel-numbers">
        <Figure name="Requests" value={total.toLocaleString('en-US')} />
        <Figure name="Rate" value={rateText(total / props.minutes)} />
        <Figure name="Failed" value={percentText(failureShare(statistics))} />
        <Figure name="Mean" value={mean === undefined ? '–' : durationText(mean)} />
        <Figure name="p50" value={at(0.5)} />
        <Figure name="p95" value={at(0.95)} />
        <Figure name="p99" value={at(0.99)} />
      </dl>
      <ul class="panel-outcomes">
        {FAILURES.filter((outcome) => statistics[outcome] > 0).map((outcome) => (
          <li key={outcome}>
            <OutcomeMark outcome={outcome} />
            <span>
              {statistics[outcome].toLocaleString('en-US')} ·{' '}
              {percentText(statistics[outcome] / total)}
            </span>
            <OutcomeLink selection={selection} state={state} outcome={outcome} />
          </li>
        ))}
      </ul>
    </>
  )
}

function OutcomeLink(props: Pick<Props, 'selection' | 'state'> & { outcome: Outcome }) {
  const href = tracesAddress(props.selection, props.state, props.outcome)
  return href === undefined ? null : <a href={href}>View traces</a>
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function distributionsOf(selection: Selection): readonly Distribution[] {
  if (selection.kind === 'node') {
    return [{ name: 'service', look: 'fill', entries: selection.node.responseTimes }]
  }
  const { edge, from, to } = selection
  if (edge.type === 'link') {
    return [{ name: 'age', look: 'fill', entries: edge.receivedEventAges }]
  }
  const caller: Distribution = { name: 'caller', look: 'fill', entries: edge.responseTimes }
  // Of others the caller's numbers are all there is; a client has none of its own.
  if (!to.reports || from.key.type === 'client') return [caller]
  return [caller, { name: 'callee', look: 'line', entries: to.responseTimes }]
}

/** What lies between the caller's and the callee's view of the same calls. */
function Gap({ edge, from, to }: Extract<Selection, { kind: 'edge' }>) {
  if (!to.reports || from.key.type === 'client') return null
  const [seen, own] = [meanNanos(edge.statistics), meanNanos(to.statistics)]
  return (
    <div class="panel-gap">
      <p class="histogram-legend">
        <span class="legend-fill">as {from.key.name} saw it</span>
        <span class="legend-line">as {to.key.name} saw all its requests</span>
      </p>
      {seen !== undefined && own !== undefined && (
        <p>
          Between the means: <strong>{durationText(Math.max(0, seen - own))}</strong> network, queue
          and connection
        </p>
      )}
    </div>
  )
}
