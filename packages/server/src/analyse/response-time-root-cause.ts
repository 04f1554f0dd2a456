import type { Nanos, ResponseTimeRootCause } from '@fluoroscope/model'
import { durationOf } from '@fluoroscope/model'
import type { EntityNode, EntityTree } from './entity-tree.ts'
import { groupByService, isRemoteCall } from './root-cause-path.ts'

/**
 * The path of calls that took most of the root's time: from the root always to the longest child
 * that took more than half of it and no longer than it; empty where no child did
 * (xray-behaviour 8.4).
 */
export function responseTimeRootCauses(tree: EntityTree): readonly ResponseTimeRootCause[] {
  const root = tree.entry
  const total = root === undefined ? undefined : durationOf(root.entity)
  if (root === undefined || total === undefined) return []
  const path = dominantPath(root, total)
  if (path.length === 1) return []
  const services = groupByService(path, (node) => ({
    name: node.entity.name,
    coverage: coverage(node, total),
    remote: isRemoteCall(node),
  }))
  return [{ services, clientImpacting: true }]
}

function dominantPath(root: EntityNode, total: Nanos): readonly EntityNode[] {
  const path: EntityNode[] = []
  for (let node: EntityNode | undefined = root; node !== undefined; ) {
    path.push(node)
    node = node.segment.inferred ? undefined : longestChild(node, total)
  }
  return path
}

/** The first of the longest where several are equal. */
function longestChild(node: EntityNode, total: Nanos): EntityNode | undefined {
  let longest: EntityNode | undefined
  let most = total / 2
  for (const child of node.children) {
    const duration = durationOf(child.entity)
    if (duration === undefined || duration > total || duration <= most) continue
    longest = child
    most = duration
  }
  return longest
}

function coverage(node: EntityNode, total: Nanos): number {
  return Math.round(((durationOf(node.entity) ?? 0) / total) * 1000) / 1000
}
