import { type MapEdge, type MapNode, totalOf } from '../answer/service-graph.ts'
import type { MapState, PathChoice } from '../map-state.ts'
import { countText } from '../number-text.ts'
import { type FoundPaths, MOST_PATHS, type ServicePath } from './find-paths.ts'
import { failureShare, NOTED_SHARE } from './map-scale.ts'
import { fullName } from './node-kind.ts'
import { percentText, rateText } from './rate-text.ts'

type Props = {
  /** All that a path may begin and end at. */
  readonly nodes: readonly MapNode[]
  readonly choice: PathChoice
  /** Undefined until both ends are chosen. */
  readonly found: FoundPaths | undefined
  readonly minutes: number
  readonly onChange: (change: Partial<MapState>) => void
}

/** The ways of calls from one service to another, the shortest first. */
export function PathList({ nodes, choice, found, minutes, onChange }: Props) {
  const { from, to } = choice
  const names = new Map(nodes.map((node) => [node.id, fullName(node)]))
  const choose = (change: Partial<PathChoice>) =>
    onChange({ paths: { ...choice, chosen: undefined, ...change } })
  return (
    <aside class="map-panel path-list" aria-label="Paths">
      <header class="panel-title">
        <h2>Paths</h2>
        <button
          type="button"
          class="button quiet"
          aria-label="Leave the paths"
          onClick={() => onChange({ paths: undefined })}
        >
          ✕
        </button>
      </header>
      <div class="path-ends">
        <EndChoice
          label="From"
          nodes={nodes}
          value={from}
          onChoose={(id) => choose({ from: id })}
        />
        <EndChoice label="To" nodes={nodes} value={to} onChoose={(id) => choose({ to: id })} />
        <button
          type="button"
          class="button small"
          disabled={to === undefined}
          onClick={() => to !== undefined && choose({ from: to, to: from })}
        >
          Turn round
        </button>
      </div>
      <p role="status">{resultText(choice, names, found)}</p>
      {found !== undefined && found.paths.length > 0 && (
        <>
          <ol>
            {found.paths.map((path, index) => (
              <li key={path.nodes.join(' ')}>
                <button
                  type="button"
                  class="path"
                  aria-pressed={choice.chosen === index + 1}
                  onClick={() =>
                    choose({ chosen: choice.chosen === index + 1 ? undefined : index + 1 })
                  }
                >
                  {path.nodes.map((id) => names.get(id) ?? '').join(' → ')}
                </button>
                <p class="dim">{pathText(path, minutes)}</p>
              </li>
            ))}
          </ol>
          <p class="dim">
            Each call of a path was made in this time; one trace need not hold all of them.
          </p>
        </>
      )}
    </aside>
  )
}

type EndProps = {
  readonly label: string
  readonly nodes: readonly MapNode[]
  readonly value: string | undefined
  readonly onChoose: (id: string) => void
}

function EndChoice({ label, nodes, value, onChoose }: EndProps) {
  const sorted = [...nodes].sort((a, b) => fullName(a).localeCompare(fullName(b), 'en'))
  const isThere = nodes.some(({ id }) => id === value)
  return (
    <label>
      {label}
      <select
        class="field"
        value={isThere ? value : ''}
        onChange={(event) => {
          const chosen = (event.currentTarget as HTMLSelectElement).value
          if (chosen !== '') onChoose(chosen)
        }}
      >
        {!isThere && <option value="">Choose a service</option>}
        {sorted.map((node) => (
          <option key={node.id} value={node.id}>
            {fullName(node)}
          </option>
        ))}
      </select>
    </label>
  )
}

function resultText(
  { from, to }: PathChoice,
  names: ReadonlyMap<string, string>,
  found: FoundPaths | undefined,
): string {
  const [start, end] = [names.get(from), names.get(to ?? '')]
  if (start === undefined) return 'Choose where the paths begin.'
  if (end === undefined || found === undefined) return 'Choose where the paths end.'
  if (from === to) return 'Choose two different services.'
  const { paths, cut } = found
  if (paths.length === 0 && cut === undefined) {
    return `No calls lead from ${start} to ${end}.`
  }
  switch (cut) {
    case 'paths':
      return `The ${MOST_PATHS} shortest paths; there are more.`
    case 'steps':
      return `${countText(paths.length, 'path')}, the shortest first; there may be more: the search was ended, so many ways lead on.`
    case undefined:
      return paths.length === 1 ? 'One path.' : `${paths.length} paths, the shortest first.`
  }
}

/** How long a path is, the rate of its rarest call, and the worst of its calls where that is worth a word. */
function pathText({ edges }: ServicePath, minutes: number): string {
  const counts = edges.filter(isCall).map(({ statistics }) => totalOf(statistics))
  const links = edges.length - counts.length
  const worst = Math.max(0, ...edges.map(({ statistics }) => failureShare(statistics)))
  return [
    counts.length > 0 ? countText(counts.length, 'call') : '',
    links > 0 ? countText(links, 'link') : '',
    counts.length > 0 ? `rarest ${rateText(Math.min(...counts) / minutes)}` : '',
    worst >= NOTED_SHARE ? `worst ${percentText(worst)} failed` : '',
  ]
    .filter((text) => text !== '')
    .join(' · ')
}

function isCall({ type }: MapEdge): boolean {
  return type === 'call'
}
