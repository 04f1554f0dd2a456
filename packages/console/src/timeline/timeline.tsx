import { useEffect, useMemo, useState } from 'preact/hooks'
import { layoutTicks, layoutTimeline, type Tick } from './layout-timeline.ts'
import { TimelineRow } from './timeline-row.tsx'
import type { TraceTree } from './trace-tree.ts'
import { useVisibleWindow } from './use-visible-window.ts'
import { useWidth } from './use-width.ts'

const ROW_PX = 24

type Props = {
  readonly tree: TraceTree
  /** Indexes of the rows that are not hidden by a collapsed one. */
  readonly visible: readonly number[]
  readonly selected: string | undefined
  readonly collapsed: ReadonlySet<string>
  /** The details show too, and may cover the foot of the window. */
  readonly detailsOpen: boolean
  readonly onSelect: (key: string) => void
  readonly onToggle: (key: string) => void
}

/** The waterfall: a tree grid of which only the rows in the window are in the document. */
export function Timeline(props: Props) {
  const { tree, visible, selected } = props
  const [rows, setRows] = useState<HTMLElement | null>(null)
  const [axis, setAxis] = useState<HTMLElement | null>(null)
  const widthPx = useWidth(axis)
  const bars = useMemo(() => layoutTimeline(tree, widthPx), [tree, widthPx])
  const ticks = useMemo(() => layoutTicks(tree, widthPx), [tree, widthPx])
  const painted = useVisibleWindow(rows, visible.length, ROW_PX)
  const position = visible.findIndex((index) => tree.rows[index]?.key === selected)
  useRowInView(rows, position, props.detailsOpen)
  return (
    <table
      class="timeline"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA names table as a base of treegrid
      role="treegrid"
      aria-label="Timeline"
      aria-rowcount={visible.length + 1}
      aria-activedescendant={position < 0 ? undefined : `row-${selected}`}
      tabIndex={0}
    >
      <thead>
        <tr class="timeline-head" aria-rowindex={1}>
          <th class="timeline-name" scope="col">
            Segments and calls
          </th>
          <th class="timeline-axis" scope="col" ref={setAxis}>
            <span class="visually-hidden">Time since the start of the trace</span>
            <TickLabels ticks={ticks} widthPx={widthPx} />
          </th>
        </tr>
      </thead>
      <tbody
        class="timeline-rows"
        ref={setRows}
        style={{
          height: `${visible.length * ROW_PX}px`,
          '--tick': `${ticks[1]?.left ?? widthPx}px`,
        }}
      >
        {visible.slice(painted.first, painted.last).map((index, offset) => {
          const row = tree.rows[index]
          const bar = bars[index]
          if (row === undefined || bar === undefined) return null
          return (
            <TimelineRow
              key={row.key}
              row={row}
              bar={bar}
              top={(painted.first + offset) * ROW_PX}
              position={painted.first + offset + 2}
              descendants={row.end - index - 1}
              selected={row.key === selected}
              collapsed={props.collapsed.has(row.key)}
              onSelect={props.onSelect}
              onToggle={props.onToggle}
            />
          )
        })}
      </tbody>
    </table>
  )
}

function TickLabels({ ticks, widthPx }: { ticks: readonly Tick[]; widthPx: number }) {
  return (
    <span aria-hidden="true">
      {ticks
        .filter((tick) => tick.left + 40 <= widthPx)
        .map((tick) => (
          <span key={tick.label} class="tick" style={{ left: `${tick.left}px` }}>
            {tick.label}
          </span>
        ))}
    </span>
  )
}

/** Height of what sticks to the top, and a row to spare. */
const TOP_PX = 2 * ROW_PX + 12

/** Scrolls the page so that the selected row shows, whenever another is selected or details open. */
function useRowInView(rows: HTMLElement | null, position: number, detailsOpen: boolean): void {
  useEffect(() => {
    if (rows === null || position < 0) return
    const top = rows.getBoundingClientRect().top + position * ROW_PX
    const bottom = innerHeight - (detailsOpen ? bottomSheetPx() : 0) - 2 * ROW_PX
    if (top < TOP_PX) scrollBy(0, top - TOP_PX)
    else if (top > bottom) scrollBy(0, top - bottom)
  }, [rows, position, detailsOpen])
}

/** On narrow screens the details cover the foot of the window. */
function bottomSheetPx(): number {
  const sheet = document.querySelector('.details')
  if (sheet === null || getComputedStyle(sheet).position !== 'fixed') return 0
  return sheet.getBoundingClientRect().height
}
