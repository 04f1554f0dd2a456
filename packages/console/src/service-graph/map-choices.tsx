import { navigate } from '../navigation.ts'
import { lengthText } from '../time-window.ts'
import type { MapState } from '../url-state.ts'
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

/** Which time the map is compared with: the same length, so long before. */
export function CompareChoice({ state }: Props) {
  const { time, before } = state
  const length = time.kind === 'last' ? time.seconds : Math.round(time.to - time.from)
  const known = new Map<number, string>([
    [length, `the ${lengthText(length)} before`],
    ...DISTANCES.filter(([seconds]) => seconds > length),
  ])
  if (before !== undefined && !known.has(before)) known.set(before, `${lengthText(before)} before`)
  return (
    <select
      class="field"
      aria-label="Compare with"
      value={before ?? ''}
      onChange={(event) => {
        const { value } = event.currentTarget as HTMLSelectElement
        navigate({ ...state, before: value === '' ? undefined : Number(value) })
      }}
    >
      <option value="">No comparison</option>
      {[...known].map(([seconds, text]) => (
        <option key={seconds} value={seconds}>
          Compare with {text}
        </option>
      ))}
    </select>
  )
}
