import type { Outcome } from '@fluoroscope/model'
import { OutcomeSign } from '../control/outcome-mark.tsx'
import { countText, durationText, numberText } from '../number-text.ts'
import type { Fold } from '../trace-rows/fold-rows.ts'
import { textAt } from '../trace-rows/string-table.ts'
import { kindAt, nameAt, outcomeAt, serviceAt, type TraceRows } from '../trace-rows/trace-rows.ts'
import { layoutFold, type TimeView } from './layout-timeline.ts'
import { RowSign } from './row-sign.tsx'
import { serviceColor } from './service-color.ts'
import { BarLabel, Caret, Guides } from './timeline-row.tsx'

type Props = {
  readonly rows: TraceRows
  readonly fold: Fold
  readonly line: number
  readonly id: string
  /** Pixels below the top of a list that is not too high; `--shift` says by how much it is off. */
  readonly top: number
  readonly level: number
  readonly view: TimeView
  readonly position: number
  readonly selected: boolean
  readonly open: boolean
  readonly onSelect: (line: number) => void
  readonly onToggle: (line: number) => void
}

/** Many similar rows as one: how many, how long they took, and when they ran. */
export function FoldLine(props: Props) {
  const { rows, fold, line, view, open } = props
  const first = fold.members[0] ?? 0
  const color = serviceColor(serviceAt(rows, first))
  const bar = layoutFold(rows, fold, view)
  return (
    <tr
      id={props.id}
      class={`timeline-row fold ${worstOf(rows, fold)}`}
      style={{ top: `calc(${props.top}px + var(--shift))` }}
      aria-rowindex={props.position}
      aria-level={props.level + 1}
      aria-selected={props.selected}
      aria-expanded={open}
      onClick={() => props.onSelect(line)}
    >
      <td class="timeline-name">
        <Guides level={props.level} />
        <Caret collapsed={!open} onToggle={() => props.onToggle(line)} />
        <span class="service-swatch" style={{ background: color }} />
        <RowSign kind={kindAt(rows, first)} />
        <OutcomeSign outcome={worstOf(rows, fold)} />
        <span class="fold-count">×{numberText(fold.members.length)}</span>
        <span class="timeline-title" title={nameAt(rows, first)}>
          {nameAt(rows, first)}
        </span>
        <FoldTags rows={rows} fold={fold} />
        <DurationChart fold={fold} rows={rows} />
        <span class="timeline-text">{textAt(rows.strings, rows.text[first] ?? 0)}</span>
      </td>
      <td class="timeline-bar-cell">
        {bar.width > 0 && (
          <svg
            class="fold-bar"
            style={{ left: `${bar.left}px`, width: `${bar.width}px`, '--service': color }}
            viewBox={`0 0 ${fold.busy.length} 1`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <path d={busyPath(fold.busy)} />
          </svg>
        )}
        <BarLabel bar={bar} />
      </td>
    </tr>
  )
}

function FoldTags({ rows, fold }: { rows: TraceRows; fold: Fold }) {
  if (fold.kind === 'retries') {
    return <span class="tag warning">{countText(fold.members.length, 'attempt')}</span>
  }
  const isCall = kindAt(rows, fold.members[0] ?? 0) !== 'local'
  return (
    <>
      {fold.failures > 0 && <span class="tag warning">{numberText(fold.failures)} failed</span>}
      {isCall && fold.oneByOne && (
        <span class="tag" title="The same call again and again, one after the other">
          N+1?
        </span>
      )}
    </>
  )
}

const CHART = { width: 40, height: 14 }

/** How many took how long, the shortest at the left. */
function DurationChart({ rows, fold }: { rows: TraceRows; fold: Fold }) {
  const most = Math.max(...fold.durations)
  const width = CHART.width / fold.durations.length
  const durations = Array.from(fold.members, (row) => rows.duration[row] ?? Number.NaN)
  const [least, longest] = ends(durations)
  const title = `Each took ${durationText(least)} to ${durationText(longest)}`
  return (
    <svg class="fold-chart" viewBox={`0 0 ${CHART.width} ${CHART.height}`} role="img">
      <title>{title}</title>
      {Array.from(fold.durations, (count, index) => {
        const height = count === 0 ? 0 : Math.max(1.5, (count / most) * CHART.height)
        return (
          <rect
            key={index}
            x={index * width}
            y={CHART.height - height}
            width={width - 0.6}
            height={height}
          />
        )
      })}
    </svg>
  )
}

function ends(durations: readonly number[]): readonly [number, number] {
  let [least, longest] = [Number.POSITIVE_INFINITY, 0]
  for (const duration of durations) {
    if (duration < least) least = duration
    if (duration > longest) longest = duration
  }
  return [Number.isFinite(least) ? least : 0, longest]
}

/** An area as high as the share of the time in which some member ran. */
function busyPath(busy: Float32Array): string {
  const steps = Array.from(
    busy,
    (share, index) => `L${index} ${1 - share}L${index + 1} ${1 - share}`,
  )
  return `M0 1${steps.join('')}L${busy.length} 1Z`
}

function worstOf(rows: TraceRows, { members, worst }: Fold): Outcome {
  const row = members.find((member) => ((rows.flags[member] ?? 0) & 3) === worst)
  return row === undefined ? 'ok' : outcomeAt(rows, row)
}
