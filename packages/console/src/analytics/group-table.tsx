import type { AnalyticsState } from '../analytics-state.ts'
import { ANNOTATION_PREFIX } from '../answer/trace-facts.ts'
import { factKeyText } from '../fact-filter.ts'
import { countText, durationText, shareText } from '../number-text.ts'
import type { AnalyticsView } from './analytics-view.ts'
import { pointsText } from './difference-text.ts'
import type { GroupKey, GroupRow } from './group-facts.ts'
import type { SetCondition } from './set-condition.ts'

type Props = {
  readonly state: AnalyticsState
  readonly view: AnalyticsView
  readonly onKey: (key: string) => void
  readonly onNarrow: (condition: SetCondition) => void
}

/** The traces of both sets by the values of one key; a value narrows the active set to it. */
export function GroupTable({ state, view, onKey, onNarrow }: Props) {
  const { rows, by, rowsLeft } = view
  const isRest = state.b === undefined
  return (
    <section class="group-card" aria-labelledby="group-title">
      <header class="card-head">
        <h2 id="group-title">Traces by</h2>
        <KeyChoice keys={view.keys} by={state.by} onKey={onKey} />
      </header>
      <div class="group-scroll">
        <table class="group-table">
          <thead>
            <tr>
              <th scope="col">{factKeyText(by)}</th>
              <th scope="col" class="number">
                Set A
              </th>
              <th scope="col" class="number">
                {isRest ? 'Others' : 'Set B'}
              </th>
              <th scope="col" class="number" title="Share of set A less share of the other">
                Δ share
              </th>
              <th scope="col" class="number">
                A failed
              </th>
              <th scope="col" class="number">
                A median
              </th>
              <th scope="col" class="number">
                A p95
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={JSON.stringify(row.value ?? null)}
                row={row}
                view={view}
                onNarrow={onNarrow}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rowsLeft > 0 && (
        <p class="card-note">{countText(rowsLeft, 'more value')} with fewer traces not shown</p>
      )}
    </section>
  )
}

/** Keys in the order people ask for them, then annotations. */
const FIRST_KEYS = [
  'http.status',
  'http.url',
  'http.method',
  'user',
  'outcome',
  'service',
  'entry',
  'cause.responsetime',
  'cause.fault',
  'cause.error',
  'exception',
]

function KeyChoice(props: { keys: readonly GroupKey[]; by: string; onKey: (key: string) => void }) {
  const { by } = props
  const keys = props.keys.some(({ key }) => key === by)
    ? props.keys
    : [...props.keys, { key: by, values: 0 }]
  const rank = (key: string) => {
    const index = FIRST_KEYS.indexOf(key)
    return index === -1 ? FIRST_KEYS.length : index
  }
  const sorted = [...keys].sort(
    (left, right) => rank(left.key) - rank(right.key) || left.key.localeCompare(right.key, 'en'),
  )
  const isAnnotation = ({ key }: GroupKey) => key.startsWith(ANNOTATION_PREFIX)
  return (
    <select
      class="field"
      aria-label="Group by"
      value={by}
      onChange={(event) => props.onKey((event.currentTarget as HTMLSelectElement).value)}
    >
      <optgroup label="Requests and services">
        {sorted.filter((key) => !isAnnotation(key)).map(keyOption)}
      </optgroup>
      <optgroup label="Annotations">{sorted.filter(isAnnotation).map(keyOption)}</optgroup>
    </select>
  )
}

function keyOption({ key, values }: GroupKey) {
  return (
    <option key={key} value={key}>
      {factKeyText(key)} ({countText(values, 'value')})
    </option>
  )
}

type RowProps = Pick<Props, 'view' | 'onNarrow'> & { readonly row: GroupRow }

function Row({ row, view, onNarrow }: RowProps) {
  const { value, countA, countB, failedA } = row
  const shareA = view.a.size === 0 ? 0 : countA / view.a.size
  const shareB = view.b.size === 0 ? 0 : countB / view.b.size
  return (
    <tr>
      <th scope="row">
        {value === undefined ? (
          <span class="dim">none</span>
        ) : (
          <button
            type="button"
            class="button link fact-value"
            title={`Narrow to ${value}`}
            onClick={() => onNarrow({ kind: 'fact', key: view.by, value, isNegated: false })}
          >
            {String(value)}
          </button>
        )}
        <span class="share-bars" aria-hidden="true">
          <i class="set-a" style={{ width: `${shareA * 100}%` }} />
          <i class="set-b" style={{ width: `${shareB * 100}%` }} />
        </span>
      </th>
      <td class="number">{countA.toLocaleString('en-US')}</td>
      <td class="number">{countB.toLocaleString('en-US')}</td>
      <td class="number">
        {view.a.size === 0 || view.b.size === 0 ? '–' : pointsText(shareA - shareB)}
      </td>
      <td class={failedA > 0 ? 'number failed' : 'number'}>
        {countA === 0 ? '–' : shareText(failedA / countA)}
      </td>
      <td class="number">{secondsText(row.medianA)}</td>
      <td class="number">{secondsText(row.p95A)}</td>
    </tr>
  )
}

function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : durationText(seconds * 1e9)
}
