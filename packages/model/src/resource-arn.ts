import type { Group } from './group.ts'
import type { SamplingRule } from './sampling-rule.ts'

/** In which account and region a thing is, as names of resources say it. */
export type ArnScope = { readonly account: string; readonly region: string }

/** What the ARN of a resource of X-Ray says (xray-behaviour 1.5); it need not exist. */
export type Resource =
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'sampling-rule'; readonly name: string }

/**
 * `arn:aws:xray:<region>:<account>:group/<name>/<id>`; the group of all traces has no id, and is in
 * the account and region of whoever asks.
 */
export function groupArn(
  asker: ArnScope,
  { name, id, scope }: Pick<Group, 'name' | 'id' | 'scope'>,
): string {
  return `${arnPrefix('xray', scope ?? asker)}:group/${name}${id === undefined ? '' : `/${id}`}`
}

/** The default rule is in the account and region of whoever asks. */
export function samplingRuleArn(
  asker: ArnScope,
  { name, scope }: Pick<SamplingRule, 'name' | 'scope'>,
): string {
  return `${arnPrefix('xray', scope ?? asker)}:sampling-rule/${name}`
}

/** Whether `arn` is the rule's; older documents leave the account empty. */
export function isSamplingRuleArn(
  arn: string,
  asker: ArnScope,
  rule: Pick<SamplingRule, 'name' | 'scope'>,
): boolean {
  const scope = rule.scope ?? asker
  const short = samplingRuleArn(asker, { ...rule, scope: { ...scope, account: '' } })
  return arn === samplingRuleArn(asker, rule) || arn === short
}

/** The full name of an encryption key that was given by id, alias or ARN (xray-behaviour 12.3). */
export function encryptionKeyArn(scope: ArnScope, key: string): string {
  if (key.startsWith('arn:')) return key
  return `${arnPrefix('kms', scope)}:${key.startsWith('alias/') ? key : `key/${key}`}`
}

/** The resource that `arn` names, in whatever account and region; undefined for all else. */
export function parseResourceArn(arn: string): Resource | undefined {
  const [, kind, path = ''] = ARN.exec(arn) ?? []
  if (kind === 'sampling-rule') return { kind, name: path }
  if (kind !== 'group') return undefined
  return { kind, name: GROUP_PATH.exec(path)?.[1] ?? path }
}

const ARN = /^arn:[a-z-]+:xray:[^:]*:[^:]*:(group|sampling-rule)\/(.+)$/s
const GROUP_PATH = /^(.+)\/[A-Z2-7]{52}$/s

function arnPrefix(service: string, { account, region }: ArnScope): string {
  const partition = region.startsWith('cn-')
    ? 'aws-cn'
    : region.startsWith('us-gov-')
      ? 'aws-us-gov'
      : 'aws'
  return `arn:${partition}:${service}:${region}:${account}`
}
