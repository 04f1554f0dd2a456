import type { Json } from './wire-server.ts'

/** A span in the words that senders in any language tell it by (`test/clients/…/otel…`). */
export type SpanFacts = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly start: string
  readonly end: string
  readonly attributes: Json
  readonly events: readonly Json[]
  readonly links: readonly Json[]
  readonly status: Json
  readonly scope: Json
  readonly resource: Json
}

type KeyValue = { readonly key: string; readonly value?: Json }
type Attributed = { readonly attributes?: readonly KeyValue[] }

/** The spans of a request in OTLP/JSON, by their ids. */
export function spanFacts(request: unknown): readonly SpanFacts[] {
  const { resourceSpans } = request as { resourceSpans: ResourceSpans[] }
  const facts = resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: String(span['traceId']),
        spanId: String(span['spanId']),
        parentSpanId: String(span['parentSpanId'] ?? ''),
        name: String(span['name'] ?? ''),
        kind: Number(span['kind'] ?? 0),
        start: String(span['startTimeUnixNano']),
        end: String(span['endTimeUnixNano']),
        attributes: attributesOf(span),
        events: listOf(span['events']).map((event) => ({
          name: event['name'],
          time: event['timeUnixNano'],
          attributes: attributesOf(event),
        })),
        links: listOf(span['links']).map((link) => ({
          traceId: link['traceId'],
          spanId: link['spanId'],
          attributes: attributesOf(link),
        })),
        status: statusOf(span['status'] as Json | undefined),
        scope: { name: scope?.['name'] ?? '', version: scope?.['version'] ?? '' },
        resource: attributesOf(resource),
      })),
    ),
  )
  return sortedById(facts)
}

export function sortedById(spans: readonly SpanFacts[]): readonly SpanFacts[] {
  return spans.toSorted((left, right) => (left.spanId < right.spanId ? -1 : 1))
}

type ResourceSpans = {
  readonly resource: Attributed
  readonly scopeSpans: { readonly scope?: Json; readonly spans: (Json & Attributed)[] }[]
}

function listOf(value: unknown): readonly (Json & Attributed)[] {
  return (value ?? []) as (Json & Attributed)[]
}

function statusOf(status: Json | undefined): Json {
  return { code: status?.['code'] ?? 0, message: status?.['message'] ?? '' }
}

function attributesOf({ attributes = [] }: Attributed): Json {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, contentOf(value ?? {})]))
}

function contentOf(value: Json): unknown {
  const [[type, content] = []] = Object.entries(value)
  if (type === 'arrayValue') return listOf((content as Json)['values']).map(contentOf)
  if (type !== 'intValue') return content
  const number = Number(content)
  // What JSON's readers would round stays its digits.
  return Number.isSafeInteger(number) ? number : content
}
