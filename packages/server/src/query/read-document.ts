import { parseSegmentDocument, type ReceivedDocument } from '@fluoroscope/model'
import { SpanDocuments } from '../parse/otlp/span-documents.ts'
import { TraceDecoder } from '../parse/otlp/trace-decoder.ts'
import { BYTES, INSTANT, type Row, TEXT, TRACE_ID } from '../store/column.ts'
import { DOCUMENT_FORMAT } from '../store/segment-row.ts'

/** What is read of a row of `documents`. */
export const DOCUMENT_ROW = {
  trace_id: TRACE_ID,
  received: INSTANT,
  account: TEXT,
  region: TEXT,
  document: BYTES,
  format: DOCUMENT_FORMAT,
}

export type DocumentRow = Row<typeof DOCUMENT_ROW>

/** What was accepted once is not measured again. */
const NO_DOCUMENT_LIMITS = {
  maxLength: Number.POSITIVE_INFINITY,
  maxDepth: Number.POSITIVE_INFINITY,
  maxSubsegments: Number.POSITIVE_INFINITY,
  maxValues: Number.POSITIVE_INFINITY,
}

const NO_REQUEST_LIMITS = {
  maxSpans: Number.POSITIVE_INFINITY,
  maxRecords: Number.POSITIVE_INFINITY,
}

/** Reads stored documents, of whatever format. It keeps its tables from one to the next. */
export class DocumentReader {
  #decoder: TraceDecoder | undefined

  /** @throws Error only what was accepted is stored, so what cannot be read is a fault of ours */
  read(row: DocumentRow): Iterable<ReceivedDocument> {
    return row.format === 'otlp' ? this.#readChunk(row) : [readSegmentDocument(row)]
  }

  /** The segment documents of the spans, in the order they were sent. */
  *#readChunk(row: DocumentRow): Generator<ReceivedDocument> {
    this.#decoder ??= new TraceDecoder([], NO_REQUEST_LIMITS)
    const batch = this.#decoder.decode(row.document)
    if (!batch.ok || batch.value.rejected.size > 0) {
      const problem = batch.ok ? batch.value.rejections[0]?.message : batch.problem.message
      throw new Error(`stored spans of trace ${row.trace_id}: ${problem}`)
    }
    const { received, account, region } = row
    const read = new SpanDocuments(batch.value)
    for (let index = 0; index < batch.value.spans.count; index++) {
      const { span, documents } = read.of(index)
      for (const document of documents) yield { document, received, account, region, span }
    }
  }
}

function readSegmentDocument(row: DocumentRow): ReceivedDocument {
  const text = Buffer.from(row.document.buffer, row.document.byteOffset, row.document.length)
  const parsed = parseSegmentDocument(text.toString('utf8'), NO_DOCUMENT_LIMITS)
  if (!parsed.ok) {
    const { id, code, message } = parsed.problem
    throw new Error(`stored document ${id} of trace ${row.trace_id}: ${code}, ${message}`)
  }
  const { received, account, region } = row
  return { document: parsed.value.document, received, account, region }
}
