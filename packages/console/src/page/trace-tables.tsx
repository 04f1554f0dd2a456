import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { TraceFact } from '../answer/trace-facts.ts'
import type { ListedTrace } from '../answer/trace-list.ts'
import { factFilter, factKeyText } from '../fact-filter.ts'
import { countText } from '../number-text.ts'
import { urlParts } from '../request-text.ts'
import { layoutTraceTables, type TraceTable } from '../trace-tables.ts'

type Props = {
  readonly traces: readonly ListedTrace[]
  /** All that were found are among `traces`. */
  readonly isComplete: boolean
  readonly isOpen: boolean
  readonly onToggle: (isOpen: boolean) => void
  /** The same search on the page of analytics. */
  readonly analyticsHref: string
  /** Called with a filter expression for the chosen value. */
  readonly onNarrow: (condition: string) => void
}

/** What the found traces have in common, by outcome, status, URL, user and root cause. */
export function TraceTables(props: Props) {
  const { traces, isComplete, isOpen, onToggle, analyticsHref, onNarrow } = props
  return (
    <section class="trace-tables" aria-label="Found traces by what they have in common">
      <p class="tables-head">
        <button
          type="button"
          class="button small"
          aria-expanded={isOpen}
          onClick={() => onToggle(!isOpen)}
        >
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> By status, URL, user, root cause
        </button>
        <a class="button small" href={analyticsHref}>
          Analyze
        </a>
        {isOpen && (
          <span class="dim">
            {isComplete
              ? `counts of all ${countText(traces.length, 'trace')} found`
              : `counts of the ${countText(traces.length, 'trace')} loaded, older ones exist`}
            ; a click narrows the filter
          </span>
        )}
      </p>
      {isOpen && <Tables traces={traces} onNarrow={onNarrow} />}
    </section>
  )
}

function Tables({ traces, onNarrow }: Pick<Props, 'traces' | 'onNarrow'>) {
  const tables = useMemo(() => layoutTraceTables(traces), [traces])
  return (
    <div class="tables-grid">
      {tables.map((table) => (
        <Table key={table.key} table={table} all={traces.length} onNarrow={onNarrow} />
      ))}
    </div>
  )
}

/** As many rows are shown until more are asked for. */
const FEW_ROWS = 6
const MORE_ROWS = 200

function Table(props: { table: TraceTable; all: number; onNarrow: Props['onNarrow'] }) {
  const { key, rows } = props.table
  const most = useSignal(FEW_ROWS)
  const title = factKeyText(key)
  return (
    <table class="trace-table">
      <caption>{title}</caption>
      <colgroup>
        <col />
        <col class="count" />
        <col class="failed-count" />
      </colgroup>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">Traces</th>
          <th scope="col">Failed</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, most.value).map(({ value, traces, failed }) => (
          <tr key={String(value)}>
            <th scope="row">
              <Value fact={{ key, value }} onNarrow={props.onNarrow} />
              <i class="trace-table-bar" style={{ width: `${(traces / props.all) * 100}%` }} />
            </th>
            <td class="number">{traces.toLocaleString('en-US')}</td>
            <td class={failed > 0 ? 'number failed' : 'number dim'}>
              {failed > 0 ? `${failed.toLocaleString('en-US')} failed` : ''}
            </td>
          </tr>
        ))}
      </tbody>
      {rows.length > most.value && (
        <tfoot>
          <tr>
            <td colSpan={3}>
              <button
                type="button"
                class="button link"
                onClick={() => {
                  most.value += MORE_ROWS
                }}
              >
                {countText(rows.length - most.value, 'more value')}
              </button>
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  )
}

function Value({ fact, onNarrow }: { fact: TraceFact; onNarrow: Props['onNarrow'] }) {
  const filter = factFilter(fact)
  const text = String(fact.value)
  const shown = fact.key === 'http.url' ? <UrlText url={text} /> : text
  if (filter === undefined) {
    return (
      <span class="fact-value" title={text}>
        {shown}
      </span>
    )
  }
  return (
    <button
      type="button"
      class="button link fact-value"
      title={`Adds to the filter: ${filter}`}
      onClick={() => onNarrow(filter)}
    >
      {shown}
    </button>
  )
}

/** What tells addresses of one host apart comes first, since the end is cut where there is no room. */
function UrlText({ url }: { url: string }) {
  const { host, path, query } = urlParts(url)
  return (
    <>
      {path}
      {query} <span class="host">{host}</span>
    </>
  )
}
