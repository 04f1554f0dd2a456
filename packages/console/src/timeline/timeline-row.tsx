import { OutcomeSign } from '../control/outcome-mark.tsx'
import { memo } from '../memo.ts'
import type { CriticalPath } from '../trace-rows/critical-path.ts'
import { textAt } from '../trace-rows/string-table.ts'
import {
  FLAG,
  isFlagged,
  kindAt,
  nameAt,
  outcomeAt,
  serviceAt,
  type TraceRows,
} from '../trace-rows/trace-rows.ts'
import type { Bar, TimeView } from './layout-timeline.ts'
import { layoutBar, layoutCritical } from './layout-timeline.ts'
import { PeerBadge } from './peer-badge.tsx'
import type { PeerRank } from './peers.ts'
import { RowSign } from './row-sign.tsx'
import { serviceColor } from './service-color.ts'

const INDENT_PX = 14
/** Deeper rows are not moved further right: their level is still told to those who hear the page. */
const MAX_INDENT = 16

type Props = {
  readonly rows: TraceRows
  /** Undefined where the critical path is hidden. */
  readonly critical: CriticalPath | undefined
  readonly row: number
  /** Names the line in the document. */
  readonly id: string
  /** Pixels below the top of a list that is not too high; `--shift` says by how much it is off. */
  readonly top: number
  readonly level: number
  readonly view: TimeView
  /** Place in the grid, the head being 1. */
  readonly position: number
  readonly selected: boolean
  readonly collapsed: boolean
  /** Found by a search; undefined where none is made. */
  readonly found: boolean | undefined
  readonly rank: PeerRank | undefined
  readonly onSelect: (line: number) => void
  readonly onToggle: (line: number) => void
}

/** One row of the timeline: name and place in the tree at the left, its bar at the right. */
export const TimelineRow = memo((props: Props) => {
  const { rows, row, level, found } = props
  const kind = isFlagged(rows, row, FLAG.segment) ? 'segment' : 'subsegment'
  const hasChildren = (rows.end[row] ?? 0) > row + 1
  return (
    <tr
      id={props.id}
      class={`timeline-row ${outcomeAt(rows, row)} ${kind} ${foundClass(found)}`}
      style={{ top: `calc(${props.top}px + var(--shift))` }}
      aria-rowindex={props.position}
      aria-level={level + 1}
      aria-selected={props.selected}
      aria-expanded={hasChildren ? !props.collapsed : undefined}
      onClick={() => props.onSelect(row)}
    >
      <NameCell
        rows={rows}
        row={row}
        level={level}
        collapsed={props.collapsed}
        rank={props.rank}
        onToggle={props.onToggle}
      />
      <BarCell rows={rows} row={row} view={props.view} critical={props.critical} />
    </tr>
  )
})

/** How a row looks while a search is made. */
function foundClass(found: boolean | undefined): string {
  return found === undefined ? '' : found ? 'found' : 'not-found'
}

/** Rendered anew while the time is panned; nothing else of a row is. */
const BarCell = memo(
  ({ rows, row, view, critical }: Pick<Props, 'rows' | 'row' | 'view' | 'critical'>) => {
    const bar = layoutBar(rows, row, view)
    const path = critical === undefined ? [] : layoutCritical(critical, row, view)
    return (
      <td class="timeline-bar-cell">
        <BarMark bar={bar} color={serviceColor(serviceAt(rows, row))} />
        {path.map(({ left, width }, index) => (
          <span
            key={index}
            class="critical-part"
            style={{ left: `${left}px`, width: `${width}px` }}
          />
        ))}
        <BarLabel bar={bar} />
      </td>
    )
  },
)

/** The bar, or a sign that it lies beside what is seen. */
function BarMark({ bar, color }: { bar: Bar; color: string }) {
  if (bar.look === 'before' || bar.look === 'after') {
    return (
      <span class={`bar-outside ${bar.look}`} title={`Lies ${bar.look} what is seen`}>
        {bar.look === 'before' ? '‹' : '›'}
      </span>
    )
  }
  const place = { left: `${bar.left}px`, width: `${bar.width}px`, '--service': color }
  return <span class={`timeline-bar ${bar.look}`} style={place} />
}

export function BarLabel({ bar }: { bar: Bar }) {
  return (
    <span class={`timeline-label ${bar.labelSide}`} style={labelPlace(bar)}>
      {bar.label}
    </span>
  )
}

type NameProps = Pick<Props, 'rows' | 'row' | 'level' | 'collapsed' | 'rank' | 'onToggle'>

const NameCell = memo(({ rows, row, level, collapsed, rank, onToggle }: NameProps) => {
  const color = serviceColor(serviceAt(rows, row))
  const descendants = (rows.end[row] ?? 0) - row - 1
  const name = nameAt(rows, row)
  return (
    <td class="timeline-name">
      <Guides level={level} />
      {descendants === 0 ? (
        <span class="caret" />
      ) : (
        <Caret collapsed={collapsed} onToggle={() => onToggle(row)} />
      )}
      <span class="service-swatch" style={{ background: color }} />
      <RowSign kind={kindAt(rows, row)} />
      <OutcomeSign outcome={outcomeAt(rows, row)} />
      <span class="timeline-title" title={name}>
        {name}
      </span>
      {rank !== undefined && <PeerBadge rank={rank} />}
      {collapsed && descendants > 0 && <span class="tag">+{descendants}</span>}
      {isFlagged(rows, row, FLAG.parentMissing) && (
        <span class="tag warning" title="The segment that it names as its parent has not arrived">
          parent missing
        </span>
      )}
      {isFlagged(rows, row, FLAG.inferred) && (
        <span
          class="tag inferred"
          title="Made from the caller's view: this service sent nothing itself"
        >
          inferred
        </span>
      )}
      <span class="timeline-text">{textAt(rows.strings, rows.text[row] ?? 0)}</span>
    </td>
  )
})

export function Guides({ level }: { level: number }) {
  const indent = Math.min(level, MAX_INDENT) * INDENT_PX
  return <span class="guides" style={{ width: `${indent}px` }} />
}

/** Shows or hides what is below; the keyboard has arrows for it. */
export function Caret({ collapsed, onToggle }: { collapsed: boolean; onToggle: () => void }) {
  return (
    <button
      type="button"
      class="caret"
      tabIndex={-1}
      aria-label={collapsed ? 'Expand' : 'Collapse'}
      data-collapsed={collapsed}
      onClick={(event) => {
        event.stopPropagation()
        onToggle()
      }}
    />
  )
}

const GAP_PX = 6

function labelPlace(bar: Bar): Readonly<Record<string, string>> {
  switch (bar.labelSide) {
    case 'after':
      return { left: `${bar.left + bar.width + GAP_PX}px` }
    case 'before':
      return { right: `calc(100% - ${bar.left - GAP_PX}px)` }
    case 'inside':
      return { left: `${bar.left + GAP_PX}px` }
  }
}
