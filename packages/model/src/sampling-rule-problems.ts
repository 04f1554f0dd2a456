import * as v from 'valibot'
import { CreateSamplingRuleInput } from './operation/create-sampling-rule.ts'

/** What a form of a sampling rule can get wrong: members of `CreateSamplingRule`. */
export type SamplingRuleMembers = v.InferInput<typeof CreateSamplingRuleInput>['SamplingRule']

/**
 * What the API would refuse of a new rule, by the member's name (`SamplingRateBoost` and `Attributes`
 * as a whole), in words: the bounds of xray-behaviour 6.8 and 11.1.
 */
export function findSamplingRuleProblems(
  members: SamplingRuleMembers,
): ReadonlyMap<string, string> {
  const checked = v.safeParse(CreateSamplingRuleInput, { SamplingRule: members })
  const problems = new Map<string, string>()
  if (members.SamplingRateBoost && members.SamplingRateBoost.CooldownWindowMinutes < 1) {
    problems.set('SamplingRateBoost', 'The cool-down lasts at least one minute')
  }
  if (checked.success) return problems
  for (const issue of checked.issues) {
    const member = String(issue.path?.[1]?.key ?? '')
    if (!problems.has(member)) problems.set(member, wordsOf(issue.type, issue.requirement))
  }
  return problems
}

function wordsOf(type: string, requirement: unknown): string {
  switch (type) {
    case 'min_length':
      return 'Must not be empty'
    case 'max_length':
      return `At most ${String(requirement)} characters`
    case 'min_value':
      return `At least ${String(requirement)}`
    case 'max_value':
      return `At most ${String(requirement)}`
    case 'max_entries':
      return `At most ${String(requirement)} of them`
    case 'check':
      return 'A whole number'
    default:
      return 'A number'
  }
}
