import {
  bad,
  DEFAULT_GROUP,
  groupArn,
  ok,
  parseResourceArn,
  type RequestContext,
  type Result,
} from '@fluoroscope/model'
import type { SettingKind, SettingList, Settings } from '../store/settings.ts'
import { GROUPS } from './groups.ts'
import type { Refusal } from './refusal.ts'
import { findRule, SAMPLING_RULES } from './sampling-rules.ts'
import { addTags, MAX_TAGS, type Tag, type Tagged, type Tags } from './tagged.ts'

/** The tags of a group or sampling rule. @throws StoreError */
export async function findTags(
  settings: Settings,
  context: RequestContext,
  arn: string,
): Promise<Result<Tags, Refusal>> {
  const resource = parseResourceArn(arn)
  if (resource === undefined) return notFound(arn)
  const found =
    resource.kind === 'group'
      ? taggedGroup(await settings.read(GROUPS), { name: resource.name, arn, context })
      : findRule(await settings.read(SAMPLING_RULES), { name: resource.name, arn }, context)
  return found === undefined ? notFound(arn) : ok(found.tags)
}

/** Adds tags, or gives those it has new values (xray-behaviour 12.5). @throws StoreError */
export function putTags(
  settings: Settings,
  context: RequestContext,
  arn: string,
  tags: readonly Tag[],
): Promise<Result<undefined, Refusal>> {
  return changeTags(settings, context, arn, (old) => {
    const all = addTags(old, tags)
    if (!all.ok) return all
    if (all.value.size <= MAX_TAGS) return all
    const message = `A resource can have at most ${MAX_TAGS} tags`
    return bad({ kind: 'too-many-tags', message, resourceName: arn })
  })
}

/** Takes tags away; keys it does not have change nothing. @throws StoreError */
export function removeTags(
  settings: Settings,
  context: RequestContext,
  arn: string,
  keys: readonly string[],
): Promise<Result<undefined, Refusal>> {
  return changeTags(settings, context, arn, (old) =>
    ok(new Map([...old].filter(([key]) => !keys.includes(key)))),
  )
}

async function changeTags(
  settings: Settings,
  context: RequestContext,
  arn: string,
  change: (old: Tags) => Result<Tags, Refusal>,
): Promise<Result<undefined, Refusal>> {
  const resource = parseResourceArn(arn)
  if (resource === undefined) return notFound(arn)
  const changeOf = <Value>(
    kind: SettingKind<Tagged<Value>>,
    find: (list: SettingList<Tagged<Value>>) => Tagged<Value> | undefined,
  ) =>
    settings.change(kind, (list) => {
      const found = find(list)
      if (found === undefined) return notFound(arn)
      const tags = change(found.tags)
      if (!tags.ok) return tags
      return ok({ key: resource.name, value: { ...found, tags: tags.value }, answer: undefined })
    })
  return resource.kind === 'group'
    ? await changeOf(GROUPS, (list) => taggedGroup(list, { name: resource.name, arn, context }))
    : await changeOf(SAMPLING_RULES, (list) =>
        findRule(list, { name: resource.name, arn }, context),
      )
}

/** What was deleted and made again under the same name has another id. */
function taggedGroup({ values }: SettingList<TaggedGroup>, { name, arn, context }: Wanted) {
  const standard =
    name === DEFAULT_GROUP.name ? { value: DEFAULT_GROUP, tags: new Map() } : undefined
  const found = values.get(name) ?? standard
  return found !== undefined && groupArn(context, found.value) === arn ? found : undefined
}

type TaggedGroup = ReturnType<typeof GROUPS.parse>

type Wanted = { readonly name: string; readonly arn: string; readonly context: RequestContext }

function notFound(arn: string): { ok: false; problem: Refusal } {
  return bad({
    kind: 'resource-not-found',
    message: `Resource ${arn} not found`,
    resourceName: arn,
  })
}
