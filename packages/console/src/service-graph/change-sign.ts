import type { ChangeKind } from './diff-graph.ts'

/** A change by sign and word, so that no colour is needed to tell it; none for what has not changed. */
export const CHANGE_SIGNS: Readonly<Record<ChangeKind, string>> = {
  new: '+',
  gone: '−',
  faltering: '!',
  slower: '▲',
  recovered: '✓',
  faster: '▼',
  unchanged: '',
}

export const CHANGE_WORDS: Readonly<Record<ChangeKind, string>> = {
  new: 'New',
  gone: 'Gone',
  faltering: 'Failing more',
  slower: 'Slower',
  recovered: 'Failing less',
  faster: 'Faster',
  unchanged: 'Unchanged',
}
