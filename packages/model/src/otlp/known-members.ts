import type { JsonObject, JsonValue } from '../json.ts'

/** The members that are known; undefined where none is. Keys such as `__proto__` stay plain keys. */
export function knownMembers(
  members: readonly (readonly [string, JsonValue | undefined])[],
): JsonObject | undefined {
  const known = members.filter(
    (member): member is readonly [string, JsonValue] => member[1] !== undefined,
  )
  return known.length === 0 ? undefined : Object.fromEntries(known)
}
