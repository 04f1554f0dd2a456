import {
  assert,
  DEFAULT_MAPPING,
  isParentRemote,
  type ResourceMeaning,
  readResource,
  readSpan,
  type SegmentDocument,
  type SegmentFacts,
  type SpanFacts,
  type SubsegmentFacts,
  serviceIdOf,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { BatchAttributes } from './parse/otlp/batch-attributes.ts'
import { entityIdAt, OtlpSpans, spanKindOf, traceIdAt } from './parse/otlp/otlp-spans.ts'
import { SPAN, type SpanBatch } from './parse/otlp/span-batch.ts'
import { SpanDocuments } from './parse/otlp/span-documents.ts'
import { type SpanRow, spanRowOf, UNTOLD_SERVICE } from './store/span-row.ts'
import { statementColumn } from './store/statement-column.ts'

/**
 * Makes the rows of spans straight from the columns of a batch, without an object for a span. Spans
 * with links, many attributes, or a key twice, and requests with texts that are not UTF-8, go the plain
 * way; the rows are the same.
 */
export class OtlpRows {
  readonly #batch: SpanBatch
  readonly #attributes: BatchAttributes
  readonly #spans: OtlpSpans
  readonly #plain: PlainOtlpRows
  readonly #resources: (ResourceMeaning | undefined)[] = []

  /** @param batch as it is now: made anew for every request that is decoded */
  constructor(batch: SpanBatch) {
    this.#batch = batch
    this.#attributes = new BatchAttributes(batch)
    this.#spans = new OtlpSpans(batch)
    this.#plain = new PlainOtlpRows(batch)
  }

  /** Those of the span with this index: one, or that of a segment and of the call below it. */
  of(index: number): readonly SpanRow[] {
    const { spans } = this.#batch
    const hasLinks = spans.get(index, SPAN.linksFrom) !== spans.get(index, SPAN.linksTo)
    const [from, to] = [spans.get(index, SPAN.attributesFrom), spans.get(index, SPAN.attributesTo)]
    const isPlain = hasLinks || this.#batch.brokenTexts.count > 0
    if (isPlain || !this.#attributes.open(from, to)) return this.#plain.of(index)
    const resource = this.#resource(index)
    return this.#rowsOf(index, this.#read(index, resource), resource)
  }

  #read(index: number, resource: ResourceMeaning): SpanFacts {
    const batch = this.#batch
    const { spans } = batch
    const hasParent =
      spans.get(index, SPAN.parentSpanId) !== spans.get(index, SPAN.parentSpanId + 1)
    const head = {
      name: batch.textAt(spans, index, SPAN.name),
      kind: spanKindOf(spans.get(index, SPAN.kind)),
      hasParent,
      hasRemoteParent: hasParent && isParentRemote(spans.get(index, SPAN.flags)),
      failed: spans.get(index, SPAN.statusCode) === STATUS_ERROR,
      ended: spans.get(index, SPAN.end) !== 0 || spans.get(index, SPAN.end + 1) !== 0,
    }
    return readSpan(head, this.#attributes, resource)
  }

  #rowsOf(index: number, facts: SpanFacts, resource: ResourceMeaning): readonly SpanRow[] {
    const batch = this.#batch
    const { spans } = batch
    const id = entityIdAt(batch, spans, index, SPAN.spanId)
    const at = spans.get(index, SPAN.parentSpanId)
    const parentId =
      at === spans.get(index, SPAN.parentSpanId + 1)
        ? undefined
        : entityIdAt(batch, spans, index, SPAN.parentSpanId)
    const start = unixNanos(batch.nanosAt(spans, index, SPAN.start))
    const end = unixNanos(batch.nanosAt(spans, index, SPAN.end))
    switch (facts.form) {
      case 'segment':
        return [segmentRow({ id, parentId, start, end }, facts.segment, resource)]
      case 'subsegment':
        return [callRow({ id, parentId, start, end }, facts.subsegment, resource)]
      case 'service-and-call': {
        const traceId = traceIdAt(batch, spans, index, SPAN.traceId)
        const service = serviceIdOf({ traceId, id })
        return [
          segmentRow({ id: service, parentId, start, end }, facts.service, resource),
          callRow({ id, parentId: service, start, end }, facts.call, resource),
        ]
      }
    }
  }

  #resource(span: number): ResourceMeaning {
    const scope = this.#batch.scopes[this.#batch.spans.get(span, SPAN.scope)]
    assert(scope !== undefined, 'every span has a scope')
    const known = this.#resources[scope.resource]
    if (known !== undefined) return known
    const { attributes } = this.#spans.resource(scope.resource)
    const meaning = readResource(attributes, DEFAULT_MAPPING)
    this.#resources[scope.resource] = meaning
    return meaning
  }
}

const STATUS_ERROR = 2

type RowIds = Pick<SpanRow, 'id' | 'parentId' | 'start'> & { readonly end: UnixNanos }

/** Members are spelled out, here and below: spreading objects costs as much as reading a span. */
function segmentRow(
  { id, parentId, start, end }: RowIds,
  facts: SegmentFacts,
  resource: ResourceMeaning,
): SpanRow {
  return {
    id,
    parentId,
    isSegment: true,
    start,
    end: facts.inProgress ? undefined : end,
    name: facts.name,
    origin: resource.origin ?? '',
    namespace: '',
    fault: facts.fault,
    error: facts.error,
    throttle: facts.throttle,
    http: facts.http,
    user: facts.user ?? '',
    resourceArn: facts.resourceArn ?? '',
    instanceId: resource.instanceId ?? '',
    availabilityZone: resource.availabilityZone ?? '',
    operation: facts.operation ?? '',
    calleeName: '',
    calleeType: '',
    awsAccount: facts.account ?? '',
    annotations: facts.annotations,
    triggers: NO_LINKS,
    service: serviceColumn(resource),
    statement: NO_STATEMENT,
  }
}

function callRow(
  { id, parentId, start, end }: RowIds,
  facts: SubsegmentFacts,
  resource: ResourceMeaning,
): SpanRow {
  return {
    id,
    parentId,
    isSegment: false,
    start,
    end: facts.inProgress ? undefined : end,
    name: facts.name,
    origin: '',
    namespace: facts.namespace ?? '',
    fault: facts.fault,
    error: facts.error,
    throttle: facts.throttle,
    http: facts.http,
    user: '',
    resourceArn: '',
    instanceId: '',
    availabilityZone: '',
    operation: facts.operation ?? '',
    calleeName: facts.callee?.name ?? '',
    calleeType: facts.callee?.type ?? '',
    awsAccount: facts.account ?? '',
    annotations: facts.annotations,
    triggers: NO_LINKS,
    service: serviceColumn(resource),
    statement: statementColumn(facts.sql),
  }
}

const NO_LINKS: SpanRow['triggers'] = []
const NO_STATEMENT = statementColumn(undefined)

/** {@link UNTOLD_SERVICE} too where attributes are no annotations: then rows do not tell them. */
function serviceColumn({ serviceName, index }: ResourceMeaning): string {
  return index === 'listed' ? UNTOLD_SERVICE : (serviceName ?? '')
}

/** The plain twin of {@link OtlpRows}: rows of the segment documents that spans become. */
export class PlainOtlpRows {
  readonly #documents: SpanDocuments

  constructor(batch: SpanBatch) {
    this.#documents = new SpanDocuments(batch)
  }

  of(index: number): readonly SpanRow[] {
    const { documents, resource } = this.#documents.of(index)
    const service = serviceColumn(resource)
    return documents.map((document) => ({ ...rowOfDocument(document), service }))
  }
}

function rowOfDocument(document: SegmentDocument): SpanRow {
  return document.kind === 'segment'
    ? spanRowOf(document.segment, document.segment.parentId)
    : spanRowOf(document.subsegment, document.parentId)
}
