import {
  bad,
  DEFAULT_SAMPLING_RULE,
  isJsonObject,
  isSamplingRuleArn,
  type JsonObject,
  type JsonValue,
  ok,
  parseResourceArn,
  type RequestContext,
  type Result,
  type SamplingRateBoost,
  type SamplingRule,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { SettingKind, SettingList, Settings } from '../store/settings.ts'
import { type Refusal, refuse } from './refusal.ts'
import { newTags, readScope, type Tag, type Tagged, textMap } from './tagged.ts'

/** A rule by its name or its ARN, exactly one of them. */
export type RuleReference = {
  readonly RuleName?: string | null | undefined
  readonly RuleARN?: string | null | undefined
}

type RuleMembers = {
  readonly ResourceARN: string
  readonly Priority: number
  readonly FixedRate: number
  readonly ReservoirSize: number
  readonly ServiceName: string
  readonly ServiceType: string
  readonly Host: string
  readonly HTTPMethod: string
  readonly URLPath: string
}

type OptionalMembers = {
  readonly Attributes?: Readonly<Record<string, string>> | null | undefined
  readonly SamplingRateBoost?: BoostMember | null | undefined
}

type BoostMember = { readonly MaxRate: number; readonly CooldownWindowMinutes: number }

export type NewRule = RuleReference & RuleMembers & OptionalMembers & { readonly Version: number }

export type RuleChange = RuleReference &
  OptionalMembers & { readonly [Name in keyof RuleMembers]?: RuleMembers[Name] | null | undefined }

/** All rules. */
export type SamplingRules = {
  /** By name, Default last. */
  readonly rules: readonly SamplingRule[]
  /** When one was last made, changed or removed; 0 for never. */
  readonly lastModified: UnixNanos
}

export const SAMPLING_RULES: SettingKind<Tagged<SamplingRule>> = {
  name: 'sampling-rule',
  parse: (document, scope) => ({
    value: parseRule(document, scope),
    tags: textMap(document['tags']),
  }),
  print: ({ value, tags }) => ({
    ...value,
    scope: value.scope ?? null,
    attributes: Object.fromEntries(value.attributes),
    boost: value.boost ?? null,
    created: String(value.created),
    modified: String(value.modified),
    tags: Object.fromEntries(tags),
  }),
}

/** @throws StoreError */
export async function listRules(settings: Settings): Promise<SamplingRules> {
  const { values, lastRemoved } = await settings.read(SAMPLING_RULES)
  const all = [...values.values()].map(({ value }) => value)
  const own = all.filter(({ name }) => name !== DEFAULT_NAME)
  const rules = [
    ...own.sort((left, right) => (left.name < right.name ? -1 : 1)),
    values.get(DEFAULT_NAME)?.value ?? DEFAULT_SAMPLING_RULE,
  ]
  const lastModified = rules.reduce(
    (latest, { modified }) => (modified > latest ? modified : latest),
    lastRemoved,
  )
  return { rules, lastModified }
}

/** @throws StoreError */
export async function addRule(
  settings: Settings,
  context: RequestContext,
  input: NewRule,
  tags: readonly Tag[] | null | undefined,
): Promise<Result<SamplingRule, Refusal>> {
  const named = nameOf(input)
  if (!named.ok) return named
  const { name, arn } = named.value
  if (arn !== undefined && !isSamplingRuleArn(arn, context, { name, scope: context })) {
    return refuse(`Invalid sampling rule ARN: ${arn}`)
  }
  if (input.Version !== 1) return refuse('Sampling rule version must be 1')
  const boost = boostOf(input.SamplingRateBoost)
  if (!boost.ok) return boost
  const checkedTags = newTags(tags)
  if (!checkedTags.ok) return checkedTags
  return await settings.change(SAMPLING_RULES, ({ values }, at) => {
    if (name === DEFAULT_NAME || values.has(name)) {
      return refuse('Sampling rule already exists')
    }
    if (values.size - (values.has(DEFAULT_NAME) ? 1 : 0) >= MAX_RULES) {
      return bad({ kind: 'rule-limit', message: `Sampling rule limit exceeded: ${MAX_RULES}` })
    }
    const rule: SamplingRule = {
      ...withMembers(DEFAULT_SAMPLING_RULE, input),
      name,
      scope: context,
      boost: boost.value,
      created: at,
      modified: at,
    }
    return ok({ key: rule.name, value: { value: rule, tags: checkedTags.value }, answer: rule })
  })
}

/** What is left out stays, but for the boost, which goes (xray-behaviour 11.1). @throws StoreError */
export async function changeRule(
  settings: Settings,
  context: RequestContext,
  input: RuleChange,
): Promise<Result<SamplingRule, Refusal>> {
  const named = nameOf(input)
  if (!named.ok) return named
  if (named.value.name === DEFAULT_NAME && changesMoreThanRates(input)) {
    return refuse('Invalid update request for default sampling rule')
  }
  const boost = boostOf(input.SamplingRateBoost)
  if (!boost.ok) return boost
  return await settings.change(SAMPLING_RULES, (list, at) => {
    const old = findRule(list, named.value, context)
    if (old === undefined) return refuse(NOT_FOUND)
    const rule = { ...withMembers(old.value, input), boost: boost.value, modified: at }
    return ok({ key: rule.name, value: { ...old, value: rule }, answer: rule })
  })
}

/** @returns the rule as it was @throws StoreError */
export async function removeRule(
  settings: Settings,
  context: RequestContext,
  reference: RuleReference,
): Promise<Result<SamplingRule, Refusal>> {
  const named = nameOf(reference)
  if (!named.ok) return named
  const { name } = named.value
  if (name === DEFAULT_NAME) return refuse('The default sampling rule cannot be deleted')
  return await settings.change(SAMPLING_RULES, (list) => {
    const old = findRule(list, named.value, context)
    if (old === undefined) return refuse(NOT_FOUND)
    return ok({ key: name, value: undefined, answer: old.value })
  })
}

const DEFAULT_NAME = DEFAULT_SAMPLING_RULE.name
const NOT_FOUND = 'Sampling rule does not exist'

/** Default not counted. */
const MAX_RULES = 25

const MAX_NAME_LENGTH = 32

/** A name, and the ARN the rule must have where one was given. */
type Named = { readonly name: string; readonly arn?: string }

function nameOf({ RuleName: name, RuleARN: arn }: RuleReference): Result<Named, Refusal> {
  const hasName = typeof name === 'string'
  const hasArn = typeof arn === 'string'
  if (hasName && hasArn) {
    return refuse('Request cannot contain both sampling rule name and sampling rule ARN')
  }
  if (hasName) return ok({ name })
  if (!hasArn) return refuse('Request must contain either sampling rule name or sampling rule ARN')
  const resource = parseResourceArn(arn)
  return resource?.kind === 'sampling-rule' && resource.name.length <= MAX_NAME_LENGTH
    ? ok({ name: resource.name, arn })
    : refuse(`Invalid sampling rule ARN: ${arn}`)
}

/** A rule made again elsewhere under an old name has another ARN. */
export function findRule(
  { values }: SettingList<Tagged<SamplingRule>>,
  { name, arn }: Named,
  context: RequestContext,
): Tagged<SamplingRule> | undefined {
  const standard =
    name === DEFAULT_NAME ? { value: DEFAULT_SAMPLING_RULE, tags: new Map() } : undefined
  const found = values.get(name) ?? standard
  if (found === undefined || arn === undefined) return found
  return isSamplingRuleArn(arn, context, found.value) ? found : undefined
}

const DEFAULTS_OWN: ReadonlySet<string> = new Set<keyof RuleChange>([
  'RuleName',
  'RuleARN',
  'FixedRate',
  'ReservoirSize',
])

function changesMoreThanRates(input: RuleChange): boolean {
  return Object.entries(input).some(
    ([member, value]) => !DEFAULTS_OWN.has(member) && value !== undefined && value !== null,
  )
}

/** A cool-down of nothing would boost without end. */
function boostOf(
  boost: BoostMember | null | undefined,
): Result<SamplingRateBoost | undefined, Refusal> {
  if (boost === undefined || boost === null) return ok(undefined)
  const { MaxRate: maxRate, CooldownWindowMinutes: cooldownMinutes } = boost
  if (cooldownMinutes < 1) return refuse('CooldownWindowMinutes must be at least 1')
  return ok({ maxRate, cooldownMinutes })
}

function withMembers(rule: SamplingRule, input: Omit<RuleChange, 'Version'>): SamplingRule {
  const { Attributes: attributes } = input
  return {
    ...rule,
    priority: input.Priority ?? rule.priority,
    fixedRate: input.FixedRate ?? rule.fixedRate,
    reservoirSize: input.ReservoirSize ?? rule.reservoirSize,
    serviceName: input.ServiceName ?? rule.serviceName,
    serviceType: input.ServiceType ?? rule.serviceType,
    host: input.Host ?? rule.host,
    httpMethod: input.HTTPMethod ?? rule.httpMethod,
    urlPath: input.URLPath ?? rule.urlPath,
    resourceArn: input.ResourceARN ?? rule.resourceArn,
    attributes: attributes ? new Map(Object.entries(attributes)) : rule.attributes,
  }
}

function parseRule(document: JsonObject, scope: RequestContext): SamplingRule {
  const text = (member: string) => String(document[member])
  const name = text('name')
  return {
    name,
    scope: name === DEFAULT_NAME ? undefined : readScope(document['scope'], scope),
    priority: Number(document['priority']),
    fixedRate: Number(document['fixedRate']),
    reservoirSize: Number(document['reservoirSize']),
    serviceName: text('serviceName'),
    serviceType: text('serviceType'),
    host: text('host'),
    httpMethod: text('httpMethod'),
    urlPath: text('urlPath'),
    resourceArn: text('resourceArn'),
    attributes: textMap(document['attributes']),
    boost: parseBoost(document['boost']),
    created: unixNanos(BigInt(text('created'))),
    modified: unixNanos(BigInt(text('modified'))),
  }
}

function parseBoost(value: JsonValue | undefined): SamplingRateBoost | undefined {
  if (value === undefined || !isJsonObject(value)) return undefined
  return {
    maxRate: Number(value['maxRate']),
    cooldownMinutes: Number(value['cooldownMinutes']),
  }
}
