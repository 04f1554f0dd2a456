/** Which services are drawn as one. */
export type CollapseRule = (typeof COLLAPSE_RULES)[number]

export const COLLAPSE_RULES = ['cycle', 'type', 'account'] as const

export const COLLAPSE_WORDS: Readonly<Record<CollapseRule, string>> = {
  cycle: 'services that call each other',
  type: 'services of a type',
  account: 'services of an account',
}
