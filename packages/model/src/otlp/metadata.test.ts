import { describe, expect, test } from 'vitest'
import { parseFilter } from '../filter/parser.ts'
import type { JsonObject } from '../json.ts'
import type { MappingSettings } from './mapping-settings.ts'
import type { OtlpSpan, OtlpValue } from './otlp-span.ts'
import {
  attributes,
  documentsOf,
  eventOf,
  printedSpan,
  resourceWith,
  spanWith,
} from './test-otlp-span.ts'

type Members = Readonly<Record<string, OtlpValue>>

function indexed(
  members: Members,
  settings: Partial<MappingSettings> = {},
  resource: Members = {},
) {
  const parts = { kind: 'server', attributes: attributes(members) } as const
  const printed = printedSpan(spanWith({ ...parts, resource: resourceWith(resource) }), settings)
  const metadata = printed['metadata'] as JsonObject | undefined
  return { annotations: printed['annotations'], metadata: metadata?.['default'] }
}

describe('annotations (15.5)', () => {
  const MIXED = {
    text: 'a',
    whole: 7,
    part: 0.5,
    flag: false,
    list: ['a', 1n],
    map: new Map<string, OtlpValue>([['k', 'v']]),
    bytes: Uint8Array.of(0, 0, 48, 57),
    none: null,
    infinite: Number.POSITIVE_INFINITY,
  }
  const SCALARS = { text: 'a', whole: 7, part: 0.5, flag: false }
  const OTHERS = {
    list: ['a', 1],
    map: { k: 'v' },
    bytes: 'AAAwOQ==',
    none: null,
    infinite: 'Infinity',
  }

  test('by default each attribute that fits, with its type', () => {
    expect(indexed(MIXED)).toEqual({ annotations: SCALARS, metadata: OTHERS })
  })

  test('attributes of the resource are metadata of segments', () => {
    const resource = { 'service.name': 'shop', n: 1 }
    const metadata = { 'otel.resource.service.name': 'shop', 'otel.resource.n': 1 }
    expect(indexed({ a: 1 }, {}, resource)).toEqual({ annotations: { a: 1 }, metadata })
    const call = spanWith({ kind: 'client', resource: resourceWith(resource) })
    expect(printedSpan(call)['metadata']).toEqual({ otel: { kind: 'client' } })
  })

  test('index_all_attributes: those of the resource too', () => {
    const settings = { index: 'span-and-resource' } as const
    expect(indexed({ a: 1 }, settings, { n: 1, list: ['x'] })).toEqual({
      annotations: { a: 1, 'otel.resource.n': 1 },
      metadata: { 'otel.resource.list': ['x'] },
    })
  })

  test('the default of the exporter: those that are listed', () => {
    const settings = {
      index: 'listed',
      indexedAttributes: ['a', 'otel.resource.n', 'absent', 'http.method', 'list'],
    } as const
    const members = { a: 1, b: 2, 'http.method': 'GET', list: ['x'] }
    expect(indexed(members, settings, { n: 1, m: 2 })).toEqual({
      annotations: { a: 1, 'http.method': 'GET', 'otel.resource.n': 1 },
      metadata: { b: 2, list: ['x'], 'otel.resource.m': 2 },
    })
  })

  test('the span lists its annotations', () => {
    const members = { a: 1, b: 2, 'aws.xray.annotations': ['b', 'otel.resource.n'] }
    expect(indexed(members, { index: 'listed' }, { n: 1 })).toEqual({
      annotations: { b: 2, 'otel.resource.n': 1 },
      metadata: { a: 1 },
    })
  })

  test('the configuration of an exporter travels with the resource (5.6)', () => {
    const key = 'aws.xray.exporter.config'
    const listed = { [`${key}.index_all_attributes`]: false, [`${key}.indexed_attributes`]: ['a'] }
    expect(indexed({ a: 1, b: 2 }, {}, listed)).toMatchObject({
      annotations: { a: 1 },
      metadata: { b: 2 },
    })
    const all = { [`${key}.index_all_attributes`]: true, n: 1 }
    expect(indexed({ a: 1 }, { index: 'listed' }, all)).toMatchObject({
      annotations: { a: 1, 'otel.resource.n': 1 },
    })
  })

  test('keys: dots stay, other characters are repaired, unless the repaired key is there', () => {
    const members = { 'a-b': 1, 'c.d': 2, 'e f': 3, ä: 4, 'x-y': 5, x_y: 6 }
    expect(indexed(members)).toEqual({
      annotations: { a_b: 1, 'c.d': 2, e_f: 3, _: 4, x_y: 6 },
      metadata: { 'x-y': 5 },
    })
    expect(parseFilter('annotation[c.d] = 2').ok).toBe(true)
  })

  test('whole numbers are exact', () => {
    const members = { safe: 2n ** 53n - 1n, large: 2n ** 53n + 1n, small: -(2n ** 63n) }
    expect(indexed(members).annotations).toEqual({
      safe: 9_007_199_254_740_991,
      large: '9007199254740993',
      small: '-9223372036854775808',
    })
  })

  test('what a field tells is no annotation; the parts of a URL are', () => {
    const members = {
      'http.method': 'GET',
      'http.request.method': 'GET',
      'http.url': 'http://a.test/x',
      'http.status_code': 200,
      'http.target': '/x',
      'http.route': '/:x',
    }
    expect(indexed(members).annotations).toEqual({ 'http.target': '/x', 'http.route': '/:x' })
    expect(indexed({ 'http.method': 'GET', 'http.request.method': 'HEAD' }).annotations).toEqual({
      'http.request.method': 'HEAD',
    })
  })

  test('a key called __proto__ is a key', () => {
    const { annotations } = indexed(JSON.parse('{"__proto__":"x"}') as Members)
    expect(JSON.stringify(annotations)).toBe('{"__proto__":"x"}')
  })
})

describe('metadata', () => {
  function metadataOf(parts: Partial<OtlpSpan>): unknown {
    return printedSpan(spanWith(parts))['metadata']
  }

  test('namespaces as JSON text (15.5); what is no object stays text', () => {
    const kind = 'internal'
    const members = {
      'aws.xray.metadata.debug': '{"a":{"b":[1]}}',
      'aws.xray.metadata.default': '{"c":1}',
      'aws.xray.metadata.broken': '{',
      'aws.xray.metadata.list': '[1]',
      'aws.xray.metadata.number': 3,
      'aws.xray.metadata.deep': '['.repeat(100_000),
    }
    expect(metadataOf({ kind, name: 'n', attributes: attributes(members) })).toEqual({
      debug: { a: { b: [1] } },
      default: {
        c: 1,
        'aws.xray.metadata.broken': '{',
        'aws.xray.metadata.list': '[1]',
        'aws.xray.metadata.number': 3,
        'aws.xray.metadata.deep': '['.repeat(100_000),
      },
      otel: { kind },
    })
  })

  test('what X-Ray has no word for', () => {
    const scope = { name: 'lib', version: '1', attributes: attributes({ s: 1 }) }
    expect(
      metadataOf({
        kind: 'server',
        resource: {
          ...resourceWith({ 'service.name': 'shop' }),
          schemaUrl: 'r',
          droppedAttributes: 1,
        },
        scope: { ...scope, schemaUrl: 's', droppedAttributes: 2 },
        status: { code: 'error', message: 'no stock' },
        traceState: 'vendor=x',
        flags: 0x301,
        droppedAttributes: 3,
        droppedEvents: 4,
        droppedLinks: 5,
        events: [eventOf('retry', { attempt: 2 })],
      }),
    ).toEqual({
      default: { 'otel.resource.service.name': 'shop' },
      otel: {
        name: 'GET /orders',
        kind: 'server',
        status: { code: 'error', message: 'no stock' },
        trace_state: 'vendor=x',
        flags: 0x301,
        scope: {
          name: 'lib',
          version: '1',
          attributes: { s: 1 },
          schema_url: 's',
          dropped_attributes: 2,
        },
        resource: { schema_url: 'r', dropped_attributes: 1 },
        events: [
          { name: 'retry', time_unix_nano: '1760559104123456789', attributes: { attempt: 2 } },
        ],
        dropped: { attributes: 3, events: 4, links: 5 },
      },
    })
  })

  test('of an exception event what the cause does not repeat', () => {
    const told = { 'exception.type': 'A', 'exception.message': 'a', 'exception.escaped': true }
    const stack = { 'exception.stacktrace': 'A: a\n\tat x.Y.z(Y.java:1)' }
    const events = [eventOf('exception', { ...told, ...stack })]
    const eventsOf = (language: string) => {
      const resource = resourceWith({ 'telemetry.sdk.language': language })
      const [document] = documentsOf(spanWith({ name: 'n', events, resource }))
      return document
    }
    const left = (rest: Members) => ({
      subsegment: { metadata: { otel: { events: [{ name: 'exception', attributes: rest }] } } },
    })
    expect(eventsOf('java')).toMatchObject(left({ 'exception.escaped': true }))
    expect(eventsOf('ruby')).toMatchObject(left({ 'exception.escaped': true, ...stack }))
  })
})
