import {
  findSamplingRuleFlaws,
  findSamplingRuleProblems,
  type SamplingRuleFlaw,
  type SamplingRuleMembers,
} from '@fluoroscope/model'
import type { ListedRule } from '../answer/settings.ts'

/** What the fields of the form hold, as typed. */
export type RuleFields = Readonly<Record<RuleField, string>>

export type RuleField = (typeof RULE_FIELDS)[number]['field']

/** The fields in their order, with the member of the API that each one is. */
export const RULE_FIELDS = [
  { field: 'name', member: 'RuleName', label: 'Name', hint: '' },
  { field: 'priority', member: 'Priority', label: 'Priority', hint: '1 is asked first' },
  { field: 'reservoir', member: 'ReservoirSize', label: 'Reservoir', hint: 'Traces a second' },
  { field: 'rate', member: 'FixedRate', label: 'Fixed rate', hint: 'Per cent of the rest' },
  { field: 'serviceName', member: 'ServiceName', label: 'Service name', hint: '' },
  { field: 'serviceType', member: 'ServiceType', label: 'Service type', hint: '' },
  { field: 'host', member: 'Host', label: 'Host', hint: '' },
  { field: 'httpMethod', member: 'HTTPMethod', label: 'HTTP method', hint: '' },
  { field: 'urlPath', member: 'URLPath', label: 'URL path', hint: '' },
  { field: 'resourceArn', member: 'ResourceARN', label: 'Resource ARN', hint: '' },
  {
    field: 'attributes',
    member: 'Attributes',
    label: 'Attributes',
    hint: 'key=pattern, a line each',
  },
  {
    field: 'boostRate',
    member: 'SamplingRateBoost',
    label: 'Boost up to',
    hint: 'Per cent, empty for none',
  },
  { field: 'boostMinutes', member: '', label: 'Boost cool-down', hint: 'Minutes' },
] as const

/** A new rule matches everything and samples as little as Default. */
export const NEW_RULE: RuleFields = {
  name: '',
  priority: '1000',
  reservoir: '1',
  rate: '5',
  serviceName: '*',
  serviceType: '*',
  host: '*',
  httpMethod: '*',
  urlPath: '*',
  resourceArn: '*',
  attributes: '',
  boostRate: '',
  boostMinutes: '',
}

/** The fields of a rule that is there. */
export function fieldsOfRule(rule: ListedRule): RuleFields {
  return {
    name: rule.name,
    priority: String(rule.priority),
    reservoir: String(rule.reservoirSize),
    rate: percentText(rule.fixedRate),
    serviceName: rule.serviceName,
    serviceType: rule.serviceType,
    host: rule.host,
    httpMethod: rule.httpMethod,
    urlPath: rule.urlPath,
    resourceArn: rule.resourceArn,
    attributes: [...rule.attributes].map(([key, pattern]) => `${key}=${pattern}`).join('\n'),
    boostRate: rule.boost === undefined ? '' : percentText(rule.boost.maxRate),
    boostMinutes: rule.boost === undefined ? '' : String(rule.boost.cooldownMinutes),
  }
}

/** The members of the API for what is typed; what is no number is NaN, which no bound allows. */
export function membersOfFields(fields: RuleFields): SamplingRuleMembers {
  const hasBoost = fields.boostRate.trim() !== '' || fields.boostMinutes.trim() !== ''
  return {
    RuleName: fields.name,
    Priority: number(fields.priority),
    ReservoirSize: number(fields.reservoir),
    FixedRate: share(fields.rate),
    ServiceName: fields.serviceName,
    ServiceType: fields.serviceType,
    Host: fields.host,
    HTTPMethod: fields.httpMethod,
    URLPath: fields.urlPath,
    ResourceARN: fields.resourceArn,
    Version: 1,
    Attributes: Object.fromEntries(attributesOf(fields.attributes)),
    ...(hasBoost
      ? {
          SamplingRateBoost: {
            MaxRate: share(fields.boostRate),
            CooldownWindowMinutes: number(fields.boostMinutes),
          },
        }
      : {}),
  }
}

/** Members that differ for Default: only its rate and its reservoir can be changed (11.1). */
export function defaultRuleChange(fields: RuleFields): object {
  return {
    RuleName: fields.name,
    FixedRate: share(fields.rate),
    ReservoirSize: number(fields.reservoir),
  }
}

/** What is wrong with each field, in words. */
export function fieldProblems(
  fields: RuleFields,
  others: readonly string[],
): ReadonlyMap<RuleField, string> {
  const byMember = findSamplingRuleProblems(membersOfFields(fields))
  const problems = new Map<RuleField, string>()
  for (const { field, member } of RULE_FIELDS) {
    const problem = byMember.get(member)
    if (problem !== undefined) problems.set(field, inPercent(field, problem))
  }
  if (others.includes(fields.name)) problems.set('name', 'There is a rule of that name')
  const line = linesOf(fields.attributes).find((one) => !/^[^=]+=./.test(one))
  if (line !== undefined) problems.set('attributes', `"${line}" is not key=pattern`)
  return problems
}

/** The flaw that the rule would have among the others. */
export function flawOfFields(
  fields: RuleFields,
  rules: readonly ListedRule[],
): SamplingRuleFlaw | undefined {
  const members = membersOfFields(fields)
  const rule = {
    name: fields.name,
    priority: members.Priority,
    serviceName: members.ServiceName,
    serviceType: members.ServiceType,
    host: members.Host,
    httpMethod: members.HTTPMethod,
    urlPath: members.URLPath,
    resourceArn: members.ResourceARN,
    attributes: attributesOf(fields.attributes),
  }
  const others = rules.filter(({ name }) => name !== fields.name)
  return findSamplingRuleFlaws([...others, rule]).get(fields.name)
}

/** A flaw in words that end the sentence "This rule …". */
export function flawText(flaw: SamplingRuleFlaw): string {
  switch (flaw.kind) {
    case 'shadowed':
      return `is never reached: "${flaw.by}" is asked before and takes all that it would match`
    case 'never-matches':
      return `never matches: ${flaw.reason}`
    case 'skipped-by-sdks':
      return `is passed over by the X-Ray SDKs: ${flaw.reason}`
  }
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    linesOf(text).map((line) => {
      const [key = '', ...pattern] = line.split('=')
      return [key.trim(), pattern.join('=').trim()]
    }),
  )
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

function number(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

/** Per cent as typed; a rate keeps at most what a number of 15 digits tells. */
function share(text: string): number {
  return Number((number(text) / 100).toPrecision(15))
}

function percentText(rate: number): string {
  return String(Number((rate * 100).toPrecision(12)))
}

function inPercent(field: RuleField, problem: string): string {
  const isPercent = field === 'rate' || field === 'boostRate'
  return isPercent ? problem.replace(/^At most 1$/, 'At most 100 %') : problem
}
