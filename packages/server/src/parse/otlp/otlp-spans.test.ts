import { assert } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { otlpProtobuf } from '../../../../../test/support/otlp-request.ts'
import { OtlpSpans } from './otlp-spans.ts'
import { TraceDecoder } from './trace-decoder.ts'

test('every field of a span, its resource and its scope', () => {
  const value = (entry: object) => ({ key: 'a', value: entry })
  const span = {
    traceId: '68F00000111122223333444455556666',
    spanId: '51aa62bb73cc84dd',
    parentSpanId: '10aa20bb30cc40dd',
    traceState: 'k=v',
    name: 'GET /é',
    kind: 5,
    startTimeUnixNano: '1760559104120000001',
    endTimeUnixNano: '9223372036854775807',
    attributes: [
      value({ stringValue: 'twice' }),
      value({ intValue: '-9223372036854775808' }),
      { key: 'double', value: { doubleValue: -0.5 } },
      { key: 'bool', value: { boolValue: true } },
      { key: 'none' },
      { key: 'bytes', value: { bytesValue: 'AQI=' } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }, {}] } } },
      { key: 'map', value: { kvlistValue: { values: [value({ intValue: '1' })] } } },
    ],
    droppedAttributesCount: 1,
    events: [{ timeUnixNano: '5', name: 'e', attributes: [value({ stringValue: 'b' })] }],
    droppedEventsCount: 2,
    links: [
      {
        traceId: '00000000000000000000000000000001',
        spanId: '0000000000000002',
        traceState: 's',
        flags: 1,
        droppedAttributesCount: 4,
      },
    ],
    droppedLinksCount: 3,
    status: { code: 2, message: 'no' },
    flags: 0x301,
  }
  const attributes = [{ key: 'service.name', value: { stringValue: 'front' } }]
  const scope = { name: 'lib', version: '1', attributes: [value({ boolValue: false })] }
  const request = {
    resourceSpans: [
      {
        resource: { attributes, droppedAttributesCount: 9 },
        schemaUrl: 'resource-schema',
        scopeSpans: [{ scope, schemaUrl: 'scope-schema', spans: [span] }],
      },
    ],
  }
  const batch = new TraceDecoder([]).decode(otlpProtobuf(request))
  assert(batch.ok, 'the request is well formed')
  expect(new OtlpSpans(batch.value).span(0)).toEqual({
    traceId: '1-68f00000-111122223333444455556666',
    id: '51aa62bb73cc84dd',
    parentId: '10aa20bb30cc40dd',
    name: 'GET /é',
    kind: 'consumer',
    start: 1_760_559_104_120_000_001n,
    end: 2n ** 63n - 1n,
    traceState: 'k=v',
    flags: 0x301,
    status: { code: 'error', message: 'no' },
    attributes: new Map<string, unknown>([
      ['a', -(2n ** 63n)],
      ['double', -0.5],
      ['bool', true],
      ['none', null],
      ['bytes', Uint8Array.of(1, 2)],
      ['list', ['x', null]],
      ['map', new Map([['a', 1n]])],
    ]),
    events: [{ time: 5n, name: 'e', attributes: new Map([['a', 'b']]), droppedAttributes: 0 }],
    links: [
      {
        traceId: '1-00000000-000000000000000000000001',
        id: '0000000000000002',
        traceState: 's',
        flags: 1,
        attributes: new Map(),
        droppedAttributes: 4,
      },
    ],
    droppedAttributes: 1,
    droppedEvents: 2,
    droppedLinks: 3,
    resource: {
      attributes: new Map([['service.name', 'front']]),
      droppedAttributes: 9,
      schemaUrl: 'resource-schema',
    },
    scope: {
      name: 'lib',
      version: '1',
      attributes: new Map([['a', false]]),
      droppedAttributes: 0,
      schemaUrl: 'scope-schema',
    },
  })
})
