import {
  bad,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  ok,
  type Result,
  wildcardCovers,
} from '@fluoroscope/model'

/** One statement of a resource policy, as far as we look at it. */
export type PolicyStatement = {
  readonly effect: 'Allow' | 'Deny'
  /** Accounts and ARNs; `*` for everybody. Empty where the policy says who it is not for. */
  readonly principals: readonly string[]
  /** Empty where the policy says what it is not about. */
  readonly actions: readonly string[]
  readonly hasCondition: boolean
}

/** Reads a policy by IAM's grammar; the problem names the place. */
export function parsePolicy(text: string): Result<readonly PolicyStatement[], string> {
  const policy = parseJson(text)
  if (policy === undefined) return bad('The policy document is not JSON')
  if (!isJsonObject(policy)) return bad('The policy document is not a JSON object')
  const problem = unknownMember(policy, POLICY_MEMBERS) ?? versionProblem(policy['Version'])
  if (problem !== undefined) return bad(problem)
  const given = policy['Statement']
  const list = given === undefined ? [] : listOf(given)
  if (list.length === 0) return bad('The policy document has no Statement')
  const statements: PolicyStatement[] = []
  for (const [index, each] of list.entries()) {
    const statement = parseStatement(each)
    if (!statement.ok) return bad(`Statement ${index + 1}: ${statement.problem}`)
    statements.push(statement.value)
  }
  return ok(statements)
}

/** A statement denies everybody of the account, without condition, to put the policy anew. */
export function locksOut(statements: readonly PolicyStatement[], account: string): boolean {
  return statements.some(
    ({ effect, principals, actions, hasCondition }) =>
      effect === 'Deny' &&
      !hasCondition &&
      principals.some((principal) => isWholeAccount(principal, account)) &&
      actions.some(matchesPut),
  )
}

const POLICY_MEMBERS = ['Version', 'Id', 'Statement']
const STATEMENT_MEMBERS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]
const VERSIONS = ['2012-10-17', '2008-10-17']
const PRINCIPAL_KINDS = ['AWS', 'Service', 'Federated', 'CanonicalUser']

/** Undefined for what is no JSON, which `JSON.parse` never gives. */
function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function versionProblem(version: JsonValue | undefined): string | undefined {
  if (version === undefined || VERSIONS.some((known) => known === version)) return undefined
  return `Version must be one of ${VERSIONS.join(', ')}`
}

function parseStatement(value: JsonValue): Result<PolicyStatement, string> {
  if (!isJsonObject(value)) return bad('not a JSON object')
  const problem = statementProblem(value)
  if (problem !== undefined) return bad(problem)
  const principals = parsePrincipals(value['Principal'] ?? value['NotPrincipal'] ?? null)
  if (!principals.ok) return principals
  const actions = textsOf(value['Action'] ?? value['NotAction'] ?? null)
  if (actions === undefined || !actions.every((action) => ACTION.test(action))) {
    return bad('Action must name actions such as xray:PutTraceSegments')
  }
  return ok({
    effect: value['Effect'] === 'Deny' ? 'Deny' : 'Allow',
    principals: 'Principal' in value ? principals.value : [],
    actions: 'Action' in value ? actions : [],
    hasCondition: 'Condition' in value,
  })
}

function statementProblem(value: JsonObject): string | undefined {
  const { Effect: effect, Sid: sid = '', Condition: condition = {} } = value
  const unknown = unknownMember(value, STATEMENT_MEMBERS)
  if (unknown !== undefined) return unknown
  if (effect !== 'Allow' && effect !== 'Deny') return 'Effect must be Allow or Deny'
  if (typeof sid !== 'string') return 'Sid must be a text'
  if (!isJsonObject(condition)) return 'Condition must be an object'
  const unclear = ['Principal', 'Action', 'Resource'].find(
    (member) => member in value === `Not${member}` in value,
  )
  if (unclear !== undefined) return `exactly one of ${unclear} and Not${unclear} is needed`
  const resources = textsOf(value['Resource'] ?? value['NotResource'] ?? null)
  return resources === undefined ? 'Resource must be a text or a list of texts' : undefined
}

const ACTION = /^(?:\*|[a-z0-9-]+:[a-z0-9*?]+)$/i

function parsePrincipals(value: JsonValue): Result<readonly string[], string> {
  const problem = 'Principal must be "*" or an object such as {"Service": "sns.amazonaws.com"}'
  if (value === '*') return ok(['*'])
  if (!isJsonObject(value) || Object.keys(value).length === 0) return bad(problem)
  const unknown = unknownMember(value, PRINCIPAL_KINDS)
  if (unknown !== undefined) return bad(`Principal: ${unknown}`)
  const names = Object.entries(value).map(([kind, given]) => ({ kind, texts: textsOf(given) }))
  if (names.some(({ texts }) => texts === undefined)) return bad(problem)
  return ok(names.flatMap(({ kind, texts }) => (kind === 'AWS' ? (texts ?? []) : [])))
}

function unknownMember(value: JsonObject, known: readonly string[]): string | undefined {
  const unknown = Object.keys(value).find((member) => !known.includes(member))
  return unknown === undefined ? undefined : `unknown member ${unknown}`
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
}

/** At least one text; undefined for anything else. */
function textsOf(value: JsonValue): readonly string[] | undefined {
  const list = listOf(value)
  const texts = list.filter((each) => typeof each === 'string' && each !== '')
  return texts.length > 0 && texts.length === list.length ? (texts as string[]) : undefined
}

function isWholeAccount(principal: string, account: string): boolean {
  return (
    principal === '*' ||
    principal === account ||
    /^arn:[a-z-]+:iam::(\d+):root$/.exec(principal)?.[1] === account
  )
}

function matchesPut(action: string): boolean {
  return wildcardCovers(action, 'xray:PutResourcePolicy')
}
