import type { RootCauseService } from '@fluoroscope/model'
import { serviceKeyOf } from '../query/service-key.ts'
import type { EntityNode } from './entity-tree.ts'

/**
 * A causal path as X-Ray shows it: entities stay together until the path crosses to another segment,
 * which opens the next service (xray-behaviour 8.3, 8.4).
 */
export function groupByService<Element>(
  path: readonly EntityNode[],
  describe: (node: EntityNode) => Element,
): readonly RootCauseService<Element>[] {
  const services: (RootCauseService<Element> & { readonly entityPath: Element[] })[] = []
  let current: EntityNode | undefined
  for (const node of path) {
    const last = services.at(-1)
    if (last !== undefined && current?.segment === node.segment) {
      last.entityPath.push(describe(node))
    } else {
      services.push({
        key: serviceKeyOf(node.segment),
        inferred: node.segment.inferred,
        entityPath: [describe(node)],
      })
    }
    current = node
  }
  return services
}

/** The entity is a call to another service, whether or not that service reported. */
export function isRemoteCall(node: EntityNode): boolean {
  if (node.entity.kind === 'segment') return false
  if (node.entity.namespace === 'aws' || node.entity.namespace === 'remote') return true
  return node.children.some((child) => child.entity.kind === 'segment')
}
