import { useSignal } from '@preact/signals'
import { ServiceChip } from '../control/service-chip.tsx'
import { durationText, numberText, shareText } from '../number-text.ts'
import type { OperationStatistics } from '../trace-rows/statistics.ts'

type Props = {
  readonly operations: readonly OperationStatistics[]
  /** Nanoseconds that shares are of. */
  readonly span: number
  readonly caption: string
  readonly onSelect: (operation: OperationStatistics) => void
}

type Column = {
  readonly title: string
  readonly hint: string
  readonly value: (operation: OperationStatistics) => number
  readonly text: (value: number) => string
}

const COLUMNS: readonly Column[] = [
  { title: 'Count', hint: 'Rows', value: ({ count }) => count, text: numberText },
  {
    title: 'Failed',
    hint: 'Of these',
    value: ({ failures }) => failures,
    text: (count) => (count === 0 ? '–' : numberText(count)),
  },
  {
    title: 'Own time',
    hint: 'In which no child ran, of all together',
    value: ({ own }) => own,
    text: durationText,
  },
  {
    title: 'Critical',
    hint: 'On the critical path',
    value: ({ critical }) => critical,
    text: durationText,
  },
  { title: 'Total', hint: 'Of all together', value: ({ total }) => total, text: durationText },
  {
    title: 'Mean',
    hint: 'Total by count',
    value: ({ total, count }) => total / count,
    text: durationText,
  },
  {
    title: 'Least',
    hint: 'The shortest',
    value: ({ least }) => (Number.isFinite(least) ? least : 0),
    text: durationText,
  },
  { title: 'Most', hint: 'The longest', value: ({ most }) => most, text: durationText },
]

/** So many lines are in the document; all are counted, and more are shown when asked for. */
const PAGE = 200

/** What ran, by service and operation, sorted by any column. */
export function StatisticsTable({ operations, span, caption, onSelect }: Props) {
  const sort = useSignal({ column: 2, descending: true })
  const shown = useSignal(PAGE)
  const { column, descending } = sort.value
  const value = COLUMNS[column]?.value ?? (() => 0)
  const sign = descending ? -1 : 1
  const sorted = operations.toSorted((left, right) => sign * (value(left) - value(right)))
  return (
    <div class="table-box">
      <table class="statistics">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Operation</th>
            {COLUMNS.map(({ title, hint }, index) => (
              <th
                key={title}
                scope="col"
                class="number"
                title={hint}
                aria-sort={index === column ? (descending ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  class="sort"
                  onClick={() => {
                    sort.value = {
                      column: index,
                      descending: index === column ? !descending : true,
                    }
                  }}
                >
                  {title}
                  <span aria-hidden="true">
                    {index === column ? (descending ? ' ↓' : ' ↑') : ''}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, shown.value).map((operation) => (
            <tr key={`${operation.service}\u0000${operation.name}`}>
              <td>
                <ServiceChip name={operation.service} />
              </td>
              <td>
                <button type="button" class="button link" onClick={() => onSelect(operation)}>
                  {operation.name}
                </button>
              </td>
              {COLUMNS.map((each) => (
                <td key={each.title} class="number">
                  {each.text(each.value(operation))}
                  {each.title === 'Own time' && span > 0 && (
                    <span
                      class="share-bar"
                      title={`${shareText(operation.own / span)} of the time`}
                    >
                      <span style={{ width: `${Math.min(100, (operation.own / span) * 100)}%` }} />
                    </span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {operations.length > shown.value && (
        <button
          type="button"
          class="button"
          onClick={() => {
            shown.value += PAGE
          }}
        >
          {numberText(operations.length - shown.value)} more
        </button>
      )}
    </div>
  )
}
