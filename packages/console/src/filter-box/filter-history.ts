import { readStored, writeStored } from '../browser-storage.ts'

const NAME = 'filter-history'
const MAX_ENTRIES = 30

/** The filters searched for in this browser, latest first. */
export function filterHistory(): readonly string[] {
  return parseHistory(readStored(NAME))
}

/** Puts `filter` first; a blank one is not kept. */
export function rememberFilter(filter: string): void {
  const text = filter.trim()
  if (text === '') return
  writeStored(NAME, JSON.stringify(withFilter(filterHistory(), text)))
}

/** `history` with `filter` first and once, and the oldest gone beyond the bound. */
export function withFilter(history: readonly string[], filter: string): readonly string[] {
  return [filter, ...history.filter((one) => one !== filter)].slice(0, MAX_ENTRIES)
}

/** What is stored is anybody's: whatever is no list of texts is no history. */
export function parseHistory(stored: string | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]')
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
