import {
  DEFAULT_MAPPING,
  type OtlpResource,
  type OtlpSpan,
  type ResourceMeaning,
  readResource,
  type SegmentDocument,
  segmentDocumentsOf,
} from '@fluoroscope/model'
import { OtlpSpans } from './otlp-spans.ts'
import type { SpanBatch } from './span-batch.ts'

type DocumentsOfSpan = {
  readonly span: OtlpSpan
  readonly resource: ResourceMeaning
  readonly documents: readonly SegmentDocument[]
}

/** The segment documents that the spans of a batch become; the plain way, an object for each. */
export class SpanDocuments {
  readonly #spans: OtlpSpans
  readonly #meanings = new Map<OtlpResource, ResourceMeaning>()

  /** @param batch as it is now: made anew for every request that is decoded */
  constructor(batch: SpanBatch) {
    this.#spans = new OtlpSpans(batch)
  }

  /** Those of the span with this index: one, or a segment and the call below it. */
  of(index: number): DocumentsOfSpan {
    const span = this.#spans.span(index)
    const resource = this.#meaningOf(span.resource)
    return { span, resource, documents: segmentDocumentsOf(span, resource) }
  }

  #meaningOf(resource: OtlpResource): ResourceMeaning {
    const known = this.#meanings.get(resource)
    if (known !== undefined) return known
    const meaning = readResource(resource.attributes, DEFAULT_MAPPING)
    this.#meanings.set(resource, meaning)
    return meaning
  }
}
