import { nowSeconds } from '../clock.ts'
import { RangePicker } from '../control/range-picker.tsx'
import type { MapState } from '../map-state.ts'
import { navigate } from '../navigation.ts'
import { betweenSeconds, lengthText, rangeOf, type TimeWindow } from '../time-window.ts'
import { COLLAPSE_RULES, COLLAPSE_WORDS } from './collapse-rule.ts'
import type { Flow } from './flow.ts'
import { MAP_METRICS, METRIC_WORDS } from './map-metric.ts'

type Props = { readonly state: MapState }

/** What the colours of the map tell. */
export function MetricChoice({ state }: Props) {
  return (
    <select
      class="field"
      aria-label="Colours tell"
      value={state.metric}
      onChange={(event) => {
        const { value } = event.currentTarget as HTMLSelectElement
        const metric = MAP_METRICS.find((each) => each === value)
        if (metric !== undefined) navigate({ ...state, metric })
      }}
    >
      {MAP_METRICS.map((metric) => (
        <option key={metric} value={metric}>
          {METRIC_WORDS[metric]}
        </option>
      ))}
    </select>
  )
}

const DISTANCES: readonly (readonly [seconds: number, text: string])[] = [
  [3600, 'an hour before'],
  [86_400, 'a day before'],
  [604_800, 'a week before'],
]

/** Which windows of the same length the map can be compared with, by how long before they lie. */
export function distancesOf({ time, compared }: MapState): ReadonlyMap<number, string> {
  const length = time.kind === 'last' ? time.seconds : Math.round(time.to - time.from)
  const known = new Map<number, string>([
    [length, `the ${lengthText(length)} before`],
    ...DISTANCES.filter(([seconds]) => seconds > length),
  ])
  if (compared?.kind === 'before' && !known.has(compared.seconds)) {
    known.set(compared.seconds, `${lengthText(compared.seconds)} before`)
  }
  return known
}

/** A window of its own to compare with: at first the one before. */
export function windowBefore(time: TimeWindow): TimeWindow | undefined {
  const { from, to } = rangeOf(time, nowSeconds())
  return betweenSeconds(2 * from - to, from)
}

const OWN_WINDOW = 'window'

/** Which time the map is compared with: the same length, so long before, or any other. */
export function CompareChoice({ state }: Props) {
  const { compared } = state
  const value =
    compared === undefined ? '' : compared.kind === 'before' ? compared.seconds : OWN_WINDOW
  return (
    <select
      class="field"
      aria-label="Compare with"
      value={value}
      onChange={(event) => {
        const chosen = (event.currentTarget as HTMLSelectElement).value
        if (chosen === OWN_WINDOW) navigate({ ...state, compared: windowBefore(state.time) })
        else if (chosen === '') navigate({ ...state, compared: undefined })
        else navigate({ ...state, compared: { kind: 'before', seconds: Number(chosen) } })
      }}
    >
      <option value="">No comparison</option>
      {[...distancesOf(state)].map(([seconds, text]) => (
        <option key={seconds} value={seconds}>
          Compare with {text}
        </option>
      ))}
      <option value={OWN_WINDOW}>Compare with another time…</option>
    </select>
  )
}

/** The window of its own that the map is compared with, to be chosen like the map's. */
export function ComparedTime({ state }: Props) {
  const { compared } = state
  if (compared === undefined || compared.kind === 'before') return null
  return (
    <div class="toolbar map-options compared-time">
      <span class="dim">compared with</span>
      <RangePicker
        label="Compared time"
        time={compared}
        onChange={(time) => navigate({ ...state, compared: time })}
      />
    </div>
  )
}

/** Which services are drawn as one. */
export function CollapseChoice({ state }: Props) {
  return (
    <select
      class="field"
      aria-label="Collapse"
      value={state.collapse ?? ''}
      onChange={(event) => {
        const { value } = event.currentTarget as HTMLSelectElement
        const collapse = COLLAPSE_RULES.find((rule) => rule === value)
        navigate({ ...state, collapse, expanded: [] })
      }}
    >
      <option value="">Each service by itself</option>
      {COLLAPSE_RULES.map((rule) => (
        <option key={rule} value={rule}>
          Collapse {COLLAPSE_WORDS[rule]}
        </option>
      ))}
    </select>
  )
}

/** Calls from left to right, or from top to bottom. */
export function FlowChoice({ state }: Props) {
  return (
    <button
      type="button"
      class="button"
      aria-pressed={state.flow === 'down'}
      aria-keyshortcuts="t"
      onClick={() => navigate({ ...state, flow: turnedFlow(state.flow) })}
    >
      Top down
    </button>
  )
}

/** The other way. */
export function turnedFlow(flow: Flow): Flow {
  return flow === 'right' ? 'down' : 'right'
}
