import protobufjs from 'protobufjs'
import type { Json } from './wire-server.ts'

/** Of openzipkin/zipkin-api, zipkin.proto. */
const LIST_OF_SPANS = protobufjs.Root.fromJSON({
  nested: {
    ListOfSpans: { fields: { spans: { id: 1, rule: 'repeated', type: 'Span' } } },
    Span: {
      fields: {
        traceId: { id: 1, type: 'bytes' },
        parentId: { id: 2, type: 'bytes' },
        id: { id: 3, type: 'bytes' },
        kind: { id: 4, type: 'Kind' },
        name: { id: 5, type: 'string' },
        timestamp: { id: 6, type: 'fixed64' },
        duration: { id: 7, type: 'uint64' },
        localEndpoint: { id: 8, type: 'Endpoint' },
        remoteEndpoint: { id: 9, type: 'Endpoint' },
        annotations: { id: 10, rule: 'repeated', type: 'Annotation' },
        // On the wire a map is a list of its entries.
        tags: { id: 11, rule: 'repeated', type: 'Tag' },
        debug: { id: 12, type: 'bool' },
        shared: { id: 13, type: 'bool' },
      },
    },
    Kind: { values: { UNSPECIFIED: 0, CLIENT: 1, SERVER: 2, PRODUCER: 3, CONSUMER: 4 } },
    Endpoint: {
      fields: {
        serviceName: { id: 1, type: 'string' },
        ipv4: { id: 2, type: 'bytes' },
        ipv6: { id: 3, type: 'bytes' },
        port: { id: 4, type: 'int32' },
      },
    },
    Tag: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
    Annotation: {
      fields: { timestamp: { id: 1, type: 'fixed64' }, value: { id: 2, type: 'string' } },
    },
  },
}).lookupType('ListOfSpans')

const ID_MEMBERS = new Set(['traceId', 'parentId', 'id'])

/** Spans in the members of Zipkin's JSON as its protobuf, by protobufjs. */
export function zipkinProtobuf(spans: readonly Json[]): Uint8Array<ArrayBuffer> {
  const message = JSON.parse(JSON.stringify({ spans }), (member, value: unknown) => {
    if (member === 'tags')
      return Object.entries(value as Json).map(([key, tag]) => ({ key, value: tag }))
    if (typeof value !== 'string') return value
    if (ID_MEMBERS.has(member)) return Buffer.from(value, 'hex').toString('base64')
    if (member === 'ipv4') return Buffer.from(value.split('.').map(Number)).toString('base64')
    if (member === 'ipv6') return ipv6Bytes(value).toString('base64')
    return value
  }) as Json
  return Uint8Array.from(LIST_OF_SPANS.encode(LIST_OF_SPANS.fromObject(message)).finish())
}

/** Of eight groups; `::` is not read. */
function ipv6Bytes(text: string): Buffer {
  return Buffer.from(
    text
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  )
}
