import type { JsonObject, JsonValue, Segment, Subsegment } from '@fluoroscope/model'
import { isJsonObject } from '@fluoroscope/model'

/** What the work ran on or reached, by name: what `aws`, `service` and the segment itself tell. */
export function resourcesOf(
  entity: Segment | Subsegment,
): readonly (readonly [string, string | number | boolean])[] {
  const facts: [string, string | number | boolean][] = []
  if (entity.kind === 'segment') {
    addValue(facts, 'Origin', entity.origin)
    addValue(facts, 'Resource ARN', entity.resourceArn)
    addObject(facts, 'service', entity.service)
  }
  addObject(facts, '', entity.aws)
  return facts
}

function addObject(
  facts: [string, string | number | boolean][],
  path: string,
  object: JsonObject | undefined,
): void {
  for (const [key, value] of Object.entries(object ?? {})) {
    const name = path === '' ? key : `${path}.${key}`
    if (isJsonObject(value)) addObject(facts, name, value)
    else if (Array.isArray(value)) addValue(facts, name, value.map(scalarText).join(', '))
    else addValue(facts, name, value)
  }
}

function addValue(
  facts: [string, string | number | boolean][],
  name: string,
  value: JsonValue | undefined,
): void {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    if (value !== '') facts.push([name, value])
  }
}

function scalarText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
