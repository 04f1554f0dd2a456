import { findJsonBoundsProblem, isJsonObject, type JsonBounds } from '@fluoroscope/model'

/** The event that an annotation tells of. */
export type ZipkinEvent = {
  readonly name: string
  readonly attributes: readonly (readonly [key: string, value: string | number | boolean])[]
}

/** Attributes of an event are scalars and lists of them. */
const BOUNDS: JsonBounds = { maxDepth: 4, maxValues: 1000 }

/** `"name": {…}` of the specification; some exporters leave out the quotation marks. */
const NAMED = /^"?([^"{}]{1,256}?)"?:\s*(\{.*\})$/s

/**
 * Reads the forms in which OpenTelemetry's exporters write an event with attributes into an annotation:
 * `"name": {…}`, and Python's `{"name": {…}}`. Any other annotation is an event of its text.
 */
export function zipkinEvent(annotation: string): ZipkinEvent {
  const plain = { name: annotation, attributes: [] }
  if (!annotation.endsWith('}')) return plain
  const [, name, json] = NAMED.exec(annotation) ?? []
  const members = membersOf(json ?? annotation)
  if (members === undefined) return plain
  if (name !== undefined) return { name, attributes: members.map(scalar) }
  const [only] = members
  const isNested = members.length === 1 && only !== undefined && isJsonObject(only[1])
  return isNested
    ? { name: only[0], attributes: Object.entries(only[1] as object).map(scalar) }
    : plain
}

function membersOf(json: string): readonly (readonly [string, unknown])[] | undefined {
  if (findJsonBoundsProblem(json, BOUNDS) !== undefined) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return isJsonObject(value) ? Object.entries(value) : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // It only looked like one.
    return undefined
  }
}

function scalar([key, value]: readonly [string, unknown]): ZipkinEvent['attributes'][number] {
  const isScalar =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return [key, isScalar ? value : JSON.stringify(value)]
}
