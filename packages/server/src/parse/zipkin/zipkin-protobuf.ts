import { bad, ok, type Result } from '@fluoroscope/model'
import type { JsonBodyProblem } from '../json-body.ts'
import { readInt64 } from '../otlp/any-value.ts'
import { isUtf8 } from '../otlp/is-utf8.ts'
import { MemberError } from '../otlp/json-member.ts'
import { WireReader } from '../otlp/wire-reader.ts'
import {
  addZipkinSpan,
  ZIPKIN_KINDS,
  type ZipkinAnnotation,
  type ZipkinDraft,
  type ZipkinEndpoint,
  type ZipkinList,
} from './zipkin-span.ts'

/**
 * Reads a ListOfSpans (openzipkin/zipkin-api, zipkin.proto). What is wrong inside a span costs that span
 * only; fields nobody knows are passed over. Texts that are not UTF-8 get U+FFFD.
 */
export function readZipkinProtobuf(body: Uint8Array): Result<ZipkinList, JsonBodyProblem> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const reader = new WireReader()
  reader.open(bytes, 0)
  const list: ZipkinList = { spans: [], defects: [], ownParents: 0 }
  for (let index = 0; reader.at < bytes.length; ) {
    const tag = reader.tag(bytes.length)
    if (tag !== 0x0a) {
      reader.skip(tag, bytes.length, 0)
      continue
    }
    const end = reader.length(bytes.length)
    if (reader.flaw !== undefined) break
    const path = `spans[${index++}]`
    addZipkinSpan(list, path, () => new SpanReader(reader, bytes).read(end, path))
    reader.resume(end)
  }
  if (reader.flaw === undefined) return ok(list)
  const message = `The request body ${reader.flaw}, at byte ${reader.flawAt}`
  return bad({ kind: 'malformed', message })
}

type Draft = { -readonly [Member in keyof ZipkinDraft]: ZipkinDraft[Member] }
type Endpoint = { -readonly [Member in keyof ZipkinEndpoint]: ZipkinEndpoint[Member] }

class SpanReader {
  readonly #reader: WireReader
  readonly #bytes: Buffer
  readonly #annotations: ZipkinAnnotation[] = []
  readonly #tags = new Map<string, string>()
  #replacedTexts = 0

  constructor(reader: WireReader, bytes: Buffer) {
    this.#reader = reader
    this.#bytes = bytes
  }

  /** The Span up to `end`. @throws MemberError */
  read(end: number, path: string): ZipkinDraft {
    const reader = this.#reader
    const span: Draft = {
      traceId: undefined,
      id: undefined,
      parentId: undefined,
      kind: undefined,
      name: '',
      timestamp: undefined,
      duration: undefined,
      localEndpoint: {},
      remoteEndpoint: {},
      annotations: this.#annotations,
      tags: this.#tags,
      debug: false,
      shared: false,
      replacedTexts: 0,
    }
    while (reader.at < end) this.#field(span, reader.tag(end), end, path)
    span.replacedTexts = this.#replacedTexts
    if (reader.flaw === undefined) return span
    throw new MemberError(path, `${reader.flaw}, at byte ${reader.flawAt}`)
  }

  #field(span: Draft, tag: number, end: number, path: string): void {
    const reader = this.#reader
    switch (tag) {
      case 0x0a:
        span.traceId = this.#hex(end)
        break
      case 0x12:
        span.parentId = this.#hex(end)
        break
      case 0x1a:
        span.id = this.#hex(end)
        break
      case 0x20:
        // Kinds that are not known yet are none, as in other readers of proto3.
        span.kind = ZIPKIN_KINDS[reader.uint32(end) - 1]
        break
      case 0x2a:
        span.name = this.#text(end)
        break
      case 0x31:
        span.timestamp = this.#fixedMicros(end, `${path}.timestamp`)
        break
      case 0x38:
        span.duration = this.#varintMicros(end, `${path}.duration`)
        break
      case 0x42:
        span.localEndpoint = this.#endpoint(reader.length(end))
        break
      case 0x4a:
        span.remoteEndpoint = this.#endpoint(reader.length(end))
        break
      case 0x52:
        this.#readAnnotation(reader.length(end), path)
        break
      case 0x5a:
        this.#readTag(reader.length(end))
        break
      case 0x60:
        span.debug = reader.uint32(end) !== 0
        break
      case 0x68:
        span.shared = reader.uint32(end) !== 0
        break
      default:
        reader.skip(tag, end, 1)
    }
  }

  #endpoint(end: number): ZipkinEndpoint {
    const reader = this.#reader
    const endpoint: Endpoint = {}
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) endpoint.serviceName = this.#text(end)
      else if (tag === 0x12) endpoint.ipv4 = this.#slice(end).join('.')
      else if (tag === 0x1a) endpoint.ipv6 = ipv6Text(this.#slice(end))
      else if (tag === 0x20) endpoint.port = reader.uint32(end)
      else reader.skip(tag, end, 2)
    }
    return endpoint
  }

  #readAnnotation(end: number, path: string): void {
    const reader = this.#reader
    const at = `${path}.annotations[${this.#annotations.length}].timestamp`
    let timestamp = 0
    let value = ''
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x09) timestamp = this.#fixedMicros(end, at)
      else if (tag === 0x12) value = this.#text(end)
      else reader.skip(tag, end, 2)
    }
    if (timestamp === 0) throw new MemberError(at, 'is missing', 'invalid-time')
    this.#annotations.push({ timestamp, value })
  }

  #readTag(end: number): void {
    const reader = this.#reader
    let key = ''
    let value = ''
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) key = this.#text(end)
      else if (tag === 0x12) value = this.#text(end)
      else reader.skip(tag, end, 2)
    }
    this.#tags.set(key, value)
  }

  #fixedMicros(end: number, path: string): number {
    const { at, view } = this.#reader
    this.#reader.skipBytes(8, end)
    return this.#reader.flaw === undefined ? safeMicros(view.getBigUint64(at, true), path) : 0
  }

  #varintMicros(end: number, path: string): number {
    const { at } = this.#reader
    this.#reader.skipVarint(end)
    if (this.#reader.flaw !== undefined) return 0
    return safeMicros(BigInt.asUintN(64, readInt64(this.#bytes, at)), path)
  }

  #text(end: number): string {
    const bytes = this.#slice(end)
    if (!isUtf8(bytes, 0, bytes.length)) this.#replacedTexts += 1
    return bytes.toString('utf8')
  }

  #hex(end: number): string | undefined {
    const bytes = this.#slice(end)
    return bytes.length === 0 ? undefined : bytes.toString('hex')
  }

  #slice(parentEnd: number): Buffer {
    const end = this.#reader.length(parentEnd)
    const { at } = this.#reader
    this.#reader.at = end
    return this.#bytes.subarray(at, end)
  }
}

function safeMicros(micros: bigint, path: string): number {
  if (micros <= Number.MAX_SAFE_INTEGER) return Number(micros)
  throw new MemberError(path, 'is after the year 2255', 'invalid-time')
}

/** Eight groups of hex digits. */
function ipv6Text(bytes: Buffer): string {
  return (bytes.toString('hex').match(/.{1,4}/g) ?? [])
    .map((group) => group.replace(/^0{1,3}/, ''))
    .join(':')
}
