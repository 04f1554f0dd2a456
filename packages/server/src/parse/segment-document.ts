import {
  bad,
  DEFAULT_DOCUMENT_LIMITS,
  type DocumentLimits,
  ok,
  type ParsedDocument,
  parseSegmentDocument,
  type Rejection,
  type Result,
  rejectionOf,
} from '@fluoroscope/model'
import { decodeUtf8 } from './decode-utf8.ts'

/** A good document and its text, which is what is kept. */
export type WireDocument = ParsedDocument & { readonly text: string }

/** OTLP in base 64 instead of JSON (xray-behaviour 5.6): traces sampled and not, and metrics. */
const OTLP_PREFIX = /^(?:T1S|T1U|M1)/

/** Reads one element of `TraceSegmentDocuments`. */
export function parseDocumentText(
  text: string,
  limits: DocumentLimits = DEFAULT_DOCUMENT_LIMITS,
): Result<WireDocument, Rejection> {
  if (OTLP_PREFIX.test(text)) return bad(rejectionOf('UnsupportedFormat', 'entity'))
  const parsed = parseSegmentDocument(text, limits)
  if (!parsed.ok) return parsed
  const { document, ignored } = parsed.value
  return ok({ document, ignored, text })
}

/** Reads the body of one datagram; bytes that are not UTF-8 are a `ParseError`. */
export function parseDocumentBytes(
  bytes: Uint8Array,
  limits: DocumentLimits = DEFAULT_DOCUMENT_LIMITS,
): Result<WireDocument, Rejection> {
  const text = decodeUtf8(bytes)
  return text === undefined
    ? bad(rejectionOf('ParseError', 'segment'))
    : parseDocumentText(text, limits)
}
