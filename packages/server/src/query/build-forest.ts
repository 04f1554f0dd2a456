import type { EntityId, Orphan, Segment, Subsegment } from '@fluoroscope/model'
import type { Version } from './choose-versions.ts'
import { compareEntities } from './compare.ts'

/**
 * Levels of subsegments kept below a segment. What is nested deeper is shown beside its ancestor at
 * this level, so that nobody who walks a trace can run out of stack.
 */
export const MAX_SUBSEGMENT_LEVELS = 256

export type Forest = { readonly segments: readonly Segment[]; readonly orphans: readonly Orphan[] }

/**
 * Hangs every subsegment below its parent, however deep (xray-behaviour 4.5, 7.1): embedded ones as
 * they were sent, then the others by start and id. Orphans are the trees whose parent is not there,
 * and each entity that belongs to a cycle or hangs below one, on its own. No recursion: depth is the
 * sender's choice.
 */
export function buildForest(versions: ReadonlyMap<EntityId, Version>): Forest {
  const branches = groupByParent(versions)
  const placed = new Set<EntityId>()
  const segments: Segment[] = []
  for (const { entity } of versions.values()) {
    if (entity.kind !== 'segment') continue
    segments.push({ ...entity, subsegments: grow(entity.id, branches, placed) })
  }
  return { segments, orphans: findOrphans(versions, branches, placed) }
}

/** A subsegment to hang below its parent. */
type Branch = {
  readonly subsegment: Subsegment
  readonly parentId: EntityId
  readonly embedded: boolean
}

type Branches = ReadonlyMap<EntityId, readonly Branch[]>

function groupByParent(versions: ReadonlyMap<EntityId, Version>): Branches {
  const branches = new Map<EntityId, Branch[]>()
  for (const { entity, parentId, embedded } of versions.values()) {
    if (entity.kind === 'segment' || parentId === undefined) continue
    const branch = { subsegment: entity, parentId, embedded }
    const siblings = branches.get(parentId)
    if (siblings === undefined) branches.set(parentId, [branch])
    else siblings.push(branch)
  }
  for (const siblings of branches.values()) siblings.sort(compareBranches)
  return branches
}

/** The sort is stable: embedded siblings keep the order in which they came. */
function compareBranches(left: Branch, right: Branch): number {
  if (left.embedded !== right.embedded) return left.embedded ? -1 : 1
  return left.embedded ? 0 : compareEntities(left.subsegment, right.subsegment)
}

/** Where children are put: the list of a finished parent that is still filled. */
type Place = { readonly level: number; readonly subsegments: Subsegment[] }

/** Everything below the entity `id`, which is marked as placed with all of it. */
function grow(id: EntityId, branches: Branches, placed: Set<EntityId>): readonly Subsegment[] {
  const top: Place = { level: 0, subsegments: [] }
  const open: { readonly branch: Branch; readonly place: Place }[] = []
  const pushBelow = (parent: EntityId, place: Place) => {
    placed.add(parent)
    for (const branch of branches.get(parent)?.toReversed() ?? []) open.push({ branch, place })
  }
  pushBelow(id, top)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { branch, place } = next
    const own: Place = { level: place.level + 1, subsegments: [] }
    place.subsegments.push({ ...branch.subsegment, subsegments: own.subsegments })
    pushBelow(branch.subsegment.id, own.level < MAX_SUBSEGMENT_LEVELS ? own : place)
  }
  return top.subsegments
}

function findOrphans(
  versions: ReadonlyMap<EntityId, Version>,
  branches: Branches,
  placed: Set<EntityId>,
): readonly Orphan[] {
  const orphans: Orphan[] = []
  const lost = [...branches].filter(([parentId]) => !versions.has(parentId))
  for (const { subsegment, parentId } of lost.flatMap(([, siblings]) => siblings)) {
    const subsegments = grow(subsegment.id, branches, placed)
    orphans.push({ parentId, subsegment: { ...subsegment, subsegments } })
  }
  for (const { subsegment, parentId } of [...branches.values()].flat()) {
    if (placed.has(subsegment.id)) continue
    orphans.push({ parentId, subsegment: { ...subsegment, subsegments: [] } })
  }
  return orphans.sort((left, right) => compareEntities(left.subsegment, right.subsegment))
}
