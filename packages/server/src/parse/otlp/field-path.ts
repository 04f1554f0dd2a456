import { WireReader } from './wire-reader.ts'

/** The fields of a message that are named in a path: by number, the name, and the message it holds. */
type MessageFields = Readonly<Record<number, readonly [name: string, message?: string]>>

/** Of opentelemetry.proto.trace.v1 and common.v1: fields that hold bytes, with `[]` where repeated. */
const MESSAGES: Readonly<Record<string, MessageFields>> = {
  Request: { 1: ['resource_spans[]', 'ResourceSpans'] },
  ResourceSpans: {
    1: ['resource', 'Resource'],
    2: ['scope_spans[]', 'ScopeSpans'],
    3: ['schema_url'],
  },
  Resource: { 1: ['attributes[]', 'KeyValue'] },
  ScopeSpans: { 1: ['scope', 'Scope'], 2: ['spans[]', 'Span'], 3: ['schema_url'] },
  Scope: { 1: ['name'], 2: ['version'], 3: ['attributes[]', 'KeyValue'] },
  Span: {
    1: ['trace_id'],
    2: ['span_id'],
    3: ['trace_state'],
    4: ['parent_span_id'],
    5: ['name'],
    9: ['attributes[]', 'KeyValue'],
    11: ['events[]', 'Event'],
    13: ['links[]', 'Link'],
    15: ['status', 'Status'],
  },
  Event: { 2: ['name'], 3: ['attributes[]', 'KeyValue'] },
  Link: { 1: ['trace_id'], 2: ['span_id'], 3: ['trace_state'], 4: ['attributes[]', 'KeyValue'] },
  Status: { 2: ['message'] },
  KeyValue: { 1: ['key'], 2: ['value', 'AnyValue'] },
  AnyValue: {
    1: ['string_value'],
    5: ['array_value', 'ArrayValue'],
    6: ['kvlist_value', 'KeyValueList'],
    7: ['bytes_value'],
  },
  ArrayValue: { 1: ['values[]', 'AnyValue'] },
  KeyValueList: { 1: ['values[]', 'KeyValue'] },
}

const { Request = {}, ResourceSpans = {}, ScopeSpans = {} } = MESSAGES
const AROUND_SPANS = { Request, ResourceSpans, ScopeSpans }

const LENGTH_DELIMITED = 2

/**
 * The path of the innermost field of a trace request that byte `offset` is in, as
 * `resource_spans[0].scope_spans[1].spans[2].name`; `request` where it is in none. Goes through the
 * request from its beginning, so it is for messages to people only.
 */
export function fieldPath(bytes: Uint8Array, offset: number): string {
  return pathTo(bytes, offset, MESSAGES)
}

/** The path of the span that byte `offset` is in, as `resource_spans[0].scope_spans[1].spans[2]`. */
export function spanPath(bytes: Uint8Array, offset: number): string {
  return pathTo(bytes, offset, AROUND_SPANS)
}

function pathTo(
  bytes: Uint8Array,
  offset: number,
  messages: Readonly<Record<string, MessageFields>>,
): string {
  const reader = new WireReader()
  reader.open(bytes, 0)
  const path: string[] = []
  let message: string | undefined = 'Request'
  let end = bytes.length
  while (message !== undefined) {
    const found = findField(reader, messages[message] ?? {}, end, offset)
    if (found === undefined) break
    path.push(found.name)
    message = found.message
    end = found.end
  }
  return path.length === 0 ? 'request' : path.join('.')
}

type FoundField = {
  readonly name: string
  readonly message: string | undefined
  readonly end: number
}

/** Finds the field in which `offset` lies, and leaves the reader where its content begins. */
function findField(
  reader: WireReader,
  fields: MessageFields,
  end: number,
  offset: number,
): FoundField | undefined {
  // By field number; those with a name are below 16.
  const counts = new Uint32Array(16)
  while (reader.at < end && reader.at <= offset) {
    const tag = reader.tag(end)
    const number = tag >>> 3
    const isNamed = (tag & 7) === LENGTH_DELIMITED && fields[number] !== undefined
    if (!isNamed) {
      reader.skip(tag, end, 0)
      continue
    }
    const fieldEnd = reader.length(end)
    // What is malformed has no more fields to name.
    if (reader.flaw !== undefined) return undefined
    if (offset < fieldEnd || offset === reader.at) {
      const [name, message] = fields[number] ?? ['']
      return { name: name.replace('[]', `[${counts[number]}]`), message, end: fieldEnd }
    }
    counts[number] = (counts[number] ?? 0) + 1
    reader.at = fieldEnd
  }
  return undefined
}
