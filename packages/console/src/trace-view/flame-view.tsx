import { useMemo, useState } from 'preact/hooks'
import { countText } from '../number-text.ts'
import { useTimePart } from '../timeline/use-time-part.ts'
import { flameOfNodes } from '../trace-rows/flame.ts'
import type { MergedNode } from '../trace-rows/merged-tree.ts'
import type { TimePart } from '../trace-rows/time-part.ts'
import { keyAt } from '../trace-rows/trace-rows.ts'
import { FlameChart } from './flame-chart.tsx'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

/** The rows by time, one beneath the other where they run at once. */
export function FlameView({ picture, client, state, context, row, onState }: ViewProps) {
  const { rows } = picture
  const flame = useAnswer(() => client?.ask('flame'), [client, picture])
  const [part, setPart] = useTimePart(state.part, rows.span, (settled) =>
    onState({ part: settled }),
  )
  if (flame === undefined) return <Waiting />
  return (
    <FlameChart
      flame={flame}
      label={`Flame graph of ${countText(rows.count, 'row')} by time; the waterfall has the same as a table`}
      part={part}
      selectedRow={row}
      hits={context.hits}
      onPart={setPart}
      onRow={(chosen) => onState({ selected: keyAt(rows, chosen), detailsOpen: true })}
    />
  )
}

/** Identical paths merged, the heaviest at the left: where the time goes, whenever it went there. */
export function LeftHeavyView({ picture, client, context, row, onState }: ViewProps) {
  const nodes = useAnswer(() => client?.ask('merged'), [client, picture])
  if (nodes === undefined) return <Waiting />
  return (
    <>
      <p class="view-note">
        Identical paths are one box, as wide as the own time of all that is in it and below it.
      </p>
      <MergedChart
        nodes={nodes}
        weight="own"
        label="Flame graph of merged paths; the statistics have the same as a table"
        hits={context.hits}
        row={row}
        onRow={(chosen) => onState({ selected: keyAt(picture.rows, chosen), detailsOpen: true })}
      />
    </>
  )
}

type MergedProps = {
  readonly nodes: readonly MergedNode[]
  readonly weight: 'own' | 'total'
  readonly label: string
  readonly hits: Uint8Array | undefined
  readonly row: number | undefined
  readonly onRow: (row: number) => void
}

export function MergedChart({ nodes, weight, label, hits, row, onRow }: MergedProps) {
  const flame = useMemo(() => flameOfNodes(nodes, weight), [nodes, weight])
  const [part, setPart] = useState<TimePart | undefined>(undefined)
  return (
    <FlameChart
      flame={flame}
      label={label}
      part={part}
      selectedRow={row}
      hits={hits}
      onPart={setPart}
      onRow={onRow}
    />
  )
}

function Waiting() {
  return (
    <p class="notice" role="status">
      Working it out…
    </p>
  )
}
