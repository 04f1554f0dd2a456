import type { Entity } from '@fluoroscope/model'

/** Order of two numbers, instants or texts (by UTF-16 units), for `sort`. */
export function compare<Value extends string | number | bigint>(left: Value, right: Value): number {
  if (left < right) return -1
  return left > right ? 1 : 0
}

/** Earlier start first, then by id: the order in which entities of one kind are shown. */
export function compareEntities(
  left: Pick<Entity, 'start' | 'id'>,
  right: Pick<Entity, 'start' | 'id'>,
): number {
  return compare(left.start, right.start) || compare(left.id, right.id)
}
