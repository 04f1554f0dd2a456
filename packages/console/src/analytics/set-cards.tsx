import type { AnalyticsState } from '../analytics-state.ts'
import { adjust, navigate } from '../navigation.ts'
import { countText, durationText, shareText } from '../number-text.ts'
import { printUrl, tracesState } from '../url-state.ts'
import type { AnalyticsView } from './analytics-view.ts'
import type { SetNumbers } from './group-facts.ts'
import { printCondition, type SetCondition, withoutCondition } from './set-condition.ts'
import { conditionText, setSearch } from './set-filter.ts'

type Props = { readonly state: AnalyticsState; readonly view: AnalyticsView }

/** The two sets that are compared: what they are narrowed to, their size and their numbers. */
export function SetCards({ state, view }: Props) {
  const { a, b } = state
  return (
    <div class="set-cards">
      <SetCard set="a" state={state} conditions={a} numbers={view.a} all={view.all.size}>
        <SetActions state={state} conditions={a} />
        {a.length > 0 && (
          <button type="button" class="button small" onClick={() => navigate({ ...state, a: [] })}>
            Clear
          </button>
        )}
      </SetCard>
      <SetCard set="b" state={state} conditions={b} numbers={view.b} all={view.all.size}>
        {b === undefined ? (
          <button
            type="button"
            class="button small"
            onClick={() => navigate({ ...state, b: a, active: 'b' })}
          >
            Compare with a set of its own
          </button>
        ) : (
          <>
            <SetActions state={state} conditions={b} />
            <button
              type="button"
              class="button small"
              onClick={() => navigate({ ...state, b: undefined, active: 'a' })}
            >
              Remove set B
            </button>
          </>
        )}
      </SetCard>
    </div>
  )
}

type CardProps = {
  readonly set: 'a' | 'b'
  readonly state: AnalyticsState
  /** Undefined: all that is not in the other set. */
  readonly conditions: readonly SetCondition[] | undefined
  readonly numbers: SetNumbers
  readonly all: number
  readonly children: preact.ComponentChildren
}

function SetCard({ set, state, conditions, numbers, all, children }: CardProps) {
  const isActive = state.active === set
  return (
    <section class={`set-card set-${set}`} aria-label={`Set ${set.toUpperCase()}`}>
      <header>
        <span class="set-sign" aria-hidden="true">
          {set.toUpperCase()}
        </span>
        <h2>{titleOf(set, conditions)}</h2>
        {state.b !== undefined && (
          <label class="set-choice">
            <input
              type="radio"
              name="active-set"
              checked={isActive}
              onChange={() => adjust({ ...state, active: set })}
            />
            narrow this one
          </label>
        )}
      </header>
      <p class="set-numbers">
        <strong>{countText(numbers.size, 'trace')}</strong>
        <span>{shareText(all === 0 ? 0 : numbers.size / all)} of all</span>
        <span>{shareText(numbers.size === 0 ? 0 : numbers.failed / numbers.size)} failed</span>
        <span>median {secondsText(numbers.median)}</span>
        <span>p95 {secondsText(numbers.p95)}</span>
      </p>
      <div class="set-conditions">
        {(conditions ?? []).map((condition) => (
          <Chip key={printCondition(condition)} set={set} state={state} condition={condition} />
        ))}
        <span class="set-actions">{children}</span>
      </div>
    </section>
  )
}

function titleOf(set: 'a' | 'b', conditions: readonly SetCondition[] | undefined): string {
  if (conditions === undefined) return 'All other traces'
  if (conditions.length === 0) return 'All retrieved traces'
  return `Set ${set.toUpperCase()}`
}

function Chip(props: { set: 'a' | 'b'; state: AnalyticsState; condition: SetCondition }) {
  const { set, state, condition } = props
  const text = conditionText(condition)
  return (
    <span class="set-chip">
      <span title={text}>{text}</span>
      <button
        type="button"
        aria-label={`Remove ${text}`}
        onClick={() => navigate({ ...state, [set]: withoutCondition(state[set] ?? [], condition) })}
      >
        ✕
      </button>
    </span>
  )
}

/** The set as a search, and as what is retrieved from now on. */
function SetActions(props: { state: AnalyticsState; conditions: readonly SetCondition[] }) {
  const { state, conditions } = props
  const search = setSearch(state.filter, state.time, conditions)
  if (search === undefined) return null
  return (
    <>
      <a class="button small" href={printUrl(tracesState(search.filter, search.time))}>
        View traces
      </a>
      {conditions.length > 0 && (
        <a
          class="button small"
          title="Retrieves these traces alone, to go on from there"
          href={printUrl({ ...state, ...search, a: [], b: undefined, active: 'a' })}
        >
          Refine
        </a>
      )}
    </>
  )
}

function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : durationText(seconds * 1e9)
}
