import type { JsonObject, JsonValue } from '@fluoroscope/model'
import { readList, readObject, readText } from './json-reader.ts'

/** Something that a span of a trace noted at an instant. */
export type SpanEvent = {
  readonly spanId: string
  readonly span: string
  readonly name: string
  /** Nanoseconds since 1970. */
  readonly time: bigint
  readonly attributes: JsonObject
}

/** The events of all spans of an answer in OTLP's JSON, by time; throws {@link AnswerError}. */
export function readSpanEvents(answer: JsonValue): readonly SpanEvent[] {
  const events: SpanEvent[] = []
  for (const [span, where] of spansOf(answer)) {
    for (const [index, item] of readList(span['events'], `${where}.events`).entries()) {
      const at = `${where}.events[${index}]`
      const event = readObject(item, at)
      events.push({
        spanId: readText(span['spanId'], `${where}.spanId`),
        span: readText(span['name'] ?? '', `${where}.name`),
        name: readText(event['name'] ?? '', `${at}.name`),
        time: BigInt(readText(event['timeUnixNano'], `${at}.timeUnixNano`)),
        attributes: readAttributes(event['attributes'], `${at}.attributes`),
      })
    }
  }
  return events.sort((left, right) => Number(left.time - right.time))
}

function* spansOf(answer: JsonValue): Generator<readonly [JsonObject, string]> {
  const resources = readList(readObject(answer, 'the answer')['resourceSpans'], 'resourceSpans')
  for (const [r, resource] of resources.entries()) {
    const inResource = `resourceSpans[${r}]`
    const scopes = readList(
      readObject(resource, inResource)['scopeSpans'],
      `${inResource}.scopeSpans`,
    )
    for (const [s, scope] of scopes.entries()) {
      const inScope = `${inResource}.scopeSpans[${s}]`
      for (const [n, span] of readList(
        readObject(scope, inScope)['spans'],
        `${inScope}.spans`,
      ).entries()) {
        const where = `${inScope}.spans[${n}]`
        yield [readObject(span, where), where]
      }
    }
  }
}

function readAttributes(value: JsonValue | undefined, where: string): JsonObject {
  return Object.fromEntries(
    readList(value, where).map((item, index) => {
      const pair = readObject(item, `${where}[${index}]`)
      const name = readText(pair['key'], `${where}[${index}].key`)
      return [name, plainValue(readObject(pair['value'] ?? {}, `${where}[${index}].value`))]
    }),
  )
}

/** An `AnyValue` without the word for its type; lists and maps stay as they are. */
function plainValue(value: JsonObject): JsonValue {
  const [only] = Object.values(value)
  return only ?? null
}
