import type { Exception, RootCause } from '@fluoroscope/model'
import type { EntityNode, EntityTree } from './entity-tree.ts'
import { groupByService, isRemoteCall } from './root-cause-path.ts'

/** What a path explains; only flags the sender set count, never an HTTP status. */
export type FailureKind = 'fault' | 'error'

/** Causes of one kind that a summary names; a trace of a hundred thousand failing calls has as many. */
export const MAX_ROOT_CAUSES = 100

export type RootCauses = {
  readonly causes: readonly RootCause[]
  /** Those beyond {@link MAX_ROOT_CAUSES}. */
  readonly omitted: number
}

/**
 * The paths from where a trace first failed down to the exception or the silent callee behind it,
 * one for each independent start (xray-behaviour 8.5).
 */
export function rootCauses(tree: EntityTree, kind: FailureKind): RootCauses {
  const owners = exceptionOwners(tree)
  const walk: Walk = { leads: leadsOf(tree, kind, owners), owners }
  const causes: RootCause[] = []
  let omitted = 0
  for (const start of startsOf(tree, kind)) {
    const path = start.entity.kind === 'segment' ? failingPath(start, walk) : silentCallees(start)
    if (path.length === 0) continue
    if (causes.length === MAX_ROOT_CAUSES) {
      omitted += 1
      continue
    }
    causes.push({
      services: groupByService(path, describe),
      clientImpacting: start === tree.entry || isRoot(start),
    })
  }
  return { causes, omitted }
}

/** What a walk into an entity leads to, the better the higher. */
const NOTHING = 0
const EXCEPTION = 1
const SILENT_CALLEE = 2

type Walk = {
  readonly leads: ReadonlyMap<EntityNode, number>
  /** Entities by the ids of the exceptions they recorded. */
  readonly owners: ReadonlyMap<string, EntityNode>
}

/**
 * Flagged segments and flagged calls nobody answered, where nothing above that failed claims them:
 * a failing call inside a service that is well does not claim the segment it reached.
 */
function startsOf(tree: EntityTree, kind: FailureKind): readonly EntityNode[] {
  const claimed = new Set<EntityNode>()
  const starts: EntityNode[] = []
  for (const node of tree.nodes) {
    if (!node.entity[kind] || node.segment.inferred) continue
    if (node.parent !== undefined && claimed.has(node.parent)) {
      claimed.add(node)
    } else if (node.entity.kind === 'segment' || silentCallees(node).length > 0) {
      claimed.add(node)
      starts.push(node)
    }
  }
  return starts
}

/** The inferred segment of a call whose callee did not report. */
function silentCallees(call: EntityNode): readonly EntityNode[] {
  return call.children.filter(isSilentCallee).slice(0, 1)
}

function isSilentCallee(node: EntityNode): boolean {
  return node.entity.kind === 'segment' && node.entity.inferred
}

/** Children before their parents, so that each entity knows the best its failing children lead to. */
function leadsOf(
  tree: EntityTree,
  kind: FailureKind,
  owners: Walk['owners'],
): ReadonlyMap<EntityNode, number> {
  const leads = new Map<EntityNode, number>()
  for (let index = tree.nodes.length - 1; index >= 0; index--) {
    const node = tree.nodes[index]
    if (node === undefined || !node.entity[kind]) continue
    leads.set(node, leadOf(node, leads, owners))
  }
  return leads
}

function leadOf(node: EntityNode, leads: Walk['leads'], owners: Walk['owners']): number {
  if (isSilentCallee(node)) return SILENT_CALLEE
  const reference = referenceOf(node)
  if (reference !== undefined && !owners.has(reference)) return NOTHING
  const explains = reference !== undefined || exceptionsOf(node).length > 0
  let best = explains ? EXCEPTION : NOTHING
  for (const child of node.children) best = Math.max(best, leads.get(child) ?? NOTHING)
  return best
}

/** From a flagged segment to the deepest entity with a reason; empty where none gives one. */
function failingPath(start: EntityNode, walk: Walk): readonly EntityNode[] {
  const path: EntityNode[] = []
  const seen = new Set<EntityNode>()
  let next: readonly EntityNode[] = [start]
  while (next.length > 0) {
    for (const node of next) {
      path.push(node)
      seen.add(node)
    }
    const last = path.at(-1)
    next = last === undefined ? [] : step(last, walk).filter((node) => !seen.has(node))
  }
  const explained = path.some((node) => isSilentCallee(node) || exceptionsOf(node).length > 0)
  return explained ? path : []
}

/** What follows `node` on its path: one child, or the way to the entity its cause refers to. */
function step(node: EntityNode, walk: Walk): readonly EntityNode[] {
  const reference = referenceOf(node)
  if (reference !== undefined) {
    const owner = walk.owners.get(reference)
    return owner === undefined ? [] : wayDown(node, owner)
  }
  let best: EntityNode | undefined
  let bestLead = NOTHING
  for (const child of node.children) {
    const lead = walk.leads.get(child) ?? NOTHING
    if (lead <= bestLead) continue
    best = child
    bestLead = lead
  }
  return best === undefined ? [] : [best]
}

/** The entities below `from` down to `to`; `to` alone where it stands elsewhere in the trace. */
function wayDown(from: EntityNode, to: EntityNode): readonly EntityNode[] {
  const way: EntityNode[] = []
  for (let node: EntityNode | undefined = to; node !== undefined; node = node.parent) {
    if (node === from) return way.reverse()
    way.push(node)
  }
  return [to]
}

function exceptionOwners(tree: EntityTree): ReadonlyMap<string, EntityNode> {
  const owners = new Map<string, EntityNode>()
  for (const node of tree.nodes) {
    for (const { id } of exceptionsOf(node)) {
      if (id !== undefined && !owners.has(id)) owners.set(id, node)
    }
  }
  return owners
}

function exceptionsOf(node: EntityNode): readonly Exception[] {
  const { cause } = node.entity
  return cause?.kind === 'exceptions' ? cause.exceptions : []
}

/** The exception recorded elsewhere that an entity names as its cause. */
function referenceOf(node: EntityNode): string | undefined {
  const { cause } = node.entity
  if (cause?.kind === 'reference') return cause.exceptionId
  return cause?.exceptions.length === 0 ? cause.id : undefined
}

function isRoot(node: EntityNode): boolean {
  return node.entity.kind === 'segment' && node.entity.parentId === undefined
}

function describe(node: EntityNode): RootCause['services'][number]['entityPath'][number] {
  return {
    name: node.entity.name,
    exceptions: exceptionsOf(node).map(({ type, message }) => ({
      name: type ?? '',
      message: message ?? '',
    })),
    remote: isRemoteCall(node),
  }
}
