import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import type { ReceivedTrace } from '../answer/received-trace.ts'
import { problemText } from '../client.ts'
import { copyText } from '../control/copy-button.tsx'
import { adjust } from '../navigation.ts'
import { openOverlay } from '../overlay.ts'
import { DetailsPanel } from '../timeline/details-panel.tsx'
import { Timeline } from '../timeline/timeline.tsx'
import { stateAfterKey, type TimelineState, toggled } from '../timeline/timeline-keys.ts'
import { type TraceTree, visibleRows } from '../timeline/trace-tree.ts'
import { TraceWatch } from '../trace-watch.ts'
import type { TraceState } from '../url-state.ts'
import { TraceHeader } from './trace-header.tsx'

/** One trace: its header, its timeline, and the details of the selected row. */
export function TracePage({ state }: { state: TraceState }) {
  const watch = useMemo(() => new TraceWatch(state.id), [state.id])
  useEffect(() => {
    watch.start()
    return () => watch.stop()
  }, [watch])
  const { trace, tree, revision, answered, problem } = watch.state.value
  return (
    <div class="trace-page">
      <p class="breadcrumb">
        <a href="/traces">← All traces</a>
      </p>
      {problem !== undefined && (
        <div class="banner problem" role="alert">
          <strong>{problemText(problem)}</strong> Trying again by itself.
        </div>
      )}
      {trace !== undefined && tree !== undefined && (
        <>
          <TraceHeader trace={trace} tree={tree} revision={revision} />
          <Unreadable trace={trace} />
          <Waterfall trace={trace} tree={tree} state={state} />
        </>
      )}
      {trace === undefined && answered && <NotFound id={state.id} />}
      {trace === undefined && !answered && problem === undefined && (
        <p class="notice" role="status">
          Loading the trace…
        </p>
      )}
    </div>
  )
}

function Waterfall(props: { trace: ReceivedTrace; tree: TraceTree; state: TraceState }) {
  const { trace, tree, state } = props
  const visible = useMemo(() => visibleRows(tree, state.collapsed), [tree, state.collapsed])
  const row = tree.rows.find((candidate) => candidate.key === state.selected)
  const latest = useRef(state)
  latest.current = state
  // The rows keep these functions, so the newest state is read when they are called.
  const show = useCallback((change: Partial<TimelineState>) => {
    adjust({ ...latest.current, ...change })
  }, [])
  const select = useCallback((key: string) => show({ selected: key, detailsOpen: true }), [show])
  const toggle = useCallback((key: string) => show(toggled(latest.current, key)), [show])
  const onKey = (event: KeyboardEvent): boolean => {
    if (event.key === 'y') void copyText(location.href)
    else {
      const next = stateAfterKey(event.key, state, tree, visible)
      if (next === undefined) return false
      show(next)
      moveFocus(event.key)
    }
    return true
  }
  useKeysOfPage(onKey)
  return (
    <div class={state.detailsOpen && row !== undefined ? 'waterfall with-details' : 'waterfall'}>
      <div class="waterfall-main">
        <div class="waterfall-tools">
          <button
            type="button"
            class="button small quiet"
            onClick={() =>
              show(stateAfterKey(state.collapsed.size > 0 ? ']' : '[', state, tree, visible) ?? {})
            }
          >
            {state.collapsed.size > 0 ? 'Expand all' : 'Collapse all'}
          </button>
          <button type="button" class="button small quiet" onClick={() => openOverlay('keys')}>
            Keyboard <kbd>?</kbd>
          </button>
        </div>
        <Timeline
          tree={tree}
          visible={visible}
          selected={row?.key}
          collapsed={state.collapsed}
          detailsOpen={state.detailsOpen}
          onSelect={select}
          onToggle={toggle}
        />
      </div>
      {state.detailsOpen && row !== undefined && (
        <DetailsPanel
          tree={tree}
          row={row}
          text={trace.texts.get(row.segment) ?? '{}'}
          onSelect={select}
          onClose={() => show({ detailsOpen: false })}
        />
      )}
    </div>
  )
}

/** Keys work wherever the focus is, but in fields, dialogs and on controls that use them. */
function useKeysOfPage(onKey: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(onKey)
  latest.current = onKey
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTaken(event)) return
      if (latest.current(event)) event.preventDefault()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

/** Whether the element that has the focus needs the key itself. */
function isTaken(event: KeyboardEvent): boolean {
  if (!(event.target instanceof Element)) return false
  if (event.target.closest('input, textarea, select, dialog') !== null) return true
  if (event.key === 'Enter') return event.target.closest('a, button, summary') !== null
  // In the details, the keys that scroll go on scrolling.
  return SCROLL_KEYS.includes(event.key) && event.target.closest('.details') !== null
}

const SCROLL_KEYS = ['ArrowUp', 'ArrowDown', 'Home', 'End']

/** Enter leads into the details, Escape back to the timeline. */
function moveFocus(key: string): void {
  const target = { Enter: '.details', Escape: '.timeline' }[key]
  if (target === undefined) return
  // The details are painted after the state that opens them.
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(target)?.focus({ preventScroll: true }),
  )
}

function Unreadable({ trace }: { trace: ReceivedTrace }) {
  if (trace.unreadable.length === 0) return null
  return (
    <details class="banner problem">
      <summary>{trace.unreadable.length} documents of this trace could not be read</summary>
      <ul>
        {trace.unreadable.map(({ reason, text }) => (
          <li key={text}>
            {reason} <code>{text.slice(0, 200)}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}

function NotFound({ id }: { id: string }) {
  return (
    <section class="notice">
      <h1>No such trace yet</h1>
      <p>
        Nothing is stored under <code>{id}</code>. It may not have arrived, or it is older than the
        server keeps traces. This page keeps looking.
      </p>
      <p>
        <a class="button primary" href="/traces">
          See recent traces
        </a>
      </p>
    </section>
  )
}
