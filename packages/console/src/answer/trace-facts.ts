import type { AnnotationValue, JsonObject, ServiceKey } from '@fluoroscope/model'
import { readCausePaths } from './cause-paths.ts'
import { readList, readObject, readText } from './json-reader.ts'

/** Something a trace has: the key is the filter language's word where it has one. */
export type TraceFact = { readonly key: string; readonly value: AnnotationValue }

/** What is already read of a summary. */
type ReadMembers = {
  readonly http: {
    readonly method: string | undefined
    readonly url: string | undefined
    readonly status: number | undefined
  }
  readonly hasFault: boolean
  readonly hasError: boolean
  readonly hasThrottle: boolean
  readonly isPartial: boolean
  readonly services: readonly ServiceKey[]
  readonly entryPoint: ServiceKey | undefined
  readonly users: readonly string[]
  readonly annotations: ReadonlyMap<string, readonly AnnotationValue[]>
}

/** Facts of annotations have keys that begin so. */
export const ANNOTATION_PREFIX = 'annotation.'

/** The kinds of causes, as keys of facts and as the filter language names them. */
const CAUSE_KEYS = ['cause.fault', 'cause.error', 'cause.responsetime'] as const

/** Between the services of a cause's path, from the first to where it lies. */
export const PATH_ARROW = ' → '

/** All facts of a summary (xray-behaviour 8.1), each once; throws {@link AnswerError}. */
export function readTraceFacts(
  summary: JsonObject,
  read: ReadMembers,
  where: string,
): readonly TraceFact[] {
  const facts = [
    ...outcomeFacts(read),
    ...membersFacts(read),
    ...httpFacts(readObject(summary['Http'] ?? {}, `${where}.Http`)),
    ...namedFacts(summary, 'AvailabilityZones', 'Name', 'availabilityzone', where),
    ...namedFacts(summary, 'InstanceIds', 'Id', 'instance.id', where),
    ...namedFacts(summary, 'ResourceARNs', 'ARN', 'resource.arn', where),
    ...causeFacts(summary, where),
  ]
  const seen = new Set<string>()
  return facts.filter(({ key, value }) => {
    const name = `${key}\n${typeof value}\n${value}`
    return !seen.has(name) && seen.add(name)
  })
}

/** Flags are independent: a root with both has both, as the filter language sees it. */
function outcomeFacts({ hasFault, hasError, hasThrottle }: ReadMembers): readonly TraceFact[] {
  const flags = [
    ['fault', hasFault],
    ['error', hasError],
    ['throttle', hasThrottle],
    ['ok', !hasFault && !hasError && !hasThrottle],
  ] as const
  return flags.flatMap(([value, isSet]) => (isSet ? [{ key: 'outcome', value }] : []))
}

function membersFacts(read: ReadMembers): readonly TraceFact[] {
  const { http, services, entryPoint, users, annotations } = read
  const facts: TraceFact[] = []
  const add = (key: string, value: AnnotationValue | undefined) => {
    if (value !== undefined && value !== '') facts.push({ key, value })
  }
  add('entry', entryPoint?.name)
  add('http.url', http.url)
  add('http.method', http.method)
  add('http.status', http.status)
  for (const user of users) add('user', user)
  // The client stands for whoever called: every trace has one.
  for (const { name, type } of services) if (type !== 'client') add('service', name)
  for (const [key, values] of annotations) {
    for (const value of values) add(ANNOTATION_PREFIX + key, value)
  }
  if (read.isPartial) add('partial', true)
  return facts
}

function httpFacts(http: JsonObject): readonly TraceFact[] {
  return [['UserAgent', 'http.useragent'] as const, ['ClientIp', 'http.clientip'] as const].flatMap(
    ([member, key]) => {
      const value = http[member]
      return typeof value === 'string' && value !== '' ? [{ key, value }] : []
    },
  )
}

function namedFacts(
  summary: JsonObject,
  list: string,
  member: string,
  key: string,
  where: string,
): readonly TraceFact[] {
  return readList(summary[list], `${where}.${list}`).map((item, index) => {
    const at = `${where}.${list}[${index}]`
    return { key, value: readText(readObject(item, at)[member], `${at}.${member}`) }
  })
}

const CAUSE_MEMBERS = ['FaultRootCauses', 'ErrorRootCauses', 'ResponseTimeRootCauses'] as const

function causeFacts(summary: JsonObject, where: string): readonly TraceFact[] {
  return CAUSE_MEMBERS.flatMap((member, index) =>
    readCausePaths(summary[member], `${where}.${member}`).flatMap(({ services, exceptions }) => [
      { key: CAUSE_KEYS[index] ?? '', value: services.join(PATH_ARROW) },
      ...exceptions.map((value) => ({ key: 'exception', value })),
    ]),
  )
}
