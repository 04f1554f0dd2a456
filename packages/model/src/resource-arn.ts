import type { Group } from './group.ts'

/** In which account and region a thing is, as names of resources say it. */
export type ArnScope = { readonly account: string; readonly region: string }

/** A resource of X-Ray that has a name of its own (xray-behaviour 1.5). */
export type Resource =
  | { readonly kind: 'group'; readonly name: string; readonly id: string | undefined }
  | { readonly kind: 'sampling-rule'; readonly name: string }

/** `arn:aws:xray:<region>:<account>:group/<name>/<id>`; the group of all traces has no id. */
export function groupArn(scope: ArnScope, { name, id }: Pick<Group, 'name' | 'id'>): string {
  return `${arnPrefix('xray', scope)}:group/${name}${id === undefined ? '' : `/${id}`}`
}

export function samplingRuleArn(scope: ArnScope, rule: string): string {
  return `${arnPrefix('xray', scope)}:sampling-rule/${rule}`
}

/** The full name of an encryption key that was given by id, alias or ARN (xray-behaviour 12.3). */
export function encryptionKeyArn(scope: ArnScope, key: string): string {
  if (key.startsWith('arn:')) return key
  return `${arnPrefix('kms', scope)}:${key.startsWith('alias/') ? key : `key/${key}`}`
}

/**
 * The resource of this account and region that `arn` names, which need not exist; undefined for all
 * else. Older documents leave the account of a sampling rule empty.
 */
export function parseResourceArn(arn: string, scope: ArnScope): Resource | undefined {
  const [, prefix, kind, path = ''] = ARN.exec(arn) ?? []
  const own = arnPrefix('xray', scope)
  if (kind === 'sampling-rule') {
    const isOwn = prefix === own || prefix === arnPrefix('xray', { ...scope, account: '' })
    return isOwn ? { kind, name: path } : undefined
  }
  if (kind !== 'group' || prefix !== own) return undefined
  const [, name = path, id] = GROUP_PATH.exec(path) ?? []
  return { kind, name, id }
}

const ARN = /^(arn:[a-z-]+:xray:[^:]*:[^:]*):(group|sampling-rule)\/(.+)$/s
const GROUP_PATH = /^(.+)\/([A-Z2-7]{52})$/s

function arnPrefix(service: string, { account, region }: ArnScope): string {
  const partition = region.startsWith('cn-')
    ? 'aws-cn'
    : region.startsWith('us-gov-')
      ? 'aws-us-gov'
      : 'aws'
  return `arn:${partition}:${service}:${region}:${account}`
}
