import { type Result, traceIdHex } from '@fluoroscope/model'
import { MessageWriter } from '../../lib/message-writer.ts'
import type { SpanBatch } from '../otlp/span-batch.ts'
import type { TraceDecoder, TraceRequestProblem } from '../otlp/trace-decoder.ts'
import { type ZipkinMeaning, type ZipkinStatus, zipkinMeaning } from './zipkin-attributes.ts'
import { zipkinEvent } from './zipkin-event.ts'
import { type Place, ZipkinHalves } from './zipkin-halves.ts'
import { readZipkinJson } from './zipkin-json.ts'
import { readZipkinProtobuf } from './zipkin-protobuf.ts'
import type { ZipkinDefect, ZipkinKind, ZipkinList, ZipkinSpan } from './zipkin-span.ts'

/** The two encodings of Zipkin v2. */
export type ZipkinEncoding = 'zipkin-json' | 'zipkin-protobuf'

/**
 * Reads a list of spans of Zipkin v2: rewrites it as a trace request of OTLP and has that decoded, so
 * that there is one form inside (docs/opentelemetry.md says what becomes what).
 */
export function decodeZipkin(
  decoder: TraceDecoder,
  encoding: ZipkinEncoding,
  body: Uint8Array,
): Result<SpanBatch, TraceRequestProblem> {
  const list = encoding === 'zipkin-json' ? readZipkinJson(body) : readZipkinProtobuf(body)
  if (!list.ok) return list
  const batch = decoder.decode(otlpRequest(list.value), defectsOf(list.value.defects))
  if (!batch.ok) return batch
  const { ownParents, spans } = list.value
  batch.value.ownParents = ownParents
  batch.value.replacedTexts = spans.reduce((sum, { replacedTexts }) => sum + replacedTexts, 0)
  return batch
}

/** By ordinal: an empty span stands for each, before the others. */
function defectsOf(defects: readonly ZipkinDefect[]): ReadonlyMap<number, ZipkinDefect> {
  return new Map(defects.map((defect, index) => [index, defect]))
}

type Told = { readonly span: ZipkinSpan; readonly place: Place; readonly meaning: ZipkinMeaning }

/** An ExportTraceServiceRequest (opentelemetry-proto, collector trace v1). */
function otlpRequest({ spans, defects }: ZipkinList): Uint8Array {
  const writer = new MessageWriter(64 * 1024)
  if (defects.length > 0) {
    writer.message(1, () => {
      writer.message(2, () => {
        for (const _ of defects) writer.message(2, () => undefined)
      })
    })
  }
  for (const group of groupsOf(spans)) writer.message(1, () => writeGroup(writer, group))
  return writer.finish()
}

/** Spans of one service and one library. */
function groupsOf(spans: readonly ZipkinSpan[]): Iterable<readonly Told[]> {
  const halves = new ZipkinHalves(spans)
  const groups = new Map<string, Told[]>()
  for (const span of spans) {
    const meaning = zipkinMeaning(span)
    const { name, version } = meaning.scope
    const key = JSON.stringify([span.localEndpoint.serviceName, name, version])
    const told = { span, place: halves.placeOf(span), meaning }
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [told])
    else group.push(told)
  }
  return groups.values()
}

function writeGroup(writer: MessageWriter, group: readonly Told[]): void {
  const [first] = group
  const service = first?.span.localEndpoint.serviceName
  if (service !== undefined)
    writer.message(1, () => writeAttribute(writer, 1, 'service.name', service))
  writer.message(2, () => {
    const { name = '', version = '' } = first?.meaning.scope ?? {}
    if (name !== '' || version !== '') {
      writer.message(1, () => {
        writer.text(1, name)
        writer.text(2, version)
      })
    }
    for (const told of group) writer.message(2, () => writeSpan(writer, told))
  })
}

/** Numbers of Span.SpanKind; without a kind a span is work within its service. */
const KINDS: Readonly<Record<ZipkinKind, bigint>> = {
  SERVER: 2n,
  CLIENT: 3n,
  PRODUCER: 4n,
  CONSUMER: 5n,
}
const INTERNAL = 1n
const STATUS_CODES: Readonly<Record<ZipkinStatus['code'], bigint>> = {
  unset: 0n,
  ok: 1n,
  error: 2n,
}
/** Span.flags: it is known whether the parent is remote, and it is. */
const REMOTE_PARENT = 0x300n

function writeSpan(writer: MessageWriter, { span, place, meaning }: Told): void {
  const { kind, name, start, duration } = span
  writer.bytes(1, Buffer.from(traceIdHex(span.traceId), 'hex'))
  writer.bytes(2, Buffer.from(place.id, 'hex'))
  if (place.parentId !== undefined) writer.bytes(4, Buffer.from(place.parentId, 'hex'))
  writer.text(5, name)
  writer.varint(6, kind === undefined ? INTERNAL : KINDS[kind])
  writer.fixed64(7, nanos(start))
  if (duration !== undefined) writer.fixed64(8, nanos(start) + nanos(duration))
  for (const [key, value] of meaning.attributes) writeAttribute(writer, 9, key, value)
  writeCount(writer, 10, meaning.droppedAttributes)
  for (const { timestamp, value } of span.annotations) {
    const event = zipkinEvent(value)
    writer.message(11, () => {
      writer.fixed64(1, nanos(timestamp))
      writer.text(2, event.name)
      for (const [key, attribute] of event.attributes) writeAttribute(writer, 3, key, attribute)
    })
  }
  writeCount(writer, 12, meaning.droppedEvents)
  writeCount(writer, 14, meaning.droppedLinks)
  writeStatus(writer, meaning.status)
  const isReceiver = kind === 'SERVER' || kind === 'CONSUMER'
  if (isReceiver && place.parentId !== undefined) writer.fixed32(16, REMOTE_PARENT)
}

function writeStatus(writer: MessageWriter, { code, message }: ZipkinStatus): void {
  if (code === 'unset') return
  writer.message(15, () => {
    if (message !== '') writer.text(2, message)
    writer.varint(3, STATUS_CODES[code])
  })
}

function writeAttribute(
  writer: MessageWriter,
  field: number,
  key: string,
  value: string | number | boolean,
): void {
  writer.message(field, () => {
    writer.text(1, key)
    writer.message(2, () => {
      if (typeof value === 'string') writer.text(1, value)
      else if (typeof value === 'boolean') writer.varint(2, value ? 1n : 0n)
      else if (Number.isSafeInteger(value)) writer.varint(3, BigInt(value))
      else writer.double(4, value)
    })
  })
}

function writeCount(writer: MessageWriter, field: number, count: number): void {
  if (count > 0) writer.varint(field, BigInt(count))
}

function nanos(micros: number): bigint {
  return BigInt(micros) * 1000n
}
