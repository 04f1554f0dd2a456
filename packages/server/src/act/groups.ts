import {
  addNanos,
  DEFAULT_GROUP,
  type Group,
  groupArn,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Nanos,
  ok,
  parseResourceArn,
  type RequestContext,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { SettingKind, Settings } from '../store/settings.ts'
import { type Refusal, refuse } from './refusal.ts'
import { newTags, readScope, type Tag, type Tagged, textMap } from './tagged.ts'

/** What is wrong with a filter expression; undefined for nothing. Never called with a blank one. */
export type CheckFilter = (expression: string) => string | undefined

export type GroupOptions = {
  readonly checkFilter: CheckFilter
  /** 32 bytes by chance: no two groups ever share an id. */
  readonly randomBytes: () => Uint8Array
  /** How long traces are kept: no trace is older than an expression that ended before that. */
  readonly retention: Nanos
}

/** A group by its name or its ARN, exactly one of them. */
export type GroupReference = {
  readonly GroupName?: string | null | undefined
  readonly GroupARN?: string | null | undefined
}

type InsightsChange = {
  readonly InsightsEnabled?: boolean | null | undefined
  readonly NotificationsEnabled?: boolean | null | undefined
}

export type NewGroup = {
  readonly GroupName: string
  readonly FilterExpression?: string | null | undefined
  readonly InsightsConfiguration?: InsightsChange | null | undefined
  readonly Tags?: readonly Tag[] | null | undefined
}

export type GroupChange = GroupReference &
  Pick<NewGroup, 'FilterExpression' | 'InsightsConfiguration'>

export const GROUPS: SettingKind<Tagged<Group>> = {
  name: 'group',
  parse: (document, scope) => ({
    value: parseGroup(document, scope),
    tags: textMap(document['tags']),
  }),
  print: ({ value, tags }) => ({
    name: value.name,
    id: value.id ?? null,
    scope: value.scope ?? null,
    filterExpression: value.filterExpression ?? null,
    insightsEnabled: value.insightsEnabled,
    notificationsEnabled: value.notificationsEnabled,
    filterSince: String(value.filterSince),
    earlierFilters: value.earlierFilters.map(({ expression, since }) => ({
      expression,
      since: String(since),
    })),
    tags: Object.fromEntries(tags),
  }),
}

/** The group of all traces first, then by name. @throws StoreError */
export async function listGroups(settings: Settings): Promise<readonly Group[]> {
  const { values } = await settings.read(GROUPS)
  const own = [...values.values()].map(({ value }) => value).filter(({ id }) => id !== undefined)
  return [DEFAULT_GROUP, ...own.sort((left, right) => (left.name < right.name ? -1 : 1))]
}

/** @throws StoreError */
export async function findGroup(
  settings: Settings,
  context: RequestContext,
  reference: GroupReference,
): Promise<Result<Group, Refusal>> {
  const named = nameOf(reference)
  if (!named.ok) return named
  return pickGroup(await listGroups(settings), named.value, context)
}

/** @throws StoreError */
export async function addGroup(
  settings: Settings,
  context: RequestContext,
  input: NewGroup,
  { checkFilter, randomBytes }: GroupOptions,
): Promise<Result<Group, Refusal>> {
  const filter = checkedFilter(input.FilterExpression, checkFilter)
  if (!filter.ok) return filter
  const insights = insightsOf(input.InsightsConfiguration, DEFAULT_GROUP)
  if (!insights.ok) return insights
  const tags = newTags(input.Tags)
  if (!tags.ok) return tags
  const id = base32(randomBytes())
  return await settings.change(GROUPS, ({ values }, at) => {
    const name = input.GroupName
    const known = [...values.values()].filter(({ value }) => value.id !== undefined)
    if (name === DEFAULT_GROUP.name || known.some(({ value }) => value.name === name)) {
      return refuse(`${name} already exists`)
    }
    if (known.length >= MAX_GROUPS) return refuse(`Group limit exceeded: ${MAX_GROUPS}`)
    const group: Group = {
      name,
      id,
      scope: context,
      filterExpression: filter.value,
      ...insights.value,
      filterSince: at,
      earlierFilters: [],
    }
    return ok({ key: name, value: { value: group, tags: tags.value }, answer: group })
  })
}

/** The expression is needed again, the insights stay where they are not given. @throws StoreError */
export async function changeGroup(
  settings: Settings,
  context: RequestContext,
  input: GroupChange,
  { checkFilter, retention }: Pick<GroupOptions, 'checkFilter' | 'retention'>,
): Promise<Result<Group, Refusal>> {
  const named = nameOf(input)
  if (!named.ok) return named
  const filter = checkedFilter(input.FilterExpression, checkFilter)
  if (!filter.ok) return filter
  return await settings.change(GROUPS, ({ values }, at) => {
    const tagged = values.get(named.value.name)
    const found = pickGroup([DEFAULT_GROUP, ...valuesOf(tagged)], named.value, context)
    if (!found.ok) return found
    const old = found.value
    if (tagged === undefined || old.id === undefined) {
      return refuse('The default group cannot be changed')
    }
    const insights = insightsOf(input.InsightsConfiguration, old)
    if (!insights.ok) return insights
    const isSame = filter.value === old.filterExpression
    const group: Group = {
      ...old,
      ...insights.value,
      filterExpression: filter.value,
      ...(isSame ? {} : { filterSince: at, earlierFilters: earlierFilters(old, at, retention) }),
    }
    return ok({ key: group.name, value: { ...tagged, value: group }, answer: group })
  })
}

/** @throws StoreError */
export async function removeGroup(
  settings: Settings,
  context: RequestContext,
  reference: GroupReference,
): Promise<Result<undefined, Refusal>> {
  const named = nameOf(reference)
  if (!named.ok) return named
  return await settings.change(GROUPS, ({ values }) => {
    const known = [DEFAULT_GROUP, ...valuesOf(values.get(named.value.name))]
    const found = pickGroup(known, named.value, context)
    if (!found.ok) return found
    if (found.value.id === undefined) return refuse('The default group cannot be deleted')
    return ok({ key: found.value.name, value: undefined, answer: undefined })
  })
}

/** The group of all traces not counted. */
const MAX_GROUPS = 25

/** A name, and the ARN the group must have where one was given. */
type Named = { readonly name: string; readonly arn?: string }

function nameOf({ GroupName: name, GroupARN: arn }: GroupReference): Result<Named, Refusal> {
  const hasName = typeof name === 'string'
  const hasArn = typeof arn === 'string'
  if (hasName && hasArn) return refuse('Request cannot contain both group name and group ARN')
  if (hasName) return ok({ name })
  if (!hasArn) return refuse('Request must contain either group name or group ARN')
  const resource = parseResourceArn(arn)
  return resource?.kind === 'group' ? ok({ name: resource.name, arn }) : refuse(NOT_FOUND)
}

/** A group made again under an old name has another ARN. */
function pickGroup(
  groups: readonly Group[],
  { name, arn }: Named,
  context: RequestContext,
): Result<Group, Refusal> {
  const found = groups.find(
    (group) => group.name === name && (arn === undefined || arn === groupArn(context, group)),
  )
  return found === undefined ? refuse(NOT_FOUND) : ok(found)
}

const NOT_FOUND = 'Group not found'

/** The stored entry of the group of all traces holds nothing but tags. */
function valuesOf(tagged: Tagged<Group> | undefined): readonly Group[] {
  return tagged === undefined ? [] : [tagged.value]
}

/** What a new expression leaves behind, without what no trace of today goes by. */
function earlierFilters(old: Group, at: UnixNanos, retention: Nanos): Group['earlierFilters'] {
  const { filterExpression, filterSince } = old
  if (filterExpression === undefined) return []
  const versions = [...old.earlierFilters, { expression: filterExpression, since: filterSince }]
  return versions.filter((_, index) => {
    const end = versions[index + 1]?.since ?? at
    return addNanos(end, retention) > at
  })
}

function checkedFilter(
  expression: string | null | undefined,
  check: CheckFilter,
): Result<string, Refusal> {
  if (typeof expression !== 'string' || expression.trim() === '') {
    return refuse('Filter Expression is empty')
  }
  const problem = check(expression)
  return problem === undefined ? ok(expression) : refuse(problem)
}

type InsightSwitches = Pick<Group, 'insightsEnabled' | 'notificationsEnabled'>

/** Switching insights off takes the notifications with it, unless they are asked for. */
function insightsOf(
  change: InsightsChange | null | undefined,
  old: InsightSwitches,
): Result<InsightSwitches, Refusal> {
  const insightsEnabled = change?.InsightsEnabled ?? old.insightsEnabled
  const notificationsEnabled =
    change?.NotificationsEnabled ?? (insightsEnabled && old.notificationsEnabled)
  if (notificationsEnabled && !insightsEnabled) {
    return refuse('Notifications cannot be enabled without insights')
  }
  return ok({ insightsEnabled, notificationsEnabled })
}

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** 5 bits a character, the last ones filled up with zeros: 32 bytes give 52. */
function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => BASE_32[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
}

function parseGroup(document: JsonObject, scope: RequestContext): Group {
  const { id, filterExpression } = document
  return {
    name: String(document['name']),
    id: typeof id === 'string' ? id : undefined,
    scope: typeof id === 'string' ? readScope(document['scope'], scope) : undefined,
    filterExpression: typeof filterExpression === 'string' ? filterExpression : undefined,
    insightsEnabled: document['insightsEnabled'] === true,
    notificationsEnabled: document['notificationsEnabled'] === true,
    filterSince: instantAt(document, 'filterSince'),
    earlierFilters: parseEarlierFilters(document['earlierFilters']),
  }
}

/** Groups of older versions have none. */
function parseEarlierFilters(versions: JsonValue | undefined): Group['earlierFilters'] {
  if (!Array.isArray(versions)) return []
  return versions.filter(isJsonObject).map((version) => ({
    expression: String(version['expression']),
    since: instantAt(version, 'since'),
  }))
}

function instantAt(document: JsonObject, member: string): UnixNanos {
  return unixNanos(BigInt(String(document[member] ?? 0)))
}
