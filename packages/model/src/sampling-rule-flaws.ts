import type { SamplingRule } from './sampling-rule.ts'
import { wildcardCovers } from './wildcard.ts'

/** Why a rule has no effect, or less than it seems (xray-behaviour 11.1 to 11.3). */
export type SamplingRuleFlaw =
  /** An earlier rule takes all that it would match. */
  | { readonly kind: 'shadowed'; readonly by: string }
  /** No request has such a property. */
  | { readonly kind: 'never-matches'; readonly reason: string }
  /** The X-Ray SDKs pass it over; some OpenTelemetry samplers do not. */
  | { readonly kind: 'skipped-by-sdks'; readonly reason: string }

export type MatchedBy = Pick<
  SamplingRule,
  | 'name'
  | 'priority'
  | 'serviceName'
  | 'serviceType'
  | 'host'
  | 'httpMethod'
  | 'urlPath'
  | 'resourceArn'
  | 'attributes'
>

/** In the order in which clients ask the rules: by priority, then name, Default last. */
export function inSamplingOrder<Rule extends MatchedBy>(rules: readonly Rule[]): readonly Rule[] {
  return [...rules].sort(
    (left, right) => left.priority - right.priority || (left.name < right.name ? -1 : 1),
  )
}

/** The flaw of each rule that has one, by its name. */
export function findSamplingRuleFlaws(
  rules: readonly MatchedBy[],
): ReadonlyMap<string, SamplingRuleFlaw> {
  const ordered = inSamplingOrder(rules)
  const flaws = new Map<string, SamplingRuleFlaw>()
  for (const [index, rule] of ordered.entries()) {
    const flaw = impossible(rule) ?? shadow(rule, ordered.slice(0, index)) ?? skipped(rule)
    if (flaw !== undefined) flaws.set(rule.name, flaw)
  }
  return flaws
}

const PATTERNS = [
  ['serviceName', 'service name'],
  ['serviceType', 'service type'],
  ['host', 'host'],
  ['httpMethod', 'HTTP method'],
  ['urlPath', 'URL path'],
  ['resourceArn', 'resource ARN'],
] as const

function impossible(rule: MatchedBy): SamplingRuleFlaw | undefined {
  const never = (reason: string) => ({ kind: 'never-matches', reason }) as const
  const empty = PATTERNS.find(([member]) => rule[member] === '')
  if (empty !== undefined) return never(`its ${empty[1]} is empty: "*" means any`)
  if (!/^[/*?]/.test(rule.urlPath)) return never('its URL path does not begin with "/"')
  if (rule.host.includes('/')) return never('its host has a "/"')
  if (/[^a-z*?-]/i.test(rule.httpMethod)) return never('its HTTP method is no word')
  return undefined
}

function shadow(rule: MatchedBy, earlier: readonly MatchedBy[]): SamplingRuleFlaw | undefined {
  const taker = earlier.find((other) => takesAllOf(other, rule))
  return taker === undefined ? undefined : { kind: 'shadowed', by: taker.name }
}

function takesAllOf(wide: MatchedBy, narrow: MatchedBy): boolean {
  return (
    impossible(wide) === undefined &&
    PATTERNS.every(([member]) => wildcardCovers(wide[member], narrow[member])) &&
    attributesCover(wide, narrow)
  )
}

/** A rule that some clients skip does not take anything from one they use. */
function attributesCover(wide: MatchedBy, narrow: MatchedBy): boolean {
  if (skipped(wide) !== undefined && skipped(narrow) === undefined) return false
  return [...wide.attributes].every(([key, pattern]) => {
    const other = narrow.attributes.get(key)
    return other !== undefined && wildcardCovers(pattern, other)
  })
}

function skipped(rule: MatchedBy): SamplingRuleFlaw | undefined {
  const skippedFor = (reason: string) => ({ kind: 'skipped-by-sdks', reason }) as const
  if (rule.attributes.size > 0) return skippedFor('it has attributes')
  return rule.resourceArn === '*' ? undefined : skippedFor('its resource ARN is not "*"')
}
