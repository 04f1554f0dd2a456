import type {
  AnnotationUse,
  AnnotationValue,
  Entity,
  Segment,
  ServiceKey,
  Trace,
  TraceSummary,
} from '@fluoroscope/model'
import { durationOf, isJsonObject } from '@fluoroscope/model'
import { serviceKeyOf } from '../query/service-key.ts'
import { entitiesOf } from '../query/trace-entities.ts'
import { isPartial, traceDuration, traceStart } from '../query/trace-times.ts'
import { entityTree } from './entity-tree.ts'
import { responseTimeRootCauses } from './response-time-root-cause.ts'
import { rootCauses } from './root-cause.ts'

/** Annotations of a trace that a search shows (xray-behaviour 3.7); it finds traces by all of them. */
export const MAX_ANNOTATIONS = 50

/**
 * What a search shows of one trace (xray-behaviour 8.1). Where no root has arrived, the earliest
 * segment stands for it (chapter 19).
 */
export function summarizeTrace(trace: Trace): TraceSummary {
  const tree = entityTree(trace)
  const root = trace.segments[0]
  const faults = rootCauses(tree, 'fault')
  const errors = rootCauses(tree, 'error')
  const responseTime = root && durationOf(root)
  return {
    id: trace.id,
    start: traceStart(trace),
    duration: responseTime === undefined ? undefined : traceDuration(trace),
    responseTime,
    ...outcomesOf(root),
    isPartial: isPartial(trace),
    http: {
      url: root?.http?.url,
      status: root?.http?.status,
      method: root?.http?.method,
      userAgent: root?.http?.userAgent,
      clientIp: root?.http?.clientIp,
    },
    annotations: annotationsOf(trace),
    users: usersOf(trace),
    services: servicesOf(trace),
    resourceArns: distinct(trace.segments.map((segment) => segment.resourceArn)),
    instanceIds: distinct(trace.segments.map((segment) => ec2Text(segment, 'instance_id'))),
    availabilityZones: distinct(
      trace.segments.map((segment) => ec2Text(segment, 'availability_zone')),
    ),
    entryPoint: root && serviceKeyOf(root),
    revision: trace.revision,
    lastUpdate: trace.lastUpdate,
    faultRootCauses: faults.causes,
    errorRootCauses: errors.causes,
    responseTimeRootCauses: responseTimeRootCauses(tree),
    omittedRootCauses: faults.omitted + errors.omitted,
  }
}

/**
 * Flags are independent, but that a throttled root has no error; the HTTP status speaks where the
 * sender set no flag.
 */
export function outcomesOf(
  root: Pick<Entity, 'fault' | 'error' | 'throttle' | 'http'> | undefined,
): Pick<TraceSummary, 'hasFault' | 'hasError' | 'hasThrottle'> {
  if (root === undefined) return { hasFault: false, hasError: false, hasThrottle: false }
  const status = root.http?.status ?? 0
  const flagged = root.fault || root.error || root.throttle
  const hasThrottle = root.throttle || status === 429
  return {
    hasFault: root.fault || (!flagged && status >= 500 && status <= 599),
    hasError: !hasThrottle && (root.error || (!flagged && status >= 400 && status <= 499)),
    hasThrottle,
  }
}

function annotationsOf(trace: Trace): TraceSummary['annotations'] {
  const annotations = new Map<string, Map<AnnotationValue, Services>>()
  let count = 0
  for (const [key, value, segment] of annotationUses(trace)) {
    const values = annotations.get(key) ?? new Map<AnnotationValue, Services>()
    let services = values.get(value)
    if (services === undefined) {
      if (count === MAX_ANNOTATIONS) continue
      count += 1
      services = new Map()
      annotations.set(key, values.set(value, services))
    }
    addService(services, serviceKeyOf(segment))
  }
  return new Map([...annotations].map(([key, values]) => [key, usesOf(values)]))
}

function* annotationUses(trace: Trace): Generator<[string, AnnotationValue, Segment]> {
  for (const segment of trace.segments) {
    for (const entity of entitiesOf([segment])) {
      for (const [key, value] of entity.annotations) yield [key, value, segment]
    }
  }
}

function usesOf(values: ReadonlyMap<AnnotationValue, Services>): readonly AnnotationUse[] {
  return [...values].map(([value, services]) => ({ value, services: [...services.values()] }))
}

function usersOf(trace: Trace): TraceSummary['users'] {
  const users = new Map<string, Services>()
  for (const segment of trace.segments) {
    if (segment.user === undefined) continue
    const services: Services = users.get(segment.user) ?? new Map()
    addService(services, serviceKeyOf(segment))
    users.set(segment.user, services)
  }
  return [...users].map(([name, services]) => ({ name, services: [...services.values()] }))
}

/** The client of each root first, then every service in the order of the trace. */
function servicesOf(trace: Trace): readonly ServiceKey[] {
  const services: Services = new Map()
  for (const { name, parentId } of trace.segments) {
    if (parentId === undefined) addService(services, { name, type: 'client', account: undefined })
  }
  for (const segment of trace.segments) addService(services, serviceKeyOf(segment))
  for (const segment of trace.inferred) addService(services, serviceKeyOf(segment))
  return [...services.values()]
}

/** Services by what tells them apart. */
type Services = Map<string, ServiceKey>

function addService(services: Services, key: ServiceKey): void {
  services.set(JSON.stringify([key.name, key.type, key.account]), key)
}

/** A text of `aws.ec2`. */
export function ec2Text(segment: Segment, member: string): string | undefined {
  const ec2 = segment.aws?.['ec2']
  const value = isJsonObject(ec2) ? ec2[member] : undefined
  return typeof value === 'string' ? value : undefined
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))]
}
