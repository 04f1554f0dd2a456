import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import type { MapNode } from '../answer/service-graph.ts'
import { nowSeconds } from '../clock.ts'
import { LiveButton } from '../control/live-button.tsx'
import { RangePicker } from '../control/range-picker.tsx'
import type { GraphFeed } from '../graph-feed.ts'
import type { MapState } from '../map-state.ts'
import { adjust, navigate } from '../navigation.ts'
import { ageText, countText } from '../number-text.ts'
import {
  CollapseChoice,
  CompareChoice,
  ComparedTime,
  FlowChoice,
  MetricChoice,
} from './map-choices.tsx'
import { findNodes } from './select-graph.ts'

type Props = {
  readonly state: MapState
  readonly feed: GraphFeed
  readonly nodes: readonly MapNode[]
  readonly find: Signal<string>
  readonly finder: RefObject<HTMLInputElement | null>
}

/** Range and freshness of the map, and how it is looked at. */
export function MapToolbar({ state, feed, nodes, find, finder }: Props) {
  return (
    <>
      <div class="toolbar">
        <h1>Service map</h1>
        <RangePicker time={state.time} onChange={(time) => navigate({ ...state, time })} />
        <span class="toolbar-space" />
        <Freshness feed={feed} state={state} />
      </div>
      <div class="toolbar map-options">
        <Finder state={state} nodes={nodes} find={find} finder={finder} />
        <GroupChoice state={state} groups={feed.state.value.groups} />
        <MetricChoice state={state} />
        <CollapseChoice state={state} />
        <CompareChoice state={state} />
        <span class="toolbar-space" />
        {state.view === 'map' && <FlowChoice state={state} />}
        <ViewChoice state={state} />
      </div>
      <ComparedTime state={state} />
    </>
  )
}

function GroupChoice({ state, groups }: { state: MapState; groups: readonly string[] }) {
  const others = groups.filter((name) => name !== 'Default' && name !== state.group)
  if (others.length === 0 && state.group === undefined) return null
  return (
    <select
      class="field"
      aria-label="Group"
      value={state.group ?? ''}
      onChange={(event) =>
        navigate({ ...state, group: (event.currentTarget as HTMLSelectElement).value || undefined })
      }
    >
      <option value="">All traces</option>
      {[...(state.group === undefined ? [] : [state.group]), ...others].sort().map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}

/** Finds as it is typed; Enter goes to the next hit. */
function Finder({ state, nodes, find, finder }: Omit<Props, 'feed'>) {
  const hits = findNodes(nodes, find.value)
  const goOn = (step: number) => {
    if (hits.length === 0) return
    const at = hits.indexOf(state.selected ?? '')
    const next = hits[(at + step + hits.length) % hits.length]
    adjust({ ...state, selected: next, depth: 0, response: undefined })
  }
  return (
    <search class="map-find">
      <input
        ref={finder}
        data-search
        class="field"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder="Find a service  /"
        aria-label="Find a service"
        value={find.value}
        onInput={(event) => {
          find.value = event.currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') goOn(event.shiftKey ? -1 : 1)
          else if (event.key === 'ArrowDown') goOn(1)
          else if (event.key === 'ArrowUp') goOn(-1)
          else if (event.key === 'Escape') find.value = ''
          else return
          event.preventDefault()
        }}
      />
      <span role="status" class="dim">
        {find.value === '' ? '' : countText(hits.length, 'hit')}
      </span>
    </search>
  )
}

const VIEWS = [
  ['map', 'Map'],
  ['list', 'List'],
] as const

function ViewChoice({ state }: { state: MapState }) {
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">View</legend>
      {VIEWS.map(([view, word]) => (
        <label key={view}>
          <input
            type="radio"
            name="view"
            value={view}
            checked={state.view === view}
            onChange={() => navigate({ ...state, view })}
          />
          <span>{word}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Freshness({ feed, state }: { feed: GraphFeed; state: MapState }) {
  const { updated, loading } = feed.state.value
  // What lies between two instants is asked for once.
  const canFollow = state.time.kind === 'last'
  const age = updated === undefined ? '' : ageText(Math.max(0, nowSeconds() - updated))
  return (
    <>
      {updated !== undefined && (
        <span class="freshness">
          {loading ? 'loading…' : state.live && canFollow ? `updated ${age}` : `as of ${age}`}
        </span>
      )}
      {canFollow && (
        <LiveButton isLive={state.live} onChange={(live) => adjust({ ...state, live })} />
      )}
      <button type="button" class="button" onClick={() => void feed.refresh()}>
        Refresh
      </button>
    </>
  )
}
