import { StatisticsTable } from '../timeline/statistics-table.tsx'
import { keyAt, nameAt, serviceAt } from '../trace-rows/trace-rows.ts'
import { MergedChart } from './flame-view.tsx'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

/** What led to an operation above, what it called below; the table chooses which. */
export function SandwichView(props: ViewProps) {
  const { picture, client, state, context, row, onState } = props
  const { rows } = picture
  const chosen = state.operation ?? operationOf(props)
  const [service = '', name = ''] = chosen.split('\u0000')
  const inputs = [client, picture, service, name]
  const operations = useAnswer(() => client?.ask('statistics'), [client, picture])
  const callers = useAnswer(() => client?.ask('around', service, name, 'callers'), inputs)
  const callees = useAnswer(() => client?.ask('around', service, name, 'callees'), inputs)
  const select = (found: number) => onState({ selected: keyAt(rows, found), detailsOpen: true })
  return (
    <div class="sandwich">
      <h2>
        {name} <span class="dim">of {service}</span>
      </h2>
      <h3>Callers, nearest first</h3>
      {callers !== undefined && (
        <MergedChart
          nodes={callers}
          weight="total"
          label="What led to it"
          hits={context.hits}
          row={row}
          onRow={select}
        />
      )}
      <h3>What it called, by own time</h3>
      {callees !== undefined && (
        <MergedChart
          nodes={callees}
          weight="own"
          label="What it called"
          hits={context.hits}
          row={row}
          onRow={select}
        />
      )}
      {operations !== undefined && (
        <StatisticsTable
          operations={operations}
          span={rows.span}
          caption="Choose another operation"
          onSelect={(other) => onState({ operation: `${other.service}\u0000${other.name}` })}
        />
      )}
    </div>
  )
}

/** That of the selected row, else of the first. */
function operationOf({ picture: { rows }, row = 0 }: ViewProps): string {
  return `${serviceAt(rows, row)}\u0000${nameAt(rows, row)}`
}
