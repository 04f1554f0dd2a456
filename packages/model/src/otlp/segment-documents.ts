import { assert } from '../assert.ts'
import { deriveEntityId } from '../derive-entity-id.ts'
import type {
  Cause,
  Entity,
  Http,
  Link,
  Progress,
  Segment,
  SegmentDocument,
  Subsegment,
} from '../segment.ts'
import { REFERENCE_TYPE } from '../segment.ts'
import type { EntityId } from '../trace-id.ts'
import { causeOf } from './exception-cause.ts'
import { jsonOfAttributes } from './json-of-value.ts'
import type { OtlpSpan } from './otlp-span.ts'
import { type ResourceMeaning, resourceMetadata } from './resource-meaning.ts'
import { spanAttributes } from './span-attributes.ts'
import {
  type EntityFacts,
  readSpan,
  type SegmentFacts,
  type SubsegmentFacts,
} from './span-facts.ts'
import { isParentRemote } from './span-head.ts'
import { receivedSize } from './span-http.ts'
import { metadataOf, metadataOfResource } from './span-metadata.ts'

/**
 * The segment documents of a span (xray-behaviour 15.2 to 15.6): one, or of a local root that is a
 * call two, the segment of the service first. Always the same for the same span.
 * @param resource the meaning of the span's own resource
 */
export function segmentDocumentsOf(
  span: OtlpSpan,
  resource: ResourceMeaning,
): readonly SegmentDocument[] {
  const head = {
    name: span.name,
    kind: span.kind,
    hasParent: span.parentId !== undefined,
    hasRemoteParent: span.parentId !== undefined && isParentRemote(span.flags),
    failed: span.status.code === 'error',
    ended: span.end !== 0n,
  }
  const facts = readSpan(head, spanAttributes(span.attributes), resource)
  switch (facts.form) {
    case 'segment':
      return [segmentDocument(span, facts.segment, resource)]
    case 'subsegment':
      assert(span.parentId !== undefined, 'spans without a parent become segments')
      return [subsegmentDocument(span, facts.subsegment, span.parentId, linksOf(span), resource)]
    case 'service-and-call': {
      // Links belong to what received the messages: of a consumer the service, else the call.
      const links = linksOf(span)
      const [ofService, ofCall] = span.kind === 'consumer' ? [links, []] : [[], links]
      const id = serviceIdOf(span)
      return [
        serviceDocument(span, facts.service, id, ofService, resource),
        subsegmentDocument(span, facts.call, id, ofCall, resource),
      ]
    }
  }
}

/**
 * The id of the segment made for a local root that is a call: X-Ray's exporter draws one at random,
 * ours follows from the span's, so that rows and documents agree.
 */
export function serviceIdOf(span: Pick<OtlpSpan, 'traceId' | 'id'>): EntityId {
  return deriveEntityId(span.traceId, span.id, 'service')
}

function segmentDocument(
  span: OtlpSpan,
  facts: SegmentFacts,
  resource: ResourceMeaning,
): SegmentDocument {
  const ofResource = resourceMetadata(resource, facts.annotations)
  const segment: Segment = {
    ...ownedBy(span, facts, resource),
    id: span.id,
    ...entityOf(span, facts, resource),
    metadata: metadataOf(span, facts.name, facts.unindexed, resource.language, ofResource),
    links: linksOf(span),
  }
  return { kind: 'segment', segment }
}

function serviceDocument(
  span: OtlpSpan,
  facts: SegmentFacts,
  id: EntityId,
  links: readonly Link[],
  resource: ResourceMeaning,
): SegmentDocument {
  const ofResource = resourceMetadata(resource, facts.annotations)
  const entity = entityOf(span, facts, resource)
  const segment: Segment = {
    ...ownedBy(span, facts, resource),
    id,
    ...entity,
    cause: referenceTo(entity.cause),
    metadata: metadataOfResource(ofResource),
    links,
  }
  return { kind: 'segment', segment }
}

/** The exceptions are the call's, which the segment refers to: ids are unique in a trace. */
function referenceTo(cause: Cause | undefined): Cause | undefined {
  const exceptionId = cause?.kind === 'exceptions' ? cause.exceptions[0]?.id : cause?.exceptionId
  return exceptionId === undefined ? undefined : { kind: 'reference', exceptionId }
}

function subsegmentDocument(
  span: OtlpSpan,
  facts: SubsegmentFacts,
  parentId: EntityId,
  links: readonly Link[],
  resource: ResourceMeaning,
): SegmentDocument {
  const subsegment: Subsegment = {
    kind: 'subsegment',
    id: span.id,
    ...entityOf(span, facts, resource),
    metadata: metadataOf(span, facts.name, facts.unindexed, resource.language, {}),
    links,
    namespace: facts.namespace,
    sql: facts.sql,
    traced: facts.traced,
    precursorIds: facts.precursorIds,
  }
  return { kind: 'independent-subsegment', traceId: span.traceId, parentId, subsegment }
}

function ownedBy(span: OtlpSpan, facts: SegmentFacts, resource: ResourceMeaning) {
  return {
    kind: 'segment',
    traceId: span.traceId,
    parentId: span.parentId,
    user: facts.user,
    origin: resource.origin,
    resourceArn: facts.resourceArn,
    service: resource.service,
    account: undefined,
    inferred: false,
  } as const
}

function entityOf(
  span: OtlpSpan,
  facts: EntityFacts,
  resource: ResourceMeaning,
): Omit<Entity, 'id' | 'metadata' | 'links'> {
  return {
    name: facts.name,
    start: span.start,
    progress: progressOf(span, facts),
    fault: facts.fault,
    error: facts.error,
    throttle: facts.throttle,
    http: withReceivedSize(facts.http, span),
    aws: facts.aws,
    cause: causeOf(span, facts.cause, resource),
    annotations: new Map(facts.annotations),
    subsegments: [],
  }
}

function progressOf(span: OtlpSpan, facts: EntityFacts): Progress {
  return facts.inProgress ? { state: 'in-progress' } : { state: 'complete', end: span.end }
}

function withReceivedSize(http: Http | undefined, span: OtlpSpan): Http | undefined {
  if (http === undefined || http.contentLength !== undefined) return http
  for (const { attributes } of span.events) {
    const contentLength = receivedSize(attributes)
    if (contentLength !== undefined) return { ...http, contentLength }
  }
  return http
}

/** What a span links to caused it, unless the link says otherwise. */
function linksOf(span: OtlpSpan): readonly Link[] {
  return span.links.map(({ traceId, id, attributes }) => ({
    traceId,
    id,
    attributes: { [REFERENCE_TYPE]: 'parent', ...jsonOfAttributes(attributes) },
  }))
}
