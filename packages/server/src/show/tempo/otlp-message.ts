import {
  isOtlpArray,
  type OtlpAttributes,
  type OtlpSpan,
  type OtlpValue,
  traceIdHex,
} from '@fluoroscope/model'
import { MessageWriter } from '../../lib/message-writer.ts'
import { groupSpans, type ResourceSpans } from './otlp-parts.ts'

/** A `TracesData` message (opentelemetry-proto, trace v1): what Tempo calls a `Trace`. */
export function tracesMessage(spans: Iterable<OtlpSpan>): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter()
  writeTrace(writer, spans)
  return writer.finish()
}

/** Tempo's `TraceByIDResponse`: the trace, and whether it is all of it. */
export function traceResponseMessage(
  spans: Iterable<OtlpSpan>,
  partial: string | undefined,
): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter()
  writer.message(TRACE_BY_ID.trace, () => writeTrace(writer, spans))
  if (partial !== undefined) {
    writer.varint(TRACE_BY_ID.status, PARTIAL)
    writer.text(TRACE_BY_ID.message, partial)
  }
  return writer.finish()
}

/** grafana/tempo, pkg/tempopb/tempo.proto */
const TRACE_BY_ID = { trace: 1, status: 3, message: 4 }
const PARTIAL = 1n

/** Numbers of opentelemetry-proto, trace v1. */
export const KINDS = {
  unspecified: 0n,
  internal: 1n,
  server: 2n,
  client: 3n,
  producer: 4n,
  consumer: 5n,
}
export const STATUS_CODES = { unset: 0n, ok: 1n, error: 2n }

function writeTrace(writer: MessageWriter, spans: Iterable<OtlpSpan>): void {
  for (const group of groupSpans(spans)) {
    writer.message(1, () => writeResourceSpans(writer, group))
  }
}

function writeResourceSpans(writer: MessageWriter, { resource, scopes }: ResourceSpans): void {
  writer.message(1, () => {
    writeAttributes(writer, 1, resource.attributes)
    writeCount(writer, 2, resource.droppedAttributes)
  })
  for (const { scope, spans } of scopes) {
    writer.message(2, () => {
      writer.message(1, () => {
        writeText(writer, 1, scope.name)
        writeText(writer, 2, scope.version)
        writeAttributes(writer, 3, scope.attributes)
        writeCount(writer, 4, scope.droppedAttributes)
      })
      for (const span of spans) writer.message(2, () => writeSpan(writer, span))
      writeText(writer, 3, scope.schemaUrl)
    })
  }
  writeText(writer, 3, resource.schemaUrl)
}

function writeSpan(writer: MessageWriter, span: OtlpSpan): void {
  writer.bytes(1, hexBytes(traceIdHex(span.traceId)))
  writer.bytes(2, hexBytes(span.id))
  writeText(writer, 3, span.traceState)
  if (span.parentId !== undefined) writer.bytes(4, hexBytes(span.parentId))
  writeText(writer, 5, span.name)
  writer.varint(6, KINDS[span.kind])
  writer.fixed64(7, span.start)
  writer.fixed64(8, span.end)
  writeAttributes(writer, 9, span.attributes)
  writeCount(writer, 10, span.droppedAttributes)
  for (const { time, name, attributes, droppedAttributes } of span.events) {
    writer.message(11, () => {
      writer.fixed64(1, time)
      writeText(writer, 2, name)
      writeAttributes(writer, 3, attributes)
      writeCount(writer, 4, droppedAttributes)
    })
  }
  writeCount(writer, 12, span.droppedEvents)
  for (const link of span.links) {
    writer.message(13, () => {
      writer.bytes(1, hexBytes(traceIdHex(link.traceId)))
      writer.bytes(2, hexBytes(link.id))
      writeText(writer, 3, link.traceState)
      writeAttributes(writer, 4, link.attributes)
      writeCount(writer, 5, link.droppedAttributes)
      if (link.flags !== 0) writer.fixed32(6, BigInt(link.flags))
    })
  }
  writeCount(writer, 14, span.droppedLinks)
  writer.message(15, () => {
    writeText(writer, 2, span.status.message)
    writer.varint(3, STATUS_CODES[span.status.code])
  })
  if (span.flags !== 0) writer.fixed32(16, BigInt(span.flags))
}

function hexBytes(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

function writeText(writer: MessageWriter, field: number, value: string): void {
  if (value !== '') writer.text(field, value)
}

function writeCount(writer: MessageWriter, field: number, value: number): void {
  if (value !== 0) writer.varint(field, BigInt(value))
}

function writeAttributes(writer: MessageWriter, field: number, attributes: OtlpAttributes): void {
  for (const [key, value] of attributes) {
    writer.message(field, () => {
      writer.text(1, key)
      writer.message(2, () => writeValue(writer, value))
    })
  }
}

/** An `AnyValue`; its members are a choice, so that zeros are written. */
function writeValue(writer: MessageWriter, value: OtlpValue): void {
  if (typeof value === 'string') writer.text(1, value)
  else if (typeof value === 'boolean') writer.varint(2, value ? 1n : 0n)
  else if (typeof value === 'bigint') writer.varint(3, value)
  else if (typeof value === 'number') writer.double(4, value)
  else if (value !== null) writeCompound(writer, value)
}

type Compound = readonly OtlpValue[] | Uint8Array | OtlpAttributes

function writeCompound(writer: MessageWriter, value: Compound): void {
  if (isOtlpArray(value)) {
    writer.message(5, () => {
      for (const each of value) writer.message(1, () => writeValue(writer, each))
    })
  } else if (value instanceof Uint8Array) writer.bytes(7, value)
  else writer.message(6, () => writeAttributes(writer, 1, value))
}
