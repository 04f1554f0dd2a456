import { memo } from 'preact/compat'
import { OutcomeSign } from '../control/outcome-mark.tsx'
import type { Bar } from './layout-timeline.ts'
import { rowText } from './row-text.ts'
import { serviceColor } from './service-color.ts'
import type { TraceRow } from './trace-tree.ts'

const INDENT_PX = 14
/** Deeper rows are not moved further right: their level is still told to those who hear the page. */
const MAX_INDENT = 16

type Props = {
  readonly row: TraceRow
  readonly bar: Bar
  /** Pixels below the first row. */
  readonly top: number
  /** Place in the grid, the head being 1. */
  readonly position: number
  readonly descendants: number
  readonly selected: boolean
  readonly collapsed: boolean
  readonly onSelect: (key: string) => void
  readonly onToggle: (key: string) => void
}

/** One row of the timeline: name and place in the tree at the left, its bar at the right. */
export const TimelineRow = memo((props: Props) => {
  const { row, bar } = props
  const color = serviceColor(row.segment.name)
  return (
    <tr
      id={`row-${row.key}`}
      class={`timeline-row ${row.outcome} ${row.entity.kind}`}
      style={{ top: `${props.top}px` }}
      aria-rowindex={props.position}
      aria-level={row.depth + 1}
      aria-selected={props.selected}
      aria-expanded={props.descendants === 0 ? undefined : !props.collapsed}
      onClick={() => props.onSelect(row.key)}
    >
      <NameCell {...props} color={color} />
      <td class="timeline-bar-cell">
        <span
          class={`timeline-bar ${bar.look}`}
          style={{ left: `${bar.left}px`, width: `${bar.width}px`, '--service': color }}
        />
        <span class={`timeline-label ${bar.labelSide}`} style={labelPlace(bar)}>
          {bar.label}
        </span>
      </td>
    </tr>
  )
})

function NameCell({
  row,
  bar,
  descendants,
  collapsed,
  onToggle,
  color,
}: Props & { color: string }) {
  const toggle = (event: MouseEvent) => {
    event.stopPropagation()
    onToggle(row.key)
  }
  const indent = Math.min(row.depth, MAX_INDENT) * INDENT_PX
  return (
    <td class="timeline-name">
      <span class="guides" style={{ width: `${indent}px` }} />
      {descendants === 0 ? (
        <span class="caret" />
      ) : (
        <button
          type="button"
          class="caret"
          tabIndex={-1}
          aria-label={collapsed ? 'Expand' : 'Collapse'}
          data-collapsed={collapsed}
          onClick={toggle}
        />
      )}
      <span class="service-swatch" style={{ background: color }} />
      <OutcomeSign outcome={row.outcome} />
      <span class="timeline-title" title={row.entity.name}>
        {row.entity.name}
      </span>
      {collapsed && descendants > 0 && <span class="tag">+{descendants}</span>}
      {row.parentMissing && (
        <span class="tag warning" title={`Parent ${parentOf(row)} has not arrived`}>
          parent missing
        </span>
      )}
      {bar.look === 'inferred' && (
        <span class="tag" title="Made from the caller's view: this service sent nothing itself">
          inferred
        </span>
      )}
      <span class="timeline-text">{rowText(row.entity)}</span>
    </td>
  )
}

function parentOf({ entity }: TraceRow): string {
  return entity.kind === 'segment' ? (entity.parentId ?? '') : ''
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
