/** What a key does on any page. */
export type ShellAction =
  | { readonly kind: 'help' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'search' }
  | { readonly kind: 'go'; readonly path: string }
  /** The first of two keys. */
  | { readonly kind: 'prefix' }

type Key = {
  readonly key: string
  readonly ctrlOrMeta: boolean
  readonly alt: boolean
  /** The focus is where text is typed, or in a dialog. */
  readonly typing: boolean
}

/** The keys of all pages and what they do, for the help. */
export const SHELL_KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['Ctrl K', 'Commands (⌘ K on a Mac)'],
  ['/', 'Search on this page'],
  ['g m', 'Service map'],
  ['g t', 'Traces'],
  ['g a', 'Analytics'],
  ['g s', 'Sampling rules'],
  ['g g', 'Groups'],
  ['g y', 'System'],
  ['?', 'This help'],
]

const PLACES: Readonly<Record<string, string>> = {
  m: '/map',
  t: '/traces',
  a: '/analytics',
  s: '/sampling',
  g: '/groups',
  y: '/system',
}

/**
 * What `key` does, where `afterPrefix` says that the key before was `g`; undefined for a key that
 * is the page's own, or the browser's.
 */
export function shellAction(key: Key, afterPrefix: boolean): ShellAction | undefined {
  if (key.ctrlOrMeta) return key.key.toLowerCase() === 'k' ? { kind: 'palette' } : undefined
  if (key.alt || key.typing) return undefined
  const path = afterPrefix ? PLACES[key.key] : undefined
  if (path !== undefined) return { kind: 'go', path }
  switch (key.key) {
    case '?':
      return { kind: 'help' }
    case '/':
      return { kind: 'search' }
    case 'g':
      return { kind: 'prefix' }
    default:
      return undefined
  }
}
