import { KNOWN_ATTRIBUTES, type OtlpSpan, traceIdHex } from '@fluoroscope/model'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../../test/support/wire-server.ts'
import { zipkinProtobuf } from '../../../../../test/support/zipkin-request.ts'
import { OtlpSpans } from '../otlp/otlp-spans.ts'
import type { SpanBatch } from '../otlp/span-batch.ts'
import { TraceDecoder } from '../otlp/trace-decoder.ts'
import { decodeZipkin, type ZipkinEncoding } from './zipkin-request.ts'

const TRACE = '5af7183fb1d4cf5f6b221d5a3d3f0a01'
const ID = '352bff9a74ca9ad2'
const PARENT = '6b221d5bc9e6496c'
const START = 1_556_604_172_355_737
const MINIMAL = { traceId: TRACE, id: ID, timestamp: START, duration: 1431 }

const decoder = new TraceDecoder(KNOWN_ATTRIBUTES)

function decode(body: string | Uint8Array, encoding: ZipkinEncoding = 'zipkin-json') {
  return decodeZipkin(decoder, encoding, typeof body === 'string' ? Buffer.from(body) : body)
}

function batchOf(spans: readonly unknown[]): SpanBatch {
  const batch = decode(JSON.stringify(spans))
  if (!batch.ok) throw new Error(batch.problem.message)
  return batch.value
}

function spansIn(batch: SpanBatch): readonly OtlpSpan[] {
  const spans = new OtlpSpans(batch)
  return Array.from({ length: batch.spans.count }, (_, index) => spans.span(index))
}

/** The spans of OTLP that these become, by id. */
function mapped(...spans: readonly Json[]): ReadonlyMap<string, OtlpSpan> {
  return new Map(spansIn(batchOf(spans)).map((span) => [span.id, span]))
}

function only(span: Json): OtlpSpan {
  const [first] = mapped({ ...MINIMAL, ...span }).values()
  if (first === undefined) throw new Error('no span')
  return first
}

/** Every member that Zipkin has; the times of the documentation of its API. */
const WHOLE = {
  ...MINIMAL,
  parentId: PARENT,
  kind: 'CLIENT',
  name: 'get /api',
  localEndpoint: { serviceName: 'frontend', ipv4: '192.168.99.1', port: 3306 },
  remoteEndpoint: { serviceName: 'backend', ipv6: '2001:db8:0:0:0:0:0:c001', port: 9000 },
  annotations: [{ timestamp: START + 100, value: 'foo' }],
  tags: { 'http.method': 'GET', 'http.path': '/api', 'clnt/finagle.version': '6.45.0' },
  debug: true,
}

describe('what becomes what (OpenTelemetry, Zipkin transformation, reversed)', () => {
  test.each(['zipkin-json', 'zipkin-protobuf'] as const)('every member, in %s', (encoding) => {
    const body = encoding === 'zipkin-json' ? JSON.stringify([WHOLE]) : zipkinProtobuf([WHOLE])
    const batch = decode(body, encoding)
    if (!batch.ok) throw new Error(batch.problem.message)
    const [span] = spansIn(batch.value)
    if (span === undefined) throw new Error('no span')
    expect(traceIdHex(span.traceId)).toBe(TRACE)
    expect(span).toMatchObject({
      id: ID,
      parentId: PARENT,
      kind: 'client',
      name: 'get /api',
      start: BigInt(START) * 1000n,
      end: BigInt(START + 1431) * 1000n,
      status: { code: 'unset', message: '' },
      flags: 0,
    })
    expect([...span.resource.attributes]).toEqual([['service.name', 'frontend']])
    expect(Object.fromEntries(span.attributes)).toEqual({
      'http.method': 'GET',
      'http.path': '/api',
      'url.path': '/api',
      'clnt/finagle.version': '6.45.0',
      'network.local.address': '192.168.99.1',
      'network.local.port': 3306n,
      'network.peer.address': '2001:db8:0:0:0:0:0:c001',
      'network.peer.port': 9000n,
      'peer.service': 'backend',
      'zipkin.debug': true,
    })
    expect(span.events).toMatchObject([{ time: BigInt(START + 100) * 1000n, name: 'foo' }])
  })

  test.each([
    ['CLIENT', 'client'],
    ['SERVER', 'server'],
    ['PRODUCER', 'producer'],
    ['CONSUMER', 'consumer'],
    [undefined, 'internal'],
  ])('kind %s is %s', (kind, expected) => {
    expect(only({ kind }).kind).toBe(expected)
  })

  test('ids: 64 bits of a trace are padded, leading zeros may lack, any case, zero is no parent', () => {
    const b3 = only({ traceId: '6B221D5A3D3F0A01', id: '2A', parentId: '0000000000000000' })
    expect(traceIdHex(b3.traceId)).toBe('00000000000000006b221d5a3d3f0a01')
    expect(b3).toMatchObject({ id: '000000000000002a', parentId: undefined })
  })

  test('a span that is its own parent has none, which is counted', () => {
    const batch = batchOf([{ ...MINIMAL, parentId: ID }])
    expect(spansIn(batch)).toMatchObject([{ parentId: undefined }])
    expect(batch.ownParents).toBe(1)
    expect(batchOf([MINIMAL]).ownParents).toBe(0)
  })

  test.each(['zipkin-json', 'zipkin-protobuf'] as const)(
    'texts that are not Unicode are kept with U+FFFD, and counted: %s',
    (encoding) => {
      const json = JSON.stringify([{ ...MINIMAL, name: 'n', tags: { a: 'b' } }])
      const bytes = zipkinProtobuf([{ ...MINIMAL, name: 'nnn', tags: { a: 'bbb' } }])
      const broken = Buffer.from(
        Buffer.from(bytes).toString('latin1').replace('nnn', '\xffnn').replace('bbb', 'b\xc0b'),
        'latin1',
      )
      const surrogates = json.replace('"n"', '"\\ud83dnn"').replace('"b"', '"b\\udc00b"')
      const batch = decode(encoding === 'zipkin-json' ? surrogates : broken, encoding)
      if (!batch.ok) throw new Error(batch.problem.message)
      expect(batch.value.replacedTexts).toBe(2)
      const [span] = spansIn(batch.value)
      expect(span).toMatchObject({ name: '\ufffdnn' })
      expect(span?.attributes.get('a')).toBe('b\ufffdb')
    },
  )

  test('without a timestamp the first annotation starts it; without a duration it is not over', () => {
    const { timestamp: _, duration: __, ...untimed } = MINIMAL
    const annotations = [
      { timestamp: START + 5, value: 'later' },
      { timestamp: START, value: 'first' },
    ]
    const [span] = mapped({ ...untimed, annotations }).values()
    expect(span).toMatchObject({ start: BigInt(START) * 1000n, end: 0n })
    expect(only({ duration: 0 }).end).toBe(BigInt(START) * 1000n)
  })

  test.each([
    [{ error: 'connection refused' }, 'error', 'connection refused'],
    [{ error: '' }, 'error', ''],
    [{ error: 'true' }, 'error', ''],
    [{ error: 'false' }, 'unset', ''],
    [{ 'otel.status_code': 'ERROR', error: 'no route' }, 'error', 'no route'],
    [{ 'otel.status_code': 'ERROR' }, 'error', ''],
    [{ 'otel.status_code': 'OK' }, 'ok', ''],
    [{}, 'unset', ''],
  ])('tags %j are the status %s "%s"', (tags, code, message) => {
    expect(only({ tags }).status).toEqual({ code, message })
  })

  test('what exporters of OpenTelemetry put into tags and annotations comes out again', () => {
    const values = ['"cache miss": {"key":"k1","tries":2}', 'miss: {"key":"k1"}'].concat([
      '{"miss": {"key": "k1"}}',
      'took {3}',
      'a: {b}',
    ])
    const span = only({
      tags: {
        'otel.scope.name': 'lib',
        'otel.scope.version': '1.2',
        'otel.dropped_events_count': '3',
      },
      annotations: values.map((value) => ({ timestamp: START, value })),
    })
    expect(span.scope).toMatchObject({ name: 'lib', version: '1.2' })
    expect(span).toMatchObject({ droppedEvents: 3, attributes: new Map() })
    const events = span.events.map(({ name, attributes }) => [name, Object.fromEntries(attributes)])
    expect(events).toEqual([
      ['cache miss', { key: 'k1', tries: 2n }],
      ['miss', { key: 'k1' }],
      ['miss', { key: 'k1' }],
      ['took {3}', {}],
      ['a: {b}', {}],
    ])
  })

  test('explicit tags count; statuses of HTTP are numbers; other scalars are told as text', () => {
    const span = only({
      kind: 'CLIENT',
      remoteEndpoint: { serviceName: 'backend' },
      tags: { 'peer.service': 'db', 'http.status_code': '404', n: 1, yes: true },
    })
    expect(Object.fromEntries(span.attributes)).toMatchObject({
      'peer.service': 'db',
      'http.status_code': 404n,
      n: '1',
      yes: 'true',
    })
  })

  test('who called a service is not its peer.service; a call without parent is a local root', () => {
    const remoteEndpoint = { serviceName: 'caller' }
    const localEndpoint = { serviceName: 'own' }
    const attributesOf = (kind: string) =>
      Object.fromEntries(only({ kind, remoteEndpoint, localEndpoint }).attributes)
    expect(attributesOf('SERVER')).toEqual({ 'zipkin.remote_service': 'caller' })
    expect(attributesOf('CLIENT')).toEqual({
      'peer.service': 'caller',
      'aws.span.kind': 'LOCAL_ROOT',
    })
  })
})

describe('shared spans', () => {
  const endpoint = (serviceName: string) => ({ localEndpoint: { serviceName } })
  const root = { ...MINIMAL, id: PARENT, kind: 'SERVER', ...endpoint('front') }
  const caller = { ...MINIMAL, parentId: PARENT, kind: 'CLIENT', ...endpoint('front') }
  const callee = { ...caller, kind: 'SERVER', shared: true, ...endpoint('back') }
  const within = { ...MINIMAL, id: 'a1', parentId: ID, ...endpoint('back') }
  const beside = { ...MINIMAL, id: 'a2', parentId: ID, ...endpoint('front') }

  test("the callee's half has an id of its own below the caller's; so has what its service did", () => {
    const spans = [...mapped(root, caller, callee, within, beside).values()]
    expect(spans).toHaveLength(5)
    const half = spans.find(({ kind, parentId }) => kind === 'server' && parentId !== undefined)
    expect(half).toMatchObject({ parentId: ID, flags: 0x300 })
    expect(half?.id).not.toBe(ID)
    const parents = new Map<string, unknown>(spans.map(({ id, parentId }) => [id, parentId]))
    expect(parents.get(ID)).toBe(PARENT)
    expect(parents.get('00000000000000a1')).toBe(half?.id)
    expect(parents.get('00000000000000a2')).toBe(ID)
  })

  test('the id is the same in every request; both sides in one request need no word of sharing', () => {
    const idOf = (...spans: readonly Json[]) =>
      [...mapped(...spans).values()].find(({ kind }) => kind === 'server')?.id
    const { shared: _, ...silent } = callee
    expect(idOf(callee)).toBe(idOf(caller, callee))
    expect(idOf(caller, silent)).toBe(idOf(callee))
    expect(idOf(silent)).toBe(ID)
  })

  test('in a request without the half, spans hang below the call', () => {
    expect([...mapped(within).values()]).toMatchObject([{ parentId: ID }])
  })
})

describe('what is wrong', () => {
  test.each([
    ['', 'is not JSON'],
    ['{}', 'is not a list of spans'],
    ['[', 'is not JSON'],
    [`${'['.repeat(20)}${']'.repeat(20)}`, 'nested too deep'],
    [Uint8Array.of(0x5b, 0xff, 0x5d), 'is not UTF-8'],
  ])('the body %s %s', (body, message) => {
    expect(decode(body)).toMatchObject({
      ok: false,
      problem: { kind: 'malformed', message: expect.stringContaining(message) },
    })
  })

  test('too many values are too large', () => {
    const body = `[${'0,'.repeat(2_000_001)}0]`
    expect(decode(body)).toMatchObject({ ok: false, problem: { kind: 'too-large' } })
  })

  test.each([
    [{ ...MINIMAL, traceId: undefined }, '[1].traceId is missing', 'invalid-trace-id'],
    [{ ...MINIMAL, traceId: '0' }, '[1].traceId is missing or all zero', 'invalid-trace-id'],
    [{ ...MINIMAL, traceId: 'xyz' }, '[1].traceId is not 1 to 32 hex', 'invalid-trace-id'],
    [{ ...MINIMAL, traceId: '1'.repeat(33) }, '[1].traceId is not', 'invalid-trace-id'],
    [{ ...MINIMAL, id: 7 }, '[1].id is not a string', 'malformed-span'],
    [{ ...MINIMAL, id: '' }, '[1].id is not 1 to 16 hex digits', 'invalid-span-id'],
    [{ ...MINIMAL, parentId: 'p' }, '[1].parentId is not', 'invalid-parent-span-id'],
    [{ ...MINIMAL, kind: 'client' }, '[1].kind is not one of CLIENT, SERVER', 'malformed-span'],
    [{ ...MINIMAL, timestamp: undefined }, '[1].timestamp is missing', 'invalid-time'],
    [{ ...MINIMAL, timestamp: 1.5 }, '[1].timestamp is not an unsigned', 'malformed-span'],
    [{ ...MINIMAL, timestamp: -1 }, '[1].timestamp is not an unsigned', 'malformed-span'],
    [{ ...MINIMAL, timestamp: 1e16 }, '[1].timestamp is after the year 2255', 'invalid-time'],
    [{ ...MINIMAL, duration: 8e15 }, '[1].duration reaches beyond', 'invalid-time'],
    [{ ...MINIMAL, localEndpoint: [] }, '[1].localEndpoint is not an object', 'malformed-span'],
    [
      { ...MINIMAL, remoteEndpoint: { port: 65_536 } },
      '[1].remoteEndpoint.port is not a port',
      'malformed-span',
    ],
    [{ ...MINIMAL, tags: { a: null } }, '[1].tags has a value that is', 'malformed-span'],
    [{ ...MINIMAL, tags: [] }, '[1].tags is not an object', 'malformed-span'],
    [
      { ...MINIMAL, annotations: [{ value: 'a' }] },
      '[1].annotations[0].timestamp is missing',
      'invalid-time',
    ],
    [{ ...MINIMAL, debug: 'true' }, '[1].debug is not true or false', 'malformed-span'],
    ['span', '[1] is not an object', 'malformed-span'],
  ])('%j costs its span only: %s', (bad, message, reason) => {
    const good = [MINIMAL, { ...MINIMAL, id: 'b' }]
    const batch = batchOf([good[0], bad, good[1]])
    expect(spansIn(batch).map(({ id }) => id)).toEqual([ID, '000000000000000b'])
    expect([...batch.rejected]).toEqual([[reason, 1]])
    expect(batch.rejections).toMatchObject([{ reason, message: expect.stringContaining(message) }])
  })

  test('in protobuf a broken span costs itself, a broken list all', () => {
    const good = zipkinProtobuf([MINIMAL])
    const broken = Uint8Array.of(0x0a, 3, 0x0a, 9, 1)
    const batch = decode(Buffer.concat([good, broken, good]), 'zipkin-protobuf')
    if (!batch.ok) throw new Error(batch.problem.message)
    expect(batch.value.spans.count).toBe(2)
    const message = expect.stringMatching(/^spans\[1\] has a length that reaches beyond/)
    expect(batch.value.rejections).toMatchObject([{ reason: 'malformed-span', message }])
    expect(decode(good.subarray(0, -1), 'zipkin-protobuf')).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining('The request body has a length that reaches') },
    })
  })

  test('every prefix of a list is read or refused by name, never thrown', () => {
    const text = JSON.stringify([WHOLE])
    const bytes = zipkinProtobuf([WHOLE])
    for (let end = 0; end < text.length; end++) expect(decode(text.slice(0, end)).ok).toBe(false)
    for (let end = 0; end < bytes.length; end++) {
      const read = decode(bytes.subarray(0, end), 'zipkin-protobuf')
      expect(read.ok).toBe(end === 0)
    }
  })
})
