import Long from 'long'
import protobuf from 'protobufjs'

// Without it protobufjs makes doubles of 64-bit numbers, whose last digits are lost.
protobuf.util.Long = Long
protobuf.configure()

type Fields = Readonly<Record<string, readonly [number: number, type: string]>>

/** Messages of OTLP 1.x for traces: `*` is repeated; the fields of `AnyValue` are one of. */
const MESSAGES: Readonly<Record<string, Fields>> = {
  ExportTraceServiceRequest: { resourceSpans: [1, '*ResourceSpans'] },
  ResourceSpans: {
    resource: [1, 'Resource'],
    scopeSpans: [2, '*ScopeSpans'],
    schemaUrl: [3, 'string'],
  },
  ScopeSpans: { scope: [1, 'InstrumentationScope'], spans: [2, '*Span'], schemaUrl: [3, 'string'] },
  Resource: { attributes: [1, '*KeyValue'], droppedAttributesCount: [2, 'uint32'] },
  InstrumentationScope: {
    name: [1, 'string'],
    version: [2, 'string'],
    attributes: [3, '*KeyValue'],
    droppedAttributesCount: [4, 'uint32'],
  },
  Span: {
    traceId: [1, 'bytes'],
    spanId: [2, 'bytes'],
    traceState: [3, 'string'],
    parentSpanId: [4, 'bytes'],
    name: [5, 'string'],
    kind: [6, 'int32'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, '*KeyValue'],
    droppedAttributesCount: [10, 'uint32'],
    events: [11, '*Event'],
    droppedEventsCount: [12, 'uint32'],
    links: [13, '*Link'],
    droppedLinksCount: [14, 'uint32'],
    status: [15, 'Status'],
    flags: [16, 'fixed32'],
  },
  Event: {
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'string'],
    attributes: [3, '*KeyValue'],
    droppedAttributesCount: [4, 'uint32'],
  },
  Link: {
    traceId: [1, 'bytes'],
    spanId: [2, 'bytes'],
    traceState: [3, 'string'],
    attributes: [4, '*KeyValue'],
    droppedAttributesCount: [5, 'uint32'],
    flags: [6, 'fixed32'],
  },
  Status: { message: [2, 'string'], code: [3, 'int32'] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'bytes'],
  },
  ArrayValue: { values: [1, '*AnyValue'] },
  KeyValueList: { values: [1, '*KeyValue'] },
}

export type OtlpSchemaOptions = {
  /** `bytes` keeps texts as they are on the wire, UTF-8 or not. */
  readonly text: 'string' | 'bytes'
  /** `bytes` leaves spans unread in their scope. */
  readonly spans: 'Span' | 'bytes'
}

/** Readers and writers of OTLP by protobufjs. */
export function otlpSchema({ text, spans }: OtlpSchemaOptions): protobuf.Root {
  const wireType = (name: string) => (name === 'string' ? text : name)
  const nested = Object.entries(MESSAGES).map(([message, fields]) => {
    const described = Object.entries(fields).map(([name, [id, type]]) => {
      const kind = type === '*Span' ? `*${spans}` : type
      const rule = kind.startsWith('*') ? { rule: 'repeated' } : {}
      return [name, { id, type: wireType(kind.replace('*', '')), ...rule }] as const
    })
    const oneofs =
      message === 'AnyValue' ? { oneofs: { value: { oneof: Object.keys(fields) } } } : {}
    return [message, { fields: Object.fromEntries(described), ...oneofs }] as const
  })
  return protobuf.Root.fromJSON({
    options: { edition: 'proto3' },
    nested: Object.fromEntries(nested),
  })
}
