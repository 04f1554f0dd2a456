import type { ResourcePolicyOutput } from '@fluoroscope/model'
import { secondsFromUnixNanos } from '@fluoroscope/model'
import type { ResourcePolicy } from '../act/resource-policies.ts'

export function printPolicy(policy: ResourcePolicy): ResourcePolicyOutput {
  return {
    PolicyName: policy.name,
    PolicyDocument: policy.document,
    PolicyRevisionId: String(policy.revision),
    LastUpdatedTime: secondsFromUnixNanos(policy.updated),
  }
}
