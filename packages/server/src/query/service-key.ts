import type { Segment, ServiceKey, ServiceState } from '@fluoroscope/model'

const REMOTE = 'remote'

/**
 * The node a segment of an assembled trace belongs to (xray-behaviour 9.1, 9.2): its name and origin;
 * for an inferred resource the name of the resource, and `remote` for a callee that is no AWS service.
 */
export function serviceKeyOf(segment: Segment): ServiceKey {
  return {
    name: (segment.inferred ? resourceName(segment) : undefined) ?? segment.name,
    type: segment.origin ?? (segment.inferred ? REMOTE : undefined),
    account: segment.account,
  }
}

/** What is known of the node a segment belongs to (xray-behaviour 9.2). */
export function serviceStateOf(segment: Segment): ServiceState {
  if (!segment.inferred) return 'active'
  return segment.origin === undefined ? 'passive' : 'unknown'
}

/** `inferSegments` leaves no `resource_names` but its own. */
function resourceName(segment: Segment): string | undefined {
  const names = segment.aws?.['resource_names']
  const name: unknown = Array.isArray(names) ? names[0] : undefined
  return typeof name === 'string' ? name : undefined
}
