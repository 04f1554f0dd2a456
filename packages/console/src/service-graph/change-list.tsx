import type { MapEdge, MapNode } from '../answer/service-graph.ts'
import type { TimeRange } from '../client.ts'
import type { MapState } from '../map-state.ts'
import { countText, durationText, rangeText } from '../number-text.ts'
import { lengthText } from '../time-window.ts'
import { printUrl } from '../url-state.ts'
import { CHANGE_SIGNS, CHANGE_WORDS } from './change-sign.ts'
import { CHANGE_KINDS, type GraphDiff, type Pair, type PartChange } from './diff-graph.ts'
import { nodeLabel } from './node-kind.ts'
import { percentText, rateText } from './rate-text.ts'

/** The time that the map shows, and the one that it is compared with. */
export type ComparedRanges = { readonly range: TimeRange; readonly comparedRange: TimeRange }

type Props = {
  readonly diff: GraphDiff
  readonly state: MapState
  readonly windows: ComparedRanges
}

type Line = {
  readonly id: string
  readonly name: string
  readonly change: PartChange
}

/** What changed since the window before, the gravest first; each leads to its service or call. */
export function ChangeList({ diff, state, windows }: Props) {
  const lines = linesOf(diff)
  const changed = lines.filter(({ change }) => change.kind !== 'unchanged')
  return (
    <aside class="map-panel change-list" aria-label="Changes">
      <h2>What changed</h2>
      <p class="dim">{againstText(state, windows)}</p>
      {changed.length === 0 && <p>Nothing that chance would not explain.</p>}
      <ol>
        {CHANGE_KINDS.flatMap((kind) =>
          changed
            .filter(({ change }) => change.kind === kind)
            .map(({ id, name, change }) => (
              <li key={id}>
                <a href={printUrl({ ...state, selected: id, depth: 0, response: undefined })}>
                  <span class={`change-sign ${kind}`} aria-hidden="true">
                    {CHANGE_SIGNS[kind]}
                  </span>
                  <span class="change-name">{name}</span>
                </a>
                <p class="dim">
                  {CHANGE_WORDS[kind]}
                  {evidence(change)}
                </p>
              </li>
            )),
        )}
      </ol>
      <p class="dim">
        {countText(lines.length - changed.length, 'service or call', 'services and calls')}{' '}
        unchanged, or too few requests to tell.
      </p>
    </aside>
  )
}

function againstText({ compared }: MapState, { range, comparedRange }: ComparedRanges): string {
  if (compared?.kind === 'before') {
    return `Against the same length of time ${lengthText(compared.seconds)} before.`
  }
  const text = `${rangeText(range.from, range.to)} against ${rangeText(comparedRange.from, comparedRange.to)}.`
  const [from, to] = [
    Math.max(range.from, comparedRange.from),
    Math.min(range.to, comparedRange.to),
  ]
  return from < to ? `${text} Both hold ${rangeText(from, to)}: that counts in either.` : text
}

type NumbersProps = Pick<Props, 'state' | 'windows'> & { readonly change: PartChange }

/** The numbers of a selected part in both windows. */
export function ChangeNumbers({ change, state, windows }: NumbersProps) {
  const perMinute = (count: number | undefined, { from, to }: TimeRange) =>
    count === undefined ? undefined : (count * 60) / (to - from)
  const rate = {
    now: perMinute(change.requests.now, windows.range),
    before: perMinute(change.requests.before, windows.comparedRange),
  }
  const isEarlier = state.compared?.kind === 'before'
  const rows: readonly (readonly [name: string, pair: Pair, print: (value: number) => string])[] = [
    ['Requests', change.requests, (value) => value.toLocaleString('en-US')],
    ['Rate', rate, rateText],
    ['Failed', change.failures, percentText],
    ['Median', change.median, secondsText],
    ['p95', change.p95, secondsText],
  ]
  return (
    <table class="change-numbers">
      <caption>
        {change.kind === 'unchanged' ? (
          'Nothing that chance would not explain'
        ) : (
          <>
            <span class={`change-sign ${change.kind}`} aria-hidden="true">
              {CHANGE_SIGNS[change.kind]}
            </span>{' '}
            {CHANGE_WORDS[change.kind]}
          </>
        )}
      </caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{isEarlier ? 'Before' : 'Other time'}</th>
          <th scope="col">{isEarlier ? 'Now' : 'This time'}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, { before, now }, print]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{before === undefined ? '–' : print(before)}</td>
            <td>{now === undefined ? '–' : print(now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function linesOf({ graph, changes }: GraphDiff): readonly Line[] {
  const names = new Map(graph.nodes.map((node) => [node.id, nodeLabel(node)]))
  const line = (part: MapNode | MapEdge, name: string) => {
    const change = changes.get(part.id)
    return change === undefined ? [] : [{ id: part.id, name, change }]
  }
  return [
    ...graph.nodes.flatMap((node) => line(node, nodeLabel(node))),
    ...graph.edges.flatMap((edge) => line(edge, `${names.get(edge.from)} → ${names.get(edge.to)}`)),
  ]
}

function evidence({ kind, failures, median, p95, requests }: PartChange): string {
  const both = ({ before, now }: Pair, print: (value: number) => string) =>
    before === undefined || now === undefined ? '' : ` ${print(before)} → ${print(now)}`
  switch (kind) {
    case 'faltering':
    case 'recovered':
      return `:${both(failures, percentText)} of requests`
    case 'slower':
    case 'faster':
      return `: median${both(median, secondsText)}, p95${both(p95, secondsText)}`
    case 'new':
      return `: ${countText(requests.now ?? 0, 'request')}`
    case 'gone':
      return `: ${countText(requests.before ?? 0, 'request')} before`
    case 'unchanged':
      return ''
  }
}

function secondsText(seconds: number): string {
  return durationText(seconds * 1e9)
}
