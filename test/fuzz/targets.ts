import { deepStrictEqual } from 'node:assert'
import {
  DEFAULT_DOCUMENT_LIMITS,
  parseEntityId,
  parseFilter,
  parseSegmentDocument,
  parseTraceId,
  parseTraceQuery,
  printFilter,
  printSegment,
  traceIdHex,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { parseDaemonDatagram } from '../../packages/server/src/parse/daemon-datagram.ts'
import { parseHealthCheckRequest } from '../../packages/server/src/parse/health-check-request.ts'
import { TraceDecoder } from '../../packages/server/src/parse/otlp/trace-decoder.ts'
import { decodeTraceJson } from '../../packages/server/src/parse/otlp/trace-json.ts'
import { parseTraceSegmentsRequest } from '../../packages/server/src/parse/trace-segments-request.ts'
import { decodeZipkin } from '../../packages/server/src/parse/zipkin/zipkin-request.ts'
import {
  parseGrpcTimeout,
  readGrpcMessage,
} from '../../packages/server/src/receive/grpc-message.ts'
import { inflate, parseContentEncoding } from '../../packages/server/src/receive/inflate.ts'
import { isCrossSite, isKnownHost } from '../../packages/server/src/show/browser-guard.ts'
import { readJaegerQuery } from '../../packages/server/src/show/jaeger/jaeger-query.ts'
import { readTraceId } from '../../packages/server/src/show/query-parameters.ts'
import { requestContext } from '../../packages/server/src/show/request-context.ts'
import { readTempoSearch } from '../../packages/server/src/show/tempo/tempo-request.ts'
import { arbitraryDocument } from '../support/arbitrary-document.ts'
import { arbitraryFilter } from '../support/arbitrary-filter.ts'
import { arbitraryTraceRequest, encodeTraceRequest } from '../support/arbitrary-otlp.ts'
import { readByBatch, readByTwin } from '../support/otlp-twin.ts'
import type { FuzzTarget } from './fuzz.ts'
import { journalTarget } from './journal-target.ts'

const decoder = new TraceDecoder(['http.request.method', 'a', ''])
const NOW = unixNanos(1_760_000_000_000_000_000n)

/** Always the same ones. */
function samples<Value>(arbitrary: fc.Arbitrary<Value>, count = 20): readonly Value[] {
  return fc.sample(arbitrary, { seed: 1, numRuns: count })
}

function bytesOf(texts: readonly string[]): readonly Uint8Array[] {
  return texts.map((text) => Buffer.from(text))
}

function textOf(input: Uint8Array): string {
  return Buffer.from(input).toString('utf8')
}

/** In memory of its own, as from a socket. */
function own(input: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(input)
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  'true',
  'false',
  'null',
  '0',
  '-1',
  '1e999',
  '""',
  '{}',
  '[]',
  '"__proto__":',
  '"a":',
]

const segmentDocument: FuzzTarget = {
  name: 'segment document',
  seeds: () => bytesOf(samples(arbitraryDocument).map((document) => JSON.stringify(document))),
  words: [
    ...JSON_WORDS,
    ...[
      'id',
      'trace_id',
      'parent_id',
      'name',
      'start_time',
      'end_time',
      'in_progress',
      'type',
      'subsegments',
      'http',
      'request',
      'response',
      'status',
      'aws',
      'sql',
      'cause',
      'exceptions',
      'annotations',
      'metadata',
      'links',
      'precursor_ids',
      'namespace',
      'origin',
      'user',
      'fault',
      'error',
      'throttle',
      'service',
      'traced',
    ].map((name) => `"${name}":`),
    '"1-68f00000-111122223333444455556666"',
    '"10aa20bb30cc40dd"',
    '"subsegment"',
  ],
  check: (input) => {
    const text = textOf(input)
    const read = parseSegmentDocument(text, DEFAULT_DOCUMENT_LIMITS)
    if (!read.ok) {
      must(read.problem.code !== undefined, 'a rejection has a code')
      return
    }
    const { document } = read.value
    if (document.kind !== 'segment') return
    // What X-Ray gives back leaves out what a document says in another place; said once, it stays.
    const printed = JSON.stringify(printSegment(document.segment))
    const again = parseSegmentDocument(printed)
    must(again.ok && again.value.ignored === 0, 'what is printed is read whole')
    if (!again.ok || again.value.document.kind !== 'segment') throw new Error('a segment stays one')
    must(
      JSON.stringify(printSegment(again.value.document.segment)) === printed,
      'it stays the same',
    )
  },
}

const segmentsRequest: FuzzTarget = {
  name: 'request of segments',
  seeds: () =>
    bytesOf(['{"TraceSegmentDocuments":["{}","a"]}', '', '{}', '{"TraceSegmentDocuments":null}']),
  words: [...JSON_WORDS, '"TraceSegmentDocuments":'],
  check: (input) => {
    const read = parseTraceSegmentsRequest(input)
    if (!read.ok) return
    // The plain reading of the same.
    const plain = JSON.parse(textOf(input)) as { TraceSegmentDocuments: string[] }
    deepStrictEqual(read.value, plain.TraceSegmentDocuments)
  },
}

const OTLP_WORDS = [
  '\n',
  '\x12',
  '\x1a',
  '"',
  '*',
  '\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01',
  '\xff\xff\xff\xff\x0f',
  '\x0a\x00',
  '\x12\x00',
  '\x09\x00\x00\x00\x00\x00\x00\x00\x00',
  'service.name',
  '\xc3\x28',
]

const otlpProtobuf: FuzzTarget = {
  name: 'OTLP protobuf',
  seeds: () => samples(arbitraryTraceRequest, 30).map((request) => encodeTraceRequest(request)),
  words: OTLP_WORDS,
  check: (input) => {
    const read = decoder.decode(own(input))
    // protobufjs passes over unknown varints of any length; ten bytes is all that the wire form allows.
    const messages = read.ok
      ? read.value.rejections.map(({ message }) => message)
      : [read.problem.message]
    if (messages.some((message) => message.includes('varint that is too long'))) return
    if (read.ok && read.value.spansReceived > 100) return
    deepStrictEqual(read.ok ? readByBatch(read.value) : undefined, readByTwin(input))
  },
}

/** Each span is either kept or rejected, whatever the encoding. */
function checkCounts(read: ReturnType<TraceDecoder['decode']>): void {
  if (!read.ok) return
  const { spans, rejected, spansReceived } = read.value
  const refused = [...rejected.values()].reduce((sum, count) => sum + count, 0)
  must(
    spans.count + refused === spansReceived,
    `${spansReceived} spans are ${spans.count} + ${refused}`,
  )
  readByBatch(read.value)
}

const otlpJson: FuzzTarget = {
  name: 'OTLP JSON',
  seeds: () =>
    bytesOf([
      '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","name":"n","kind":2,"startTimeUnixNano":"1544712660000000001","endTimeUnixNano":1544712661000000000,"attributes":[{"key":"a","value":{"intValue":"1"}},{"key":"b","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":1.5},{"bytesValue":"AQ=="}]}}},{"key":"c","value":{"kvlistValue":{"values":[]}}}],"events":[{"timeUnixNano":"1","name":"e"}],"links":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174"}],"status":{"code":2,"message":"m"}}]}]}]}',
      '{"resourceSpans":[]}',
    ]),
  words: [
    ...JSON_WORDS,
    '"SPAN_KIND_SERVER"',
    '"STATUS_CODE_ERROR"',
    '"NaN"',
    '"Infinity"',
    '"spans":',
    '"traceState":',
    '"flags":',
    '"parentSpanId":',
    '"droppedAttributesCount":',
    '"schemaUrl":',
  ],
  check: (input) => checkCounts(decodeTraceJson(decoder, own(input))),
}

const zipkinJson: FuzzTarget = {
  name: 'Zipkin JSON',
  seeds: () =>
    bytesOf([
      '[{"traceId":"5af7183fb1d4cf5f","id":"352bff9a74ca9ad2","parentId":"6b221d5bc9e6496c","kind":"CLIENT","name":"get","timestamp":1556604172355737,"duration":1431,"localEndpoint":{"serviceName":"a","ipv4":"127.0.0.1","ipv6":"::1","port":80},"remoteEndpoint":{"serviceName":"b"},"annotations":[{"timestamp":1556604172355737,"value":"ws"}],"tags":{"http.path":"/api","error":""},"debug":true,"shared":true}]',
      '[]',
    ]),
  words: [
    ...JSON_WORDS,
    '"SERVER"',
    '"PRODUCER"',
    '"CONSUMER"',
    '"otel.status_code":"ERROR"',
    '"error":',
    '"exception"',
  ],
  check: (input) => checkCounts(decodeZipkin(decoder, 'zipkin-json', own(input))),
}

const zipkinProtobuf: FuzzTarget = {
  name: 'Zipkin protobuf',
  seeds: () => [
    // ListOfSpans { Span { trace_id, id, kind SERVER, name, timestamp, duration, local_endpoint, annotations, tags } }
    Buffer.from(
      '0a560a085af7183fb1d4cf5f1a08352bff9a74ca9ad220022a03676574310100000000000000380142060a016112027f014a0a0900000000000000011201775207'.concat(
        '0a0161120262635801600168656c6c6f',
      ),
      'hex',
    ),
    Buffer.from('0a160a085af7183fb1d4cf5f1a08352bff9a74ca9ad22001', 'hex'),
  ],
  words: OTLP_WORDS,
  check: (input) => checkCounts(decodeZipkin(decoder, 'zipkin-protobuf', own(input))),
}

const datagram: FuzzTarget = {
  name: 'datagram',
  seeds: () =>
    bytesOf([
      '{"format":"json","version":1}\n{"a":1}',
      '{"format": "JSON", "version": 1}\r\n[]\n',
      '{}\n{}',
      '{"version":2,"format":"x"}\n',
    ]),
  words: [...JSON_WORDS, '"format":', '"json"', '"version":', '1', '\n', '\r\n', 'json'],
  check: (input) => {
    const read = parseDaemonDatagram(input)
    if (!read.ok) return
    const at = input.length - read.value.length
    must(input[at - 1] === 0x0a, 'the body begins behind a line')
    const header = JSON.parse(textOf(input.subarray(0, at - 1))) as Record<string, unknown>
    must(header['version'] === 1, 'the version is 1')
    must(String(header['format']).toLowerCase() === 'json', 'the format is json')
    must(textOf(read.value).trim() !== '', 'the body is not blank')
  },
}

const filter: FuzzTarget = {
  name: 'filter expression',
  seeds: () => bytesOf(samples(arbitraryFilter(), 60).map(printFilter)),
  words: [
    'service(',
    'edge(',
    'id(',
    'name:',
    'type:',
    'account.id:',
    'annotation',
    'annotation[',
    'rootcause.fault.entity',
    'rootcause.json',
    'group.name',
    'http.status',
    'responsetime',
    'duration',
    ' AND ',
    ' OR ',
    '!',
    ' = ',
    ' != ',
    ' CONTAINS ',
    ' BEGINSWITH ',
    '{ ',
    ' }',
    '"',
    '\\',
    '(',
    ')',
    'fault',
    'ok',
    'true',
    '1.5',
    '-1',
    '\xc3\xa9',
  ],
  check: (input) => {
    const text = textOf(input)
    const read = parseFilter(text)
    if (!read.ok) {
      must(read.problem.offset <= text.length, 'the place is in the text')
      return
    }
    const printed = printFilter(read.value)
    // Too long is for the guard to say.
    if (printed.length <= 4096) deepStrictEqual(parseFilter(printed), read)
  },
}

const traceQuery: FuzzTarget = {
  name: 'TraceQL',
  seeds: () =>
    bytesOf([
      '{ span.http.status_code >= 400 && resource.service.name =~ "a.*" } >> { status = error } | count() > 2',
      '{ duration > 1.5s || !(name != "a") } && { kind = server } | by(.a) | select(.b)',
      '({ .a } | avg(duration) > 10ms) with (most_recent=true)',
    ]),
  words: [
    '{',
    '}',
    '(',
    ')',
    ' && ',
    ' || ',
    ' >> ',
    ' << ',
    ' !>> ',
    ' ~ ',
    ' =~ ',
    ' !~ ',
    'span.',
    'resource.',
    'event.',
    'link.',
    'instrumentation.',
    'parent.',
    'nestedSetLeft',
    '.a',
    'duration',
    'status',
    'kind',
    'error',
    'nil',
    '100ms',
    '1h',
    '|',
    'count()',
    'min(',
    'by(',
    'coalesce()',
    'rate()',
    '"',
    '`',
    '\\',
    '/*',
    '//',
    '\n',
    '-',
    '^',
    '%',
  ],
  check: (input) => {
    const text = textOf(input)
    const read = parseTraceQuery(text)
    if (!read.ok) must(read.problem.message !== '', 'a refusal says why')
    readTempoSearch(new URLSearchParams({ q: text }), NOW)
  },
}

/** Headers and ids: what a line of text may hold. */
const header: FuzzTarget = {
  name: 'header',
  seeds: () =>
    bytesOf([
      '1-58406520-a006649127e371903a2de979',
      '58406520A006649127E371903A2DE979',
      '10aa20bb30cc40dd',
      'AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-3/xray/aws4_request, SignedHeaders=host, Signature=x',
      'localhost:2000',
      '[::1]:2000',
      'https://shop.example',
      'gzip',
      '20m',
    ]),
  words: [
    '1-',
    '-',
    'Credential=',
    '/aws4_request',
    '123456789012',
    '127.0.0.1',
    'localhost',
    '.',
    ':',
    '@',
    '/',
    '[',
    ']',
    '%',
    'https://',
    'xn--',
    '\xc3\xa9',
    '99999999H',
  ],
  check: (input) => {
    const text = textOf(input)
    const id = parseTraceId(text)
    if (id !== undefined) {
      must(parseTraceId(id) === id, 'an id is read as itself')
      must(parseTraceId(traceIdHex(id)) === id, 'both forms are one id')
    }
    const entity = parseEntityId(text)
    if (entity !== undefined) must(parseEntityId(entity) === entity, 'an id is read as itself')
    const { account, region } = requestContext(text, { account: '0', region: 'r' })
    must(account !== '' && region !== '', 'everybody has an account and a region')
    parseContentEncoding(text)
    const timeout = parseGrpcTimeout(text)
    must(timeout === undefined || timeout >= 0, 'a timeout is a time')
    const known = isKnownHost(text, new Set())
    if (known) must(isKnownHost(text.toUpperCase(), new Set()), 'case means nothing in a host')
    const asking = {
      method: 'POST',
      isSecure: false,
      host: text,
      site: undefined,
      mode: undefined,
      destination: undefined,
    }
    must(
      isCrossSite({ ...asking, origin: 'https://evil.test' }) || /^evil\.test/i.test(text),
      'an origin is no host',
    )
    isCrossSite({ ...asking, host: 'localhost:2000', origin: text })
  },
}

const queryParameters: FuzzTarget = {
  name: 'query parameters',
  seeds: () =>
    bytesOf([
      'service=a&operation=b&tag=x:y&tags={"a":"b"}&start=1&end=2&lookback=1h&minDuration=1ms&maxDuration=1s&limit=3',
      'traceID=58406520a006649127e371903a2de979&traceID=1',
      'q={}&tags=a=b c="d"&minDuration=1s&maxDuration=2s&limit=20&spss=3&start=1&end=2',
    ]),
  words: [
    'service=',
    'tag=',
    'tags=',
    'limit=',
    'start=',
    'end=',
    'q=',
    'spss=',
    'traceID=',
    'minDuration=',
    'lookback=',
    '&',
    '=',
    '%',
    '%00',
    '%e9',
    '+',
    '"',
    '9999999999999999999',
    '-1',
    '1.5h',
    '{',
    '}',
  ],
  check: (input) => {
    const query = new URLSearchParams(textOf(input))
    for (const read of [readJaegerQuery(query, NOW), readTempoSearch(query, NOW)]) {
      if (!read.ok)
        must(typeof read.problem === 'string' && read.problem !== '', 'a refusal says why')
    }
    for (const value of query.values()) {
      const id = readTraceId(value)
      if (id !== undefined) must(parseTraceId(id) === id, 'an id is read as itself')
    }
  },
}

const grpcMessage: FuzzTarget = {
  name: 'gRPC message',
  seeds: () => [
    Buffer.from('0000000003616263', 'hex'),
    Buffer.from('01000000021f8b', 'hex'),
    Buffer.from('0a0161', 'hex'),
  ],
  words: OTLP_WORDS,
  check: (input) => {
    for (const encoding of [undefined, 'gzip', 'zstd', 'deflate', 'x']) {
      const read = readGrpcMessage(own(input), encoding)
      if (read.ok)
        must(read.value.bytes.length === input.length - 5, 'a message is all behind its prefix')
    }
    parseHealthCheckRequest(own(input))
  },
}

const LIMIT = 64 * 1024

const compressed: FuzzTarget = {
  name: 'compressed body',
  seeds: () => [
    Buffer.from('1f8b08000000000000034b04000000ffff03004307bee801000000', 'hex'),
    Buffer.from('789c4b040000620062', 'hex'),
    Buffer.from('28b52ffd0401090000616cf6', 'hex'),
    Buffer.from('28b52ffd200361626300', 'hex'),
  ],
  words: [
    '\x28\xb5\x2f\xfd',
    '\x50\x2a\x4d\x18',
    '\x1f\x8b\x08',
    '\x78\x9c',
    '\xff\xff\xff\xff',
    '\x00\x00\x00\x00',
  ],
  check: (input) => {
    for (const encoding of ['gzip', 'deflate', 'zstd'] as const) {
      const read = inflate(encoding, own(input), LIMIT)
      if (read.ok) must(read.value.length <= LIMIT, 'no more than the limit')
    }
  },
}

/** Every reader of bytes from outside. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  segmentDocument,
  segmentsRequest,
  otlpProtobuf,
  otlpJson,
  zipkinJson,
  zipkinProtobuf,
  datagram,
  filter,
  traceQuery,
  header,
  queryParameters,
  grpcMessage,
  compressed,
  journalTarget,
]
