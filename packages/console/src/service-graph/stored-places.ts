import { readStored, writeStored } from '../browser-storage.ts'
import type { Point } from './layout-graph.ts'

type Places = ReadonlyMap<string, Point>

/** Places of one view: its key, and each node with its coordinates. */
type StoredView = readonly [viewKey: string, places: readonly (readonly [string, number, number])[]]

const NAME = 'map-places'
/** Views of other groups and focuses are kept, the least recently seen one gives way. */
const MOST_VIEWS = 6
/** A larger map is laid out anew: what a browser keeps is bounded. */
const MOST_NODES = 1000

/** Where the nodes of a view were when it was last seen in this browser; none for an unknown one. */
export function storedPlaces(viewKey: string): Places {
  const view = readViews().find(([key]) => key === viewKey)
  return new Map(view?.[1].map(([id, x, y]) => [id, { x, y }]))
}

/** Keeps the places of a view. */
export function storePlaces(viewKey: string, places: Places): void {
  if (places.size > MOST_NODES) return
  const others = readViews().filter(([key]) => key !== viewKey)
  const entries = [...places].map(([id, { x, y }]) => [id, x, y] as const)
  const views: readonly StoredView[] = [[viewKey, entries], ...others]
  writeStored(NAME, JSON.stringify(views.slice(0, MOST_VIEWS)))
}

/** What an older version, or another hand, has left there is nothing. */
function readViews(): readonly StoredView[] {
  try {
    const value: unknown = JSON.parse(readStored(NAME) ?? '[]')
    return Array.isArray(value) ? value.filter(isView) : []
  } catch {
    return []
  }
}

function isView(value: unknown): value is StoredView {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !Array.isArray(value[1]))
    return false
  return value[1].every(
    (entry: unknown) =>
      Array.isArray(entry) &&
      typeof entry[0] === 'string' &&
      Number.isFinite(entry[1]) &&
      Number.isFinite(entry[2]),
  )
}
