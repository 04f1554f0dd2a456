import {
  bad,
  type JsonObject,
  ok,
  type RequestContext,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { SettingKind, Settings } from '../store/settings.ts'
import { locksOut, parsePolicy } from './policy-document.ts'
import { type Refusal, refuse } from './refusal.ts'

export type ResourcePolicy = {
  readonly name: string
  /** JSON text, as it was put. */
  readonly document: string
  /** 1 for the first put. */
  readonly revision: number
  readonly updated: UnixNanos
}

export type NewPolicy = {
  readonly PolicyName: string
  readonly PolicyDocument: string
  readonly PolicyRevisionId?: string | null | undefined
  readonly BypassPolicyLockoutCheck?: boolean | null | undefined
}

/** By name. @throws StoreError */
export async function listPolicies(settings: Settings): Promise<readonly ResourcePolicy[]> {
  const { values } = await settings.read(POLICIES)
  return [...values.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
}

/** Makes a policy or its next revision (xray-behaviour 12.4). @throws StoreError */
export async function putPolicy(
  settings: Settings,
  context: RequestContext,
  input: NewPolicy,
): Promise<Result<ResourcePolicy, Refusal>> {
  const { PolicyName: name, PolicyDocument: document, PolicyRevisionId: expected } = input
  const problem = documentProblem(input, context)
  if (problem !== undefined) return bad(problem)
  return await settings.change(POLICIES, ({ values }, at) => {
    const revision = values.get(name)?.revision ?? 0
    if (typeof expected === 'string' && expected !== String(revision)) {
      const message = `Another concurrent request has modified the resource policy ${name}`
      return bad<Refusal>({ kind: 'policy-revision', message })
    }
    if (revision === 0 && values.size >= MAX_POLICIES) {
      return bad<Refusal>({
        kind: 'policy-count',
        message: `Resource policy limit exceeded: ${MAX_POLICIES}`,
      })
    }
    const policy = { name, document, revision: revision + 1, updated: at }
    return ok({ key: name, value: policy, answer: policy })
  })
}

/** @throws StoreError */
export async function removePolicy(
  settings: Settings,
  name: string,
  expected: string | null | undefined,
): Promise<Result<undefined, Refusal>> {
  return await settings.change(POLICIES, ({ values }) => {
    const policy = values.get(name)
    if (policy === undefined) return refuse(`The resource policy ${name} does not exist.`)
    if (typeof expected === 'string' && expected !== String(policy.revision)) {
      const message = `Another concurrent request has modified or deleted the resource policy ${name}`
      return bad<Refusal>({ kind: 'policy-revision', message })
    }
    return ok({ key: name, value: undefined, answer: undefined })
  })
}

const MAX_POLICIES = 5
const MAX_DOCUMENT_BYTES = 5 * 1024

const POLICIES: SettingKind<ResourcePolicy> = {
  name: 'resource-policy',
  parse: (stored: JsonObject) => ({
    name: String(stored['name']),
    document: String(stored['document']),
    revision: Number(stored['revision']),
    updated: unixNanos(BigInt(String(stored['updated']))),
  }),
  print: (policy) => ({ ...policy, updated: String(policy.updated) }),
}

function documentProblem(input: NewPolicy, context: RequestContext): Refusal | undefined {
  const { PolicyDocument: document, BypassPolicyLockoutCheck: bypass } = input
  if (new TextEncoder().encode(document).length > MAX_DOCUMENT_BYTES) {
    const message = `The policy document is larger than ${MAX_DOCUMENT_BYTES} bytes`
    return { kind: 'policy-size', message }
  }
  const statements = parsePolicy(document)
  if (!statements.ok) return { kind: 'policy-malformed', message: statements.problem }
  if (bypass === true || !locksOut(statements.value, context.account)) return undefined
  const message = 'The policy would keep you from changing it; BypassPolicyLockoutCheck allows that'
  return { kind: 'policy-lockout', message }
}
