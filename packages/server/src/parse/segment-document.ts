import {
  DEFAULT_DOCUMENT_LIMITS,
  type DocumentLimits,
  ok,
  type ParsedDocument,
  parseSegmentDocument,
  type Rejection,
  type Result,
} from '@fluoroscope/model'

/** A good document and its text, which is what is kept. */
export type WireDocument = ParsedDocument & { readonly text: string }

/** Reads one element of `TraceSegmentDocuments`. */
export function parseDocumentText(
  text: string,
  limits: DocumentLimits = DEFAULT_DOCUMENT_LIMITS,
): Result<WireDocument, Rejection> {
  const parsed = parseSegmentDocument(text, limits)
  if (!parsed.ok) return parsed
  const { document, ignored } = parsed.value
  return ok({ document, ignored, text })
}
