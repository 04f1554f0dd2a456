import { quoted } from '../filter-box/complete-filter.ts'
import type { PageCommand } from '../page-commands.ts'
import { lengthText, RANGE_SECONDS } from '../time-window.ts'
import { traceState } from '../trace-state.ts'
import { findTraceId, printUrl, tracesState } from '../url-state.ts'
import type { Vocabulary } from '../vocabulary.ts'

/** One thing the palette can do. */
export type PaletteEntry = {
  readonly label: string
  readonly kind: 'This page' | 'Page' | 'Service' | 'Group' | 'Time' | 'Action' | 'Trace'
  readonly does:
    | { readonly kind: 'go'; readonly path: string }
    | { readonly kind: 'action'; readonly name: PaletteAction }
    | { readonly kind: 'run'; readonly run: () => void }
}

export type PaletteAction = 'theme' | 'zone' | 'keys' | 'copy-link'

/** All that can be done, first on the page that is shown, and with the words recent traces use. */
export function paletteEntries(
  pages: readonly (readonly [path: string, title: string])[],
  vocabulary: Vocabulary,
  commands: readonly PageCommand[],
): readonly PaletteEntry[] {
  const go = (kind: PaletteEntry['kind'], label: string, path: string): PaletteEntry => ({
    label,
    kind,
    does: { kind: 'go', path },
  })
  return [
    ...commands.map(({ label, run }) => ({
      label,
      kind: 'This page' as const,
      does: { kind: 'run', run } as const,
    })),
    ...pages.map(([path, title]) => go('Page', title, path)),
    go('Page', 'Get started: send traces', '/start'),
    go('Action', 'New sampling rule', '/sampling?new=1'),
    go('Action', 'New group', '/groups?new=1'),
    ...ACTIONS.map(([name, label]) => ({
      label,
      kind: 'Action' as const,
      does: { kind: 'action', name } as const,
    })),
    ...RANGE_SECONDS.map((seconds) =>
      go(
        'Time',
        `Traces of the last ${lengthText(seconds)}`,
        printUrl(tracesState('', { kind: 'last', seconds })),
      ),
    ),
    go('Action', 'Traces with faults', printUrl(tracesState('fault'))),
    ...[...vocabulary.services].map((name) =>
      go('Service', name, printUrl(tracesState(`service(${quoted(name)})`))),
    ),
    ...[...vocabulary.groups].map((name) =>
      go('Group', name, printUrl(tracesState(`group.name = ${quoted(name)}`))),
    ),
  ]
}

const ACTIONS: readonly (readonly [PaletteAction, string])[] = [
  ['theme', 'Switch theme'],
  ['zone', 'Switch time zone: local or UTC'],
  ['copy-link', 'Copy a link to this view'],
  ['keys', 'Keyboard shortcuts'],
]

/** Entries for what was typed, best first: a pasted trace id leads to its trace. */
export function findEntries(
  entries: readonly PaletteEntry[],
  typed: string,
): readonly PaletteEntry[] {
  const id = findTraceId(typed)
  if (id !== undefined) {
    const path = printUrl(traceState(id))
    return [{ label: `Open trace ${id}`, kind: 'Trace', does: { kind: 'go', path } }]
  }
  const wanted = typed.trim().toLowerCase()
  return entries
    .map((entry) => ({ entry, rank: rankOf(entry.label.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank > 0)
    .sort((left, right) => right.rank - left.rank)
    .map(({ entry }) => entry)
}

/** Beginning, a word's beginning, inside, letters in order; 0 for none of them. */
function rankOf(label: string, wanted: string): number {
  if (label.startsWith(wanted)) return 4
  if (label.includes(` ${wanted}`)) return 3
  if (label.includes(wanted)) return 2
  return isScattered(label, wanted) ? 1 : 0
}

function isScattered(label: string, wanted: string): boolean {
  let at = -1
  return [...wanted].every((letter) => {
    at = label.indexOf(letter, at + 1)
    return at >= 0
  })
}
