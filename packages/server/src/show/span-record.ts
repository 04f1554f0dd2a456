import {
  assert,
  isOtlpArray,
  type OtlpAttributes,
  type OtlpSpan,
  type OtlpValue,
  traceIdHex,
} from '@fluoroscope/model'

/**
 * A span as JSON text in the form of the records of AWS's span log group `aws/spans`: one object with
 * its resource and scope, attributes as plain members, W3C ids, kind and status by name, instants as
 * whole numbers of nanoseconds (more digits than a double has: they are written exactly). What is not
 * known is left out, as is the end of a span in progress.
 */
export function printSpanRecord(span: OtlpSpan): string {
  const { scope } = span
  const isEnded = span.end !== 0n
  return object([
    ['resource', object([['attributes', attributesText(span.resource.attributes)]])],
    [
      'scope',
      object([
        ['name', JSON.stringify(scope.name)],
        ['version', scope.version === '' ? undefined : JSON.stringify(scope.version)],
      ]),
    ],
    ['traceId', JSON.stringify(traceIdHex(span.traceId))],
    ['spanId', JSON.stringify(span.id)],
    ['parentSpanId', span.parentId && JSON.stringify(span.parentId)],
    ['flags', span.flags === 0 ? undefined : String(span.flags)],
    ['traceState', span.traceState === '' ? undefined : JSON.stringify(span.traceState)],
    ['name', JSON.stringify(span.name)],
    ['kind', JSON.stringify(span.kind.toUpperCase())],
    ['startTimeUnixNano', String(span.start)],
    ['endTimeUnixNano', isEnded ? String(span.end) : undefined],
    ['durationNano', isEnded ? String(span.end - span.start) : undefined],
    ['attributes', attributesText(span.attributes)],
    ['events', listText(span.events.map(eventText))],
    ['links', listText(span.links.map(linkText))],
    ['status', statusText(span.status)],
  ])
}

type Members = readonly (readonly [name: string, text: string | undefined])[]

function object(members: Members): string {
  const known = members.filter(([, text]) => text !== undefined)
  return `{${known.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

function listText(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : `[${texts.join(',')}]`
}

function eventText({ time, name, attributes }: OtlpSpan['events'][number]): string {
  return object([
    ['timeUnixNano', String(time)],
    ['name', JSON.stringify(name)],
    ['attributes', attributesText(attributes)],
  ])
}

function linkText({ traceId, id, attributes }: OtlpSpan['links'][number]): string {
  return object([
    ['traceId', JSON.stringify(traceIdHex(traceId))],
    ['spanId', JSON.stringify(id)],
    ['attributes', attributesText(attributes)],
  ])
}

function statusText({ code, message }: OtlpSpan['status']): string {
  return object([
    ['code', JSON.stringify(code.toUpperCase())],
    ['message', message === '' ? undefined : JSON.stringify(message)],
  ])
}

function attributesText(attributes: OtlpAttributes): string {
  return object([...attributes].map(([key, value]) => [key, valueText(value)]))
}

/** Doubles that JSON has no number for are texts, bytes are base64, as OTLP's JSON has them. */
function valueText(value: OtlpValue): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isOtlpArray(value)) return `[${value.map(valueText).join(',')}]`
  if (value instanceof Map) return attributesText(value)
  assert(value instanceof Uint8Array, 'a value is a scalar, an array, a map or bytes')
  return JSON.stringify(Buffer.from(value).toString('base64'))
}
