import type { Outcome, RequestStatistics } from '@fluoroscope/model'
import { useSignal } from '@preact/signals'
import { type MapNode, totalOf } from '../answer/service-graph.ts'
import { OutcomeSign } from '../control/outcome-mark.tsx'
import type { MapState } from '../map-state.ts'
import { durationText } from '../number-text.ts'
import { printUrl } from '../url-state.ts'
import { quantile } from './layout-histogram.ts'
import { failureShare, meanNanos, NOTED_SHARE, worstOf } from './map-scale.ts'
import { fullName, KIND_WORDS, kindOf, nodeLabel, typeText } from './node-kind.ts'
import { percentText, rateText } from './rate-text.ts'

type Column = {
  readonly name: string
  readonly isNumber: boolean
  readonly read: (node: MapNode) => string | number
}

const COLUMNS: readonly Column[] = [
  { name: 'Service', isNumber: false, read: nodeLabel },
  { name: 'Kind', isNumber: false, read: (node) => KIND_WORDS[kindOf(node)] },
  { name: 'Requests', isNumber: true, read: ({ statistics }) => totalOf(statistics) },
  { name: 'Failed', isNumber: true, read: ({ statistics }) => failureShare(statistics) },
  { name: 'Faults', isNumber: true, read: ({ statistics }) => statistics.fault },
  { name: 'Errors', isNumber: true, read: ({ statistics }) => statistics.error },
  { name: 'Throttled', isNumber: true, read: ({ statistics }) => statistics.throttle },
  { name: 'Mean', isNumber: true, read: ({ statistics }) => meanNanos(statistics) ?? -1 },
  { name: 'p95', isNumber: true, read: (node) => quantile(node.responseTimes, 0.95) ?? -1 },
]

type Sort = { readonly column: number; readonly isDescending: boolean }

type Props = {
  readonly nodes: readonly MapNode[]
  readonly state: MapState
  readonly minutes: number
}

/** The map's services as a table: the same numbers, to sort. */
export function MapTable({ nodes, state, minutes }: Props) {
  const sort = useSignal<Sort>({ column: 2, isDescending: true })
  return (
    <div class="map-table-scroll">
      <table class="trace-list map-table">
        <caption class="visually-hidden">Services of the map</caption>
        <thead>
          <tr>
            {COLUMNS.map((column, index) => (
              <Heading
                key={column.name}
                column={column}
                sort={sort.value.column === index ? sort.value : undefined}
                onSort={() => {
                  sort.value = nextSort(sort.value, index)
                }}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(nodes, sort.value).map((node) => (
            <Row key={node.id} node={node} state={state} minutes={minutes} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heading(props: { column: Column; sort: Sort | undefined; onSort: () => void }) {
  const { column, sort, onSort } = props
  const order = sort === undefined ? 'none' : sort.isDescending ? 'descending' : 'ascending'
  return (
    <th scope="col" class={column.isNumber ? 'number' : ''} aria-sort={order}>
      <button type="button" class="sort-button" onClick={onSort}>
        {column.name}
        <span aria-hidden="true">
          {order === 'none' ? '' : order === 'ascending' ? ' ▲' : ' ▼'}
        </span>
      </button>
    </th>
  )
}

function Row({ node, state, minutes }: { node: MapNode } & Omit<Props, 'nodes'>) {
  const { statistics } = node
  const failures = failureShare(statistics)
  const worst = worstOf(statistics)
  const mean = meanNanos(statistics)
  const p95 = quantile(node.responseTimes, 0.95)
  return (
    <tr class={node.id === state.selected ? 'selected' : ''}>
      <th scope="row">
        <a
          class="row-link"
          title={fullName(node)}
          href={printUrl({ ...state, selected: node.id, depth: 0, response: undefined })}
        >
          {nodeLabel(node)}
        </a>
      </th>
      <td>
        {KIND_WORDS[kindOf(node)]} <span class="dim">{typeText(node.key.type)}</span>
      </td>
      <td class="number">
        {totalOf(statistics).toLocaleString('en-US')}{' '}
        <span class="dim">{rateText(totalOf(statistics) / minutes)}</span>
      </td>
      <td class="number">
        {worst !== undefined && failures >= NOTED_SHARE && <OutcomeSign outcome={worst} />}{' '}
        {percentText(failures)}
      </td>
      <Count statistics={statistics} outcome="fault" />
      <Count statistics={statistics} outcome="error" />
      <Count statistics={statistics} outcome="throttle" />
      <td class="number">{mean === undefined ? '–' : durationText(mean)}</td>
      <td class="number">{p95 === undefined ? '–' : durationText(p95 * 1e9)}</td>
    </tr>
  )
}

function Count({ statistics, outcome }: { statistics: RequestStatistics; outcome: Outcome }) {
  return <td class="number">{statistics[outcome].toLocaleString('en-US')}</td>
}

/** Numbers begin with the largest, names with the first. */
function nextSort(sort: Sort, column: number): Sort {
  if (sort.column === column) return { column, isDescending: !sort.isDescending }
  return { column, isDescending: COLUMNS[column]?.isNumber === true }
}

function sorted(nodes: readonly MapNode[], { column, isDescending }: Sort): readonly MapNode[] {
  const read = COLUMNS[column]?.read ?? (({ id }: MapNode) => id)
  const sign = isDescending ? -1 : 1
  return [...nodes].sort((a, b) => sign * compare(read(a), read(b)) || (a.id < b.id ? -1 : 1))
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en')
}
