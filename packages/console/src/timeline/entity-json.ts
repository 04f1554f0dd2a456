import { isJsonObject, type JsonObject, type JsonValue } from '@fluoroscope/model'

/** The part of the document `text` that is the entity `id`; the whole where it is not found. */
export function entityJson(text: string, id: string): JsonValue {
  const whole = JSON.parse(text) as JsonValue
  return isJsonObject(whole) ? (findEntity(whole, id) ?? whole) : whole
}

function findEntity(root: JsonObject, id: string): JsonObject | undefined {
  const stack: JsonObject[] = [root]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next['id'] === 'string' && next['id'].toLowerCase() === id) return next
    const children = next['subsegments']
    if (Array.isArray(children)) stack.push(...children.filter(isJsonObject))
  }
  return undefined
}
