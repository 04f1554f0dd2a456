/** Takes away the groups, rules and policies that a case left, so that none meets those of another. */
export async function forgetSettings(endpoint: string): Promise<void> {
  const ask = async (path: string, input: object) => {
    const response = await fetch(endpoint + path, { method: 'POST', body: JSON.stringify(input) })
    return (await response.json()) as Lists
  }
  const [{ Groups = [] }, { SamplingRuleRecords = [] }, { ResourcePolicies = [] }] =
    await Promise.all([
      ask('/Groups', {}),
      ask('/GetSamplingRules', {}),
      ask('/ListResourcePolicies', {}),
    ])
  for (const { GroupName } of Groups) {
    if (GroupName !== 'Default') await ask('/DeleteGroup', { GroupName })
  }
  for (const { SamplingRule } of SamplingRuleRecords) {
    const { RuleName } = SamplingRule
    if (RuleName !== 'Default') await ask('/DeleteSamplingRule', { RuleName })
  }
  for (const { PolicyName } of ResourcePolicies) await ask('/DeleteResourcePolicy', { PolicyName })
}

type Lists = {
  readonly Groups?: readonly { readonly GroupName: string }[]
  readonly SamplingRuleRecords?: readonly { readonly SamplingRule: { readonly RuleName: string } }[]
  readonly ResourcePolicies?: readonly { readonly PolicyName: string }[]
}
