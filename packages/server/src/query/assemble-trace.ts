import {
  assert,
  type EntityId,
  type OtlpSpan,
  type ReceivedDocument,
  type RequestContext,
  type Segment,
  type Trace,
  type TraceId,
  type UnixNanos,
} from '@fluoroscope/model'
import { buildForest } from './build-forest.ts'
import { chooseVersions, type Version } from './choose-versions.ts'
import { compareEntities } from './compare.ts'
import { inferSegments } from './infer-segments.ts'

/**
 * Makes the one view of a trace from all its documents, in whatever order they are given
 * (xray-behaviour 7.1): chooses the version of each id, hangs independent subsegments below their
 * parents and infers callees that did not report. `documents` must not be empty and must all belong
 * to the trace. Near-linear in their number.
 */
export function assembleTrace(id: TraceId, documents: readonly ReceivedDocument[]): Trace {
  assert(documents.length > 0, 'a trace has at least one document')
  const { versions, changes } = chooseVersions(documents)
  const forest = buildForest(versions)
  const segments = forest.segments.toSorted(rootsFirst)
  const inferred = inferSegments(id, segments)
  const context = contextOf(segments, inferred, versions)
  const receipts = documents.map((document) => document.received)
  return {
    id,
    segments: segments.map((segment) => withAccount(segment, context)),
    inferred: inferred.map((segment) => withAccount(segment, context)),
    orphans: forest.orphans,
    revision: changes.size,
    lastUpdate: [...changes].reduce(later),
    firstReceived: receipts.reduce(earlier),
    context,
    spans: spansOf(versions),
  }
}

function rootsFirst(left: Segment, right: Segment): number {
  const [leftIsRoot, rightIsRoot] = [left.parentId === undefined, right.parentId === undefined]
  if (leftIsRoot !== rightIsRoot) return leftIsRoot ? -1 : 1
  return compareEntities(left, right)
}

function later(left: UnixNanos, right: UnixNanos): UnixNanos {
  return left > right ? left : right
}

function earlier(left: UnixNanos, right: UnixNanos): UnixNanos {
  return left < right ? left : right
}

/** Segments by who sent them; inferred ones belong to the sender of the call. */
function contextOf(
  segments: readonly Segment[],
  inferred: readonly Segment[],
  versions: ReadonlyMap<EntityId, Version>,
): ReadonlyMap<EntityId, RequestContext> {
  const context = new Map<EntityId, RequestContext>()
  for (const { id } of segments) setContext(context, id, versions.get(id))
  for (const { id, parentId } of inferred) {
    setContext(context, id, parentId === undefined ? undefined : versions.get(parentId))
  }
  return context
}

function setContext(
  context: Map<EntityId, RequestContext>,
  id: EntityId,
  version: Version | undefined,
): void {
  if (version === undefined) return
  context.set(id, { account: version.source.account, region: version.source.region })
}

function spansOf(versions: ReadonlyMap<EntityId, Version>): ReadonlyMap<EntityId, OtlpSpan> {
  const spans = new Map<EntityId, OtlpSpan>()
  for (const [id, { source }] of versions) {
    if (source.span !== undefined) spans.set(id, source.span)
  }
  return spans
}

/** Tells the account the code or the called resource belongs to where it is not the sender's. */
function withAccount(segment: Segment, context: ReadonlyMap<EntityId, RequestContext>): Segment {
  const account = segment.aws?.['account_id']
  if (typeof account !== 'string' || account === '') return segment
  return account === context.get(segment.id)?.account ? segment : { ...segment, account }
}
