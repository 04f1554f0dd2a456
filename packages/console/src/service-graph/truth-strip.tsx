import { unixNanosFromSeconds } from '@fluoroscope/model'
import { countServices, membersOf, type ReceivedGraph } from '../answer/service-graph.ts'
import type { GraphFeedState } from '../graph-feed.ts'
import type { MapState } from '../map-state.ts'
import { clockText, countText, dayText } from '../number-text.ts'
import { lossText } from '../system/losses.ts'
import { useLedger } from '../system/use-ledger.ts'
import { printUrl } from '../url-state.ts'
import { kindOf } from './node-kind.ts'
import type { ShownGraph } from './select-graph.ts'

type Props = {
  readonly graph: ReceivedGraph
  readonly known: GraphFeedState
  readonly shown: ShownGraph
  readonly state: MapState
  readonly isStale: boolean
}

/** What the picture rests on: the time it really covers, what is inferred, hidden, stale. */
export function TruthStrip({ graph, known, shown, state, isStale }: Props) {
  const services = graph.nodes.flatMap(membersOf)
  const inferred = services.filter((node) => !node.reports && kindOf(node) !== 'client').length
  const bundles = graph.nodes.filter(({ bundle }) => bundle !== undefined)
  const links = graph.edges.filter(({ type }) => type === 'link').length
  const calls = graph.edges.length - links
  return (
    <footer class="truth-strip">
      <span>
        {countText(services.length, 'service')}, {countText(calls, 'call')}
      </span>
      {shown.hidden > 0 && (
        <span class="left-out">
          {shown.hidden.toLocaleString('en-US')} services not shown,{' '}
          {state.paths?.to !== undefined ? (
            <a href={printUrl({ ...state, paths: undefined })}>leave the paths</a>
          ) : state.depth > 0 ? (
            <a href={printUrl({ ...state, depth: 0 })}>leave the focus</a>
          ) : (
            <>
              healthy and away from problems:{' '}
              <a href={printUrl({ ...state, all: true })}>show everything</a>
            </>
          )}
        </span>
      )}
      {graph.covered !== undefined && (
        <span>
          traces started {timeText(graph.covered.from)} to{' '}
          {isSameDay(graph.covered)
            ? clockText(unixNanosFromSeconds(graph.covered.to))
            : timeText(graph.covered.to)}
        </span>
      )}
      <Losses />
      {inferred > 0 && <span>{inferred} inferred from callers</span>}
      {bundles.length > 0 && (
        <span>
          {countServices(bundles)} of them drawn as {bundles.length}
        </span>
      )}
      {links > 0 && <span>{countText(links, 'link')} through messages</span>}
      {graph.oldGroupVersions && (
        <span class="tag warning">older traces judged by an earlier expression of the group</span>
      )}
      {isStale && known.updated !== undefined && (
        <span class="tag warning">stale: last answer {timeText(known.updated)}</span>
      )}
      {state.all && <a href={printUrl({ ...state, all: false })}>problems first</a>}
    </footer>
  )
}

/** The map counts every stored trace; what was not stored is told by the ledger of documents. */
function Losses() {
  const ledger = useLedger()
  if (ledger === undefined) return <span>all stored traces</span>
  const { text, isAny } = lossText(ledger)
  return (
    <span>
      all stored traces;{' '}
      {isAny ? (
        <a class="tag warning" href="/system">
          {text}
        </a>
      ) : (
        text
      )}
    </span>
  )
}

function isSameDay({ from, to }: { from: number; to: number }): boolean {
  return new Date(from * 1000).toDateString() === new Date(to * 1000).toDateString()
}

function timeText(seconds: number): string {
  const instant = unixNanosFromSeconds(seconds)
  return `${dayText(instant)} ${clockText(instant)}`
}
