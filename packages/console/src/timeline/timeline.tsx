import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { CriticalPath } from '../trace-rows/critical-path.ts'
import { foldAt } from '../trace-rows/fold-rows.ts'
import { foldOfLine, isCollapsed } from '../trace-rows/shown-rows.ts'
import type { TimePart } from '../trace-rows/time-part.ts'
import type { TraceRows } from '../trace-rows/trace-rows.ts'
import { FoldLine } from './fold-line.tsx'
import { layoutTicks, leftOf, type Tick, type TimeView } from './layout-timeline.ts'
import { type PeerRank, type Peers, rankOf } from './peers.ts'
import { levelOf } from './timeline-keys.ts'
import { TimelineRow } from './timeline-row.tsx'
import { keyOfLine, type TraceLines } from './trace-lines.ts'
import { useTimeDrag } from './use-time-drag.ts'
import {
  listHeight,
  scrolledTo,
  useVisibleWindow,
  type VisibleWindow,
} from './use-visible-window.ts'
import { useWidth } from './use-width.ts'

const ROW_PX = 24
const HEAD_PX = 28

type Props = {
  readonly lines: TraceLines
  readonly critical: CriticalPath | undefined
  /** Rows that a search found; undefined where none is made. */
  readonly hits: Uint8Array | undefined
  readonly peers: Peers | undefined
  readonly part: TimePart
  readonly area: TimePart | undefined
  /** Place of the selected line among those that show; -1 for none. */
  readonly position: number
  /** The details show too, and may cover the foot of the window. */
  readonly detailsOpen: boolean
  readonly onSelect: (line: number) => void
  readonly onToggle: (line: number) => void
  readonly onPart: (part: TimePart) => void
  readonly onArea: (area: TimePart | undefined) => void
}

/** The waterfall: a tree grid of which only the rows in the window are in the document. */
export function Timeline(props: Props) {
  const { lines, part, area, position } = props
  const { shown } = lines
  const [rows, setRows] = useState<HTMLElement | null>(null)
  const [axis, setAxis] = useState<HTMLElement | null>(null)
  const widthPx = useWidth(axis)
  const view = useMemo<TimeView>(() => ({ part, widthPx }), [part, widthPx])
  const ticks = useMemo(() => layoutTicks(view), [view])
  const ranks = useMemo(() => new Map<number, PeerRank | undefined>(), [lines.rows, props.peers])
  const painted = useVisibleWindow(rows, shown.lines.length, ROW_PX)
  const crosshair = useRef<HTMLSpanElement>(null)
  useTimeDrag({
    rows,
    axis,
    crosshair,
    view,
    span: lines.rows.span,
    onPart: props.onPart,
    onArea: props.onArea,
  })
  useRowInView(rows, lines, position, props.detailsOpen)
  const selected = shown.lines[position]
  return (
    <div class="timeline-box">
      <TickLines ticks={ticks} painted={painted} />
      <table
        class="timeline"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA names table as a base of treegrid
        role="treegrid"
        aria-label="Timeline"
        aria-rowcount={shown.lines.length + 1}
        aria-activedescendant={selected === undefined ? undefined : lineId(lines, selected)}
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
              {area !== undefined && <AreaMark area={area} view={view} />}
              <span class="crosshair" ref={crosshair} hidden>
                <span />
              </span>
            </th>
          </tr>
        </thead>
        <tbody
          class="timeline-rows"
          ref={setRows}
          style={{
            height: `${listHeight(shown.lines.length, ROW_PX)}px`,
            '--shift': `${painted.top - painted.first * ROW_PX}px`,
          }}
        >
          {Array.from(shown.lines.subarray(painted.first, painted.last), (line, offset) => (
            <Line
              key={line}
              {...props}
              line={line}
              at={painted.first + offset}
              view={view}
              ranks={ranks}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type LineProps = Props & {
  readonly line: number
  readonly at: number
  readonly view: TimeView
  readonly ranks: Map<number, PeerRank | undefined>
}

function Line({ line, at, ranks, ...props }: LineProps) {
  const { lines, critical, hits, peers, position } = props
  const { rows, folds, filter } = lines
  const shared = {
    rows,
    id: lineId(lines, line),
    top: at * ROW_PX,
    level: levelOf(lines, at),
    view: props.view,
    position: at + 2,
    selected: at === position,
    onSelect: props.onSelect,
    onToggle: props.onToggle,
  }
  const number = foldOfLine(line)
  const fold = foldAt(rows, folds, number)
  if (fold !== undefined && number !== undefined) {
    return <FoldLine {...shared} fold={fold} line={line} open={filter.unfolded.has(number)} />
  }
  return (
    <TimelineRow
      {...shared}
      critical={critical}
      row={line}
      collapsed={isCollapsed(rows, filter, line)}
      found={hits === undefined ? undefined : hits[line] === 1}
      rank={peers === undefined ? undefined : knownRank(ranks, rows, line, peers)}
    />
  )
}

/** The rank of a row, worked out once: a row that gets the same again is not painted again. */
function knownRank(
  ranks: Map<number, PeerRank | undefined>,
  rows: TraceRows,
  row: number,
  peers: Peers,
): PeerRank | undefined {
  if (!ranks.has(row)) ranks.set(row, rankOf(rows, row, peers))
  return ranks.get(row)
}

function lineId(lines: TraceLines, line: number): string {
  return `row-${keyOfLine(lines, line)}`
}

function AreaMark({ area, view }: { area: TimePart; view: TimeView }) {
  const [left, right] = [leftOf(view, area.from), leftOf(view, area.to)]
  return <span class="area-mark" style={{ left: `${left}px`, width: `${right - left}px` }} />
}

type TickLinesProps = { readonly ticks: readonly Tick[]; readonly painted: VisibleWindow }

/** The lines behind the bars: a few for all painted rows, so that little is painted anew while they move. */
function TickLines({ ticks, painted: { first, last, top } }: TickLinesProps) {
  const place = { top: `${HEAD_PX + top}px`, height: `${(last - first) * ROW_PX}px` }
  return (
    <div class="tick-lines" style={place} aria-hidden="true">
      <div class="timeline-bar-cell">
        {ticks.map(({ left }, index) => (
          <span key={index} class="tick-line" style={{ left: `${left}px` }} />
        ))}
      </div>
    </div>
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
const TOP_PX = 4 * ROW_PX + 12

/**
 * Scrolls the page so that the selected row shows, whenever another is selected or details open. What
 * arrives above it moves the page along, so that the row stays where it is.
 */
function useRowInView(
  element: HTMLElement | null,
  { rows, shown }: TraceLines,
  position: number,
  detailsOpen: boolean,
): void {
  const before = useRef({ rows, position })
  const count = shown.lines.length
  useEffect(() => {
    const { rows: rowsBefore, position: positionBefore } = before.current
    before.current = { rows, position }
    if (element === null || position < 0) return
    if (rowsBefore !== rows && positionBefore >= 0) {
      scrollBy(0, (position - positionBefore) * ROW_PX)
      return
    }
    const top =
      element.getBoundingClientRect().top + scrolledTo(count, ROW_PX, position, innerHeight)
    const bottom = innerHeight - (detailsOpen ? bottomSheetPx() : 0) - 2 * ROW_PX
    if (top < TOP_PX) scrollBy(0, top - TOP_PX)
    else if (top > bottom) scrollBy(0, top - bottom)
  }, [element, rows, position, detailsOpen])
}

/** On narrow screens the details cover the foot of the window. */
function bottomSheetPx(): number {
  const sheet = document.querySelector('.details')
  if (sheet === null || getComputedStyle(sheet).position !== 'fixed') return 0
  return sheet.getBoundingClientRect().height
}
