import type { PageCommand } from '../page-commands.ts'
import type { TraceState } from '../trace-state.ts'
import { type KeyContext, stateAfterKey } from './timeline-keys.ts'

/** What the palette offers on the page of a trace: what a key does, in words. */
const COMMANDS: readonly (readonly [label: string, key: string])[] = [
  ['Trace: waterfall', '1'],
  ['Trace: flame graph', '2'],
  ['Trace: left-heavy, the same calls together', '3'],
  ['Trace: sandwich, callers and callees', '4'],
  ['Trace: map of its services', '5'],
  ['Trace: statistics', '6'],
  ['Trace: events and exceptions', '7'],
  ['Trace: raw documents', '8'],
  ['Trace: compare with another', 'x'],
  ['Trace: next failure', 'e'],
  ['Trace: previous failure', 'E'],
  ['Trace: next match', 'n'],
  ['Trace: previous match', 'N'],
  ['Trace: expand everything', '['],
  ['Trace: collapse everything', ']'],
  ['Trace: expand one level', 'o'],
  ['Trace: collapse one level', 'p'],
  ['Trace: zoom to the selected row', 'f'],
  ['Trace: show all of its time', '0'],
]

const CRITICAL: Readonly<Record<TraceState['critical'], string>> = {
  shown: 'Trace: show the critical path',
  only: 'Trace: only the critical path',
  hidden: 'Trace: hide the critical path',
}

/** Commands for the state of a page; what would do nothing now is left out. */
export function traceCommands(
  state: TraceState,
  context: KeyContext,
  show: (change: Partial<TraceState>) => void,
): readonly PageCommand[] {
  const critical = (['shown', 'only', 'hidden'] as const).filter((each) => each !== state.critical)
  return [
    ...COMMANDS.flatMap(([label, key]) => {
      const next = stateAfterKey(key, state, context)
      return next === undefined ? [] : [{ label, run: () => show(next) }]
    }),
    {
      label: 'Trace: compare with the median of its request',
      run: () => show({ view: 'compare', other: 'median' }),
    },
    ...critical.map((each) => ({ label: CRITICAL[each], run: () => show({ critical: each }) })),
    {
      label: state.isFolding ? 'Trace: unfold similar rows' : 'Trace: fold similar rows',
      run: () => show({ isFolding: !state.isFolding }),
    },
  ]
}
