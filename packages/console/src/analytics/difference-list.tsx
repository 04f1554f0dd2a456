import { useSignal } from '@preact/signals'
import type { AnalyticsState } from '../analytics-state.ts'
import { factKeyText } from '../fact-filter.ts'
import { countText, shareText } from '../number-text.ts'
import type { AnalyticsView } from './analytics-view.ts'
import { type Comparison, type Difference, SIGNIFICANT } from './compare-sets.ts'
import { pointsText, pValueText } from './difference-text.ts'
import type { SetCondition } from './set-condition.ts'

type Props = {
  readonly state: AnalyticsState
  readonly view: AnalyticsView
  readonly onNarrow: (conditions: readonly SetCondition[]) => void
}

/** What set A has more often, or less, than the other traces: strongest first. */
export function DifferenceList({ state, view, onNarrow }: Props) {
  const other = state.b === undefined ? 'the other traces' : 'set B'
  const { comparison } = view
  return (
    <section class="difference-card" aria-labelledby="difference-title">
      <h2 id="difference-title">What is different about set A</h2>
      {comparison === undefined ? (
        <Nothing state={state} view={view} />
      ) : (
        <Found comparison={comparison} view={view} other={other} onNarrow={onNarrow} />
      )}
    </section>
  )
}

function Nothing({ state, view }: Pick<Props, 'state' | 'view'>) {
  if (view.a.size === 0) return <p>Set A is empty: remove a condition.</p>
  if (state.b !== undefined) return <p>Set B holds no trace that is not in set A, too.</p>
  return (
    <p>
      Drag a rectangle on the heat map, or choose a value from the table: this list then tells what
      those traces have that the others have not.
    </p>
  )
}

/** As many lines are shown until all are asked for. */
const FEW_LINES = 10

function Found(props: {
  comparison: Comparison
  view: AnalyticsView
  other: string
  onNarrow: Props['onNarrow']
}) {
  const { comparison, view, other, onNarrow } = props
  const most = useSignal(FEW_LINES)
  const isTold = ({ pValue }: Difference) => pValue < SIGNIFICANT
  const told = comparison.differences.filter(isTold)
  const rest = comparison.differences.filter((difference) => !isTold(difference))
  return (
    <>
      <p class="card-note">
        {countText(comparison.sizeA, 'trace')} of set A against{' '}
        {countText(comparison.sizeB, 'trace')} of {other}.
        {view.inBoth > 0 && ` ${countText(view.inBoth, 'trace')} in both: compared as set A.`}
      </p>
      {told.length === 0 && <p>Nothing that chance would not explain.</p>}
      <Lines differences={told.slice(0, most.value)} comparison={comparison} onNarrow={onNarrow} />
      {told.length > most.value && (
        <button
          type="button"
          class="button small more"
          onClick={() => {
            most.value = told.length
          }}
        >
          Show {told.length - most.value} weaker ones
        </button>
      )}
      {rest.length > 0 && (
        <details class="chance">
          <summary>{countText(rest.length, 'difference')} that may be chance</summary>
          <Lines differences={rest} comparison={comparison} onNarrow={onNarrow} />
        </details>
      )}
      <p class="card-note">
        {countText(comparison.compared, 'value')} compared
        {comparison.tooRare > 0 && `, ${comparison.tooRare} too rare to tell (fewer than 3 traces)`}
        {view.differencesLeft > 0 && `, the weakest ${view.differencesLeft} not listed`}. p by
        Fisher's exact or the chi-square test, corrected for all comparisons (Holm); below{' '}
        {SIGNIFICANT} counts as a difference.
      </p>
    </>
  )
}

function Lines(props: {
  differences: readonly Difference[]
  comparison: Comparison
  onNarrow: Props['onNarrow']
}) {
  return (
    <ol class="differences">
      {props.differences.map((difference) => (
        <Line
          key={keyOf(difference)}
          difference={difference}
          comparison={props.comparison}
          onNarrow={props.onNarrow}
        />
      ))}
    </ol>
  )
}

function Line(props: {
  difference: Difference
  comparison: Comparison
  onNarrow: Props['onNarrow']
}) {
  const { difference, comparison, onNarrow } = props
  const { facts, countA, countB, effect, pValue } = difference
  const narrow = (isNegated: boolean) =>
    onNarrow(facts.map((fact) => ({ kind: 'fact', ...fact, isNegated })))
  const words = facts.map(({ key, value }) => `${factKeyText(key)} ${value}`).join(' and ')
  return (
    <li>
      <p class="difference-fact">
        {facts.map(({ key, value }, index) => (
          <span key={`${key}=${value}`}>
            {index > 0 && <span class="dim"> and </span>}
            <span class="dim">{factKeyText(key)}</span> <strong>{String(value)}</strong>
          </span>
        ))}
      </p>
      <p class="difference-effect">
        <strong>{pointsText(effect)}</strong> points
      </p>
      <SetBar set="a" count={countA} size={comparison.sizeA} />
      <SetBar set="b" count={countB} size={comparison.sizeB} />
      <p class="difference-foot">
        <span class="dim">{pValueText(pValue)}</span>
        <button
          type="button"
          class="button small"
          aria-label={`Only ${words}`}
          onClick={() => narrow(false)}
        >
          Only
        </button>
        {facts.length === 1 && (
          <button
            type="button"
            class="button small"
            aria-label={`Without ${words}`}
            onClick={() => narrow(true)}
          >
            Without
          </button>
        )}
      </p>
    </li>
  )
}

function SetBar({ set, count, size }: { set: 'a' | 'b'; count: number; size: number }) {
  const share = size === 0 ? 0 : count / size
  return (
    <p class={`difference-bar set-${set}`}>
      <span class="set-sign">{set.toUpperCase()}</span>
      <span class="difference-track" aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span>
        {shareText(share)}{' '}
        <span class="dim">
          {count.toLocaleString('en-US')} of {size.toLocaleString('en-US')}
        </span>
      </span>
    </p>
  )
}

function keyOf({ facts }: Difference): string {
  return facts.map(({ key, value }) => `${key}=${JSON.stringify(value)}`).join('&')
}
