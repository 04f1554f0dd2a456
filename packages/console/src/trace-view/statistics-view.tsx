import { StatisticsTable } from '../timeline/statistics-table.tsx'
import { keyAt } from '../trace-rows/trace-rows.ts'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

/** Every operation of the trace, or of the part of its time that is seen, in figures. */
export function StatisticsView({ picture, client, state, onState }: ViewProps) {
  const { rows } = picture
  const { part } = state
  const operations = useAnswer(
    () => client?.ask('statistics', part),
    [client, picture, part?.from, part?.to],
  )
  if (operations === undefined) return null
  return (
    <StatisticsTable
      operations={operations}
      span={part === undefined ? rows.span : part.to - part.from}
      caption={
        part === undefined
          ? 'All rows of the trace by service and operation'
          : 'Rows in the part of the time that is seen, as long as they ran there'
      }
      onSelect={({ longest }) => onState({ selected: keyAt(rows, longest), detailsOpen: true })}
    />
  )
}
