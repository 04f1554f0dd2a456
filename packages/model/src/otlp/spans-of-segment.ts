import { endOf, outcomeOf, type Segment, type Subsegment } from '../segment.ts'
import { type UnixNanos, unixNanos } from '../time.ts'
import type { Trace } from '../trace.ts'
import type { EntityId, TraceId } from '../trace-id.ts'
import { attributesOfEntity } from './entity-attributes.ts'
import { exceptionEvents } from './exception-events.ts'
import type { OtlpLink, OtlpResource, OtlpScope, OtlpSpan, OtlpStatus } from './otlp-span.ts'
import { resourceOfSegment } from './segment-resource.ts'
import { attributesOfJson } from './value-of-json.ts'

/**
 * A segment and all subsegments below it as OpenTelemetry spans, parents before children
 * (xray-behaviour 15.8, and 15.2 to 15.6 the other way round). Ids and times stay as they are; what
 * OpenTelemetry has no word for is kept in attributes under `aws.xray.`, so nothing is lost.
 */
export function spansOfSegment(segment: Segment): readonly OtlpSpan[] {
  return [...walkSpans(segment, segment.parentId, wholeOf(segment), NO_SPANS)]
}

/**
 * All that is known of a trace as OpenTelemetry spans, also what waits for its parent: what was sent as
 * spans as it was sent, and the rest as `spansOfSegment` makes it. Inferred segments sent nothing.
 */
export function spansOfTrace({ id, segments, orphans, spans }: Trace): readonly OtlpSpan[] {
  const all = new Set<OtlpSpan>()
  for (const segment of segments) {
    for (const span of walkSpans(segment, segment.parentId, wholeOf(segment), spans)) all.add(span)
  }
  const unowned: Whole = { traceId: id, resource: NO_RESOURCE, scope: NO_SCOPE }
  for (const { parentId, subsegment } of orphans) {
    for (const span of walkSpans(subsegment, parentId, unowned, spans)) all.add(span)
  }
  return [...all]
}

const NO_SPANS: Trace['spans'] = new Map()
const NO_RESOURCE: OtlpResource = { attributes: new Map(), droppedAttributes: 0, schemaUrl: '' }
const NO_SCOPE: OtlpScope = { ...NO_RESOURCE, name: '', version: '' }

function wholeOf(segment: Segment): Whole {
  return {
    traceId: segment.traceId,
    resource: resourceOfSegment(segment),
    scope: scopeOf(segment),
  }
}

/** Those of an entity and of all below it; of a local root that is a call, the same one twice. */
function* walkSpans(
  top: Segment | Subsegment,
  parentId: EntityId | undefined,
  whole: Whole,
  sent: Trace['spans'],
): Generator<OtlpSpan> {
  yield sent.get(top.id) ?? spanOf(top, parentId, whole)
  const open = childrenOf(top)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield sent.get(next.subsegment.id) ?? spanOf(next.subsegment, next.parentId, whole)
    open.push(...childrenOf(next.subsegment))
  }
}

type Whole = {
  readonly traceId: TraceId
  readonly resource: OtlpResource
  readonly scope: OtlpScope
}

type Child = { readonly subsegment: Subsegment; readonly parentId: EntityId }

/** The last one first: they are taken from the end. */
function childrenOf({ id, subsegments }: Segment | Subsegment): Child[] {
  return subsegments.map((subsegment) => ({ subsegment, parentId: id })).toReversed()
}

function spanOf(
  entity: Segment | Subsegment,
  parentId: EntityId | undefined,
  { traceId, resource, scope }: Whole,
): OtlpSpan {
  return {
    traceId,
    id: entity.id,
    parentId,
    name: entity.name,
    kind: kindOf(entity),
    start: entity.start,
    end: endOf(entity) ?? NO_INSTANT,
    traceState: '',
    flags: 0,
    status: statusOf(entity),
    attributes: attributesOfEntity(entity),
    events: exceptionEvents(entity),
    links: entity.links.map(linkOf),
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 0,
    resource,
    scope,
  }
}

/** OTLP's word for an end that is not known. */
const NO_INSTANT: UnixNanos = unixNanos(0n)

/** Namespaces other than X-Ray's two are work of the program's own (xray-behaviour 3.1). */
function kindOf(entity: Segment | Subsegment): OtlpSpan['kind'] {
  if (entity.kind === 'segment') return 'server'
  return entity.namespace === 'aws' || entity.namespace === 'remote' ? 'client' : 'internal'
}

function statusOf(entity: Segment | Subsegment): OtlpStatus {
  if (outcomeOf(entity) === 'ok') return { code: 'unset', message: '' }
  const exceptions = entity.cause?.kind === 'exceptions' ? entity.cause.exceptions : []
  return { code: 'error', message: exceptions[0]?.message ?? '' }
}

/** The SDK that recorded the segment. */
function scopeOf({ aws }: Segment): OtlpScope {
  const block = aws?.['xray']
  const members = typeof block === 'object' && block !== null ? Object.entries(block) : []
  const textOf = (name: string) => {
    const value = members.find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? value : ''
  }
  return {
    name: textOf('sdk'),
    version: textOf('sdk_version'),
    attributes: new Map(),
    droppedAttributes: 0,
    schemaUrl: '',
  }
}

function linkOf({ traceId, id, attributes }: Segment['links'][number]): OtlpLink {
  return {
    traceId,
    id,
    traceState: '',
    flags: 0,
    attributes: attributesOfJson(attributes),
    droppedAttributes: 0,
  }
}
