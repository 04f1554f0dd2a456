import type { Brand } from './brand.ts'

/** A trace id in X-Ray's form, lower case: `1-58406520-a006649127e371903a2de979`. */
export type TraceId = Brand<string, 'TraceId'>

/** The id of a segment, subsegment or exception: 16 lower-case hex digits, unique in its trace. */
export type EntityId = Brand<string, 'EntityId'>

const XRAY_TRACE_ID = /^1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}$/
const W3C_TRACE_ID = /^[0-9a-fA-F]{32}$/
const ENTITY_ID = /^[0-9a-fA-F]{16}$/

/** Reads `1-8hex-24hex` or a W3C id of 32 hex digits, in any case; undefined for anything else. */
export function parseTraceId(text: string): TraceId | undefined {
  if (isLowerXrayId(text)) return text as TraceId
  if (XRAY_TRACE_ID.test(text)) return text.toLowerCase() as TraceId
  if (!W3C_TRACE_ID.test(text)) return undefined
  return `1-${text.slice(0, 8)}-${text.slice(8)}`.toLowerCase() as TraceId
}

/** Reads 16 hex digits in any case; undefined for anything else. */
export function parseEntityId(text: string): EntityId | undefined {
  if (text.length === 16 && isLowerHex(text, 0, 16)) return text as EntityId
  return ENTITY_ID.test(text) ? (text.toLowerCase() as EntityId) : undefined
}

/** The 32 hex digits of the id: its W3C form, and the form the store keeps as 16 bytes. */
export function traceIdHex(id: TraceId): string {
  return id.slice(2, 10) + id.slice(11)
}

/** What SDKs send; saves them the expressions and a copy. */
function isLowerXrayId(text: string): boolean {
  return (
    text.length === 35 &&
    text.startsWith('1-') &&
    text[10] === '-' &&
    isLowerHex(text, 2, 10) &&
    isLowerHex(text, 11, 35)
  )
}

function isLowerHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    const isHex = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66)
    if (!isHex) return false
  }
  return true
}
