import {
  type EntityId,
  printSegment,
  printSubsegment,
  type ReceivedDocument,
  type Segment,
  type SegmentDocument,
  type Subsegment,
  type UnixNanos,
} from '@fluoroscope/model'
import { compare } from './compare.ts'

/** The version of an entity that stands, and where it hangs. */
export type Version = {
  readonly entity: Segment | Subsegment
  readonly parentId: EntityId | undefined
  /** It came inside of its parent. */
  readonly embedded: boolean
  readonly source: ReceivedDocument
}

export type ChosenVersions = {
  /** In the order in which they came to stand. */
  readonly versions: ReadonlyMap<EntityId, Version>
  /** Receipts of the put requests that changed the trace. */
  readonly changes: ReadonlySet<UnixNanos>
}

/**
 * Chooses the version of each id (xray-behaviour 4.4, 19), whatever the order of `documents`: the
 * first completed one by receipt is final, and what a later version embeds is not looked at; until
 * then the last one in progress stands. Documents received at once are taken by id, completed first.
 */
export function chooseVersions(documents: readonly ReceivedDocument[]): ChosenVersions {
  const versions = new Map<EntityId, Version>()
  const changes = new Set<UnixNanos>()
  for (const source of inOrder(documents)) {
    const open = [topVersion(source)]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { entity } = next
      if (versions.get(entity.id)?.entity.progress.state === 'complete') continue
      versions.delete(entity.id)
      versions.set(entity.id, next)
      changes.add(source.received)
      for (const child of entity.subsegments.toReversed()) {
        open.push({ entity: child, parentId: entity.id, embedded: true, source })
      }
    }
  }
  return { versions, changes }
}

function topVersion(source: ReceivedDocument): Version {
  const { document } = source
  const parentId = document.kind === 'segment' ? document.segment.parentId : document.parentId
  return { entity: topOf(document), parentId, embedded: false, source }
}

/** Receipt, then id, state and start; documents still equal are told apart by their text. */
function inOrder(documents: readonly ReceivedDocument[]): readonly ReceivedDocument[] {
  const texts = new Map<ReceivedDocument, string>()
  const textOf = (received: ReceivedDocument): string => {
    const text = texts.get(received) ?? canonicalText(received.document)
    texts.set(received, text)
    return text
  }
  return documents.toSorted(
    (left, right) => compareDocuments(left, right) || compare(textOf(left), textOf(right)),
  )
}

function compareDocuments(left: ReceivedDocument, right: ReceivedDocument): number {
  const [a, b] = [topOf(left.document), topOf(right.document)]
  return (
    compare(left.received, right.received) ||
    compare(a.id, b.id) ||
    compare(a.progress.state, b.progress.state) ||
    compare(a.start, b.start)
  )
}

function topOf(document: SegmentDocument): Segment | Subsegment {
  return document.kind === 'segment' ? document.segment : document.subsegment
}

function canonicalText(document: SegmentDocument): string {
  if (document.kind === 'segment') return JSON.stringify(printSegment(document.segment))
  return JSON.stringify([document.parentId, printSubsegment(document.subsegment)])
}
