import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { durationText } from '../number-text.ts'
import { openOverlay } from '../overlay.ts'
import type { OperationStatistics } from '../trace-rows/statistics.ts'
import type { TimePart } from '../trace-rows/time-part.ts'
import type { TraceClient } from '../trace-rows/trace-client.ts'
import type { TracePicture } from '../trace-rows/trace-session.ts'
import type { TraceState } from '../trace-state.ts'
import { CriticalText } from './critical-text.tsx'
import { TraceMinimap } from './minimap.tsx'
import type { Peers } from './peers.ts'
import { SearchBar } from './search-bar.tsx'
import { StatisticsTable } from './statistics-table.tsx'
import { Timeline } from './timeline.tsx'
import { type KeyContext, partOrWhole, stateAfterKey } from './timeline-keys.ts'
import { keyOfLine, lineOfKey, positionOf, revealed, toggledLine } from './trace-lines.ts'
import type { SearchState } from './use-search.ts'
import { useTimePart } from './use-time-part.ts'

export type WaterfallProps = {
  readonly picture: TracePicture
  readonly client: TraceClient | undefined
  readonly state: TraceState
  readonly context: KeyContext
  readonly search: SearchState
  readonly peers: Peers | undefined
  readonly onState: (change: Partial<TraceState>) => void
}

/** The waterfall with what steers it: search, overview, critical path, folds, an area summed up. */
export function Waterfall(props: WaterfallProps) {
  const { picture, client, state, context, search, onState } = props
  const { rows, critical, density } = picture
  const latest = useRef({ state, context })
  latest.current = { state, context }
  const [part, setPart] = useTimePart(state.part, rows.span, (settled) =>
    onState({ part: settled }),
  )
  const seen = useMemo(() => part ?? { from: 0, to: rows.span }, [part, rows.span])
  // The rows keep these functions, so the newest state is read when they are called.
  const select = useCallback(
    (line: number) =>
      onState({ selected: keyOfLine(latest.current.context, line), detailsOpen: true }),
    [onState],
  )
  const toggle = useCallback(
    (line: number) => onState(toggledLine(latest.current.state, latest.current.context, line)),
    [onState],
  )
  const showArea = useCallback((area: TimePart | undefined) => onState({ area }), [onState])
  const press = (key: string) => onState(stateAfterKey(key, state, context) ?? {})
  return (
    <>
      <div class="waterfall-tools">
        <SearchBar
          text={state.find}
          search={search}
          onlyFound={state.onlyFound}
          onSearch={(find) => onState({ find })}
          onOnly={(onlyFound) => onState({ onlyFound })}
          onStep={(step) => press(step === 1 ? 'n' : 'N')}
        />
        <Switches state={state} picture={picture} onState={onState} onKey={press} />
      </div>
      {state.critical !== 'hidden' && <CriticalText rows={rows} critical={critical} />}
      {state.area !== undefined && (
        <AreaTable
          area={state.area}
          client={client}
          picture={picture}
          onState={onState}
          context={context}
          state={state}
        />
      )}
      <TraceMinimap
        rows={rows}
        density={density}
        hits={context.hits}
        part={part}
        onPart={setPart}
      />
      <Timeline
        lines={context}
        critical={state.critical === 'hidden' ? undefined : critical}
        hits={context.hits}
        peers={props.peers}
        part={seen}
        area={state.area}
        position={positionOf(context, lineOfKey(context, state.selected))}
        detailsOpen={state.detailsOpen}
        onSelect={select}
        onToggle={toggle}
        onPart={setPart}
        onArea={showArea}
      />
      {context.shown.lines.length === 0 && (
        <p class="notice">No row matches. The search hides all others.</p>
      )}
    </>
  )
}

type SwitchesProps = Pick<WaterfallProps, 'state' | 'picture' | 'onState'> & {
  readonly onKey: (key: string) => void
}

function Switches({ state, picture, onState, onKey }: SwitchesProps) {
  const isCollapsed = state.level !== undefined || state.toggled.size > 0
  return (
    <div class="waterfall-switches">
      <button
        type="button"
        class="button small quiet"
        onClick={() => onKey(isCollapsed ? '[' : ']')}
      >
        {isCollapsed ? 'Expand all' : 'Collapse all'}
      </button>
      {picture.folds.count > 0 && (
        <button
          type="button"
          class="button small quiet"
          aria-pressed={state.isFolding}
          title="Five and more similar siblings, and attempts, as one row"
          onClick={() => onState({ isFolding: !state.isFolding, unfolded: new Set() })}
        >
          Fold similar
        </button>
      )}
      <button type="button" class="button small quiet" onClick={() => onKey('c')}>
        Critical path: {state.critical} <kbd>c</kbd>
      </button>
      {state.part !== undefined && (
        <button type="button" class="button small" onClick={() => onState({ part: undefined })}>
          Whole trace <kbd>0</kbd>
        </button>
      )}
      <button type="button" class="button small quiet" onClick={() => openOverlay('keys')}>
        Keyboard <kbd>?</kbd>
      </button>
    </div>
  )
}

type AreaProps = Pick<WaterfallProps, 'client' | 'picture' | 'onState' | 'context' | 'state'> & {
  readonly area: TimePart
}

/** What ran in a part of the time, by service and operation. */
function AreaTable({ area, client, picture, onState, context, state }: AreaProps) {
  const [operations, setOperations] = useState<readonly OperationStatistics[]>([])
  useEffect(() => {
    let isLatest = true
    void client?.ask('statistics', area).then((found) => isLatest && setOperations(found))
    return () => {
      isLatest = false
    }
  }, [client, area, picture])
  const length = area.to - area.from
  return (
    <section class="area-table" aria-label="What ran in the chosen time">
      <header>
        <h2>
          {durationText(length)}, from {durationText(area.from)} to {durationText(area.to)}
        </h2>
        <button
          type="button"
          class="button small"
          onClick={() => onState({ part: partOrWhole(area, picture.rows.span), area: undefined })}
        >
          Zoom
        </button>
        <button type="button" class="button small" onClick={() => onState({ area: undefined })}>
          Close
        </button>
      </header>
      <StatisticsTable
        operations={operations}
        span={length}
        caption="Rows that ran then, as long as they ran then"
        onSelect={({ longest }) => onState(revealed(state, context, longest))}
      />
    </section>
  )
}
