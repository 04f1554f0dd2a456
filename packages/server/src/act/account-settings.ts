import {
  addNanos,
  bad,
  encryptionKeyArn,
  type JsonObject,
  type Nanos,
  ok,
  type RequestContext,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { SettingKind, Settings } from '../store/settings.ts'
import { type Refusal, refuse } from './refusal.ts'

export type EncryptionConfig = {
  readonly type: 'NONE' | 'KMS'
  /** Full name of the key; undefined for NONE. */
  readonly key: string | undefined
  readonly changed: UnixNanos
}

export type Destination = {
  readonly destination: 'XRay' | 'CloudWatchLogs'
  readonly changed: UnixNanos
}

export type IndexingRule = {
  readonly name: string
  /** Share of the traces that is to be indexed. */
  readonly desiredPercentage: number
  /** 0 for never. */
  readonly modified: UnixNanos
}

/** What was changed becomes active after a moment (xray-behaviour 12.3 and 12.7). */
export function isSettling(changed: UnixNanos, now: UnixNanos): boolean {
  return now < addNanos(changed, SETTLE_NANOS)
}

/** @throws StoreError */
export async function findEncryption(settings: Settings): Promise<EncryptionConfig> {
  return (await settings.read(ENCRYPTION)).values.get(ONLY) ?? NO_ENCRYPTION
}

/** Kept and told; data are not encrypted by it. @throws StoreError */
export async function putEncryption(
  settings: Settings,
  context: RequestContext,
  input: { readonly Type: 'NONE' | 'KMS'; readonly KeyId?: string | null | undefined },
): Promise<Result<EncryptionConfig, Refusal>> {
  const { Type: type, KeyId: keyId } = input
  if (type === 'KMS' && typeof keyId !== 'string') {
    return refuse('KeyId is required when the encryption type is KMS')
  }
  return await settings.change(ENCRYPTION, (_current, at) => {
    const key = type === 'KMS' && keyId ? encryptionKeyArn(context, keyId) : undefined
    const config: EncryptionConfig = { type, key, changed: at }
    return ok({ key: ONLY, value: config, answer: config })
  })
}

/** @throws StoreError */
export async function findDestination(settings: Settings): Promise<Destination> {
  return (await settings.read(DESTINATION)).values.get(ONLY) ?? X_RAY
}

/** Kept and told; traces stay here and are indexed all the same. @throws StoreError */
export async function putDestination(
  settings: Settings,
  destination: Destination['destination'] | null | undefined,
): Promise<Result<Destination, Refusal>> {
  return await settings.change(DESTINATION, ({ values }, at) => {
    const old = values.get(ONLY) ?? X_RAY
    if (destination === old.destination) {
      return refuse(`The destination is already set to ${destination}`)
    }
    const value = destination ? { destination, changed: at } : old
    return ok({ key: ONLY, value, answer: value })
  })
}

/** The one rule there is. @throws StoreError */
export async function findIndexingRule(settings: Settings): Promise<IndexingRule> {
  return (await settings.read(INDEXING)).values.get(ONLY) ?? ONE_PERCENT
}

/** Kept and told; every trace is indexed all the same. @throws StoreError */
export async function changeIndexingRule(
  settings: Settings,
  name: string,
  percentage: number | undefined,
): Promise<Result<IndexingRule, Refusal>> {
  if (name !== ONE_PERCENT.name) {
    const message = `Indexing rule ${name} not found`
    return bad({ kind: 'resource-not-found', message, resourceName: name })
  }
  if (percentage === undefined) return refuse('Rule must have exactly one member: Probabilistic')
  if (percentage < 0 || percentage > 100) {
    return refuse('DesiredSamplingPercentage must be between 0 and 100')
  }
  return await settings.change(INDEXING, (_current, at) => {
    const rule = { name, desiredPercentage: percentage, modified: at }
    return ok({ key: ONLY, value: rule, answer: rule })
  })
}

/** There is one of each of these settings. */
const ONLY = 'Default'

const NEVER = 0n as UnixNanos
const SETTLE_NANOS = 1e9 as Nanos

const NO_ENCRYPTION: EncryptionConfig = { type: 'NONE', key: undefined, changed: NEVER }
const X_RAY: Destination = { destination: 'XRay', changed: NEVER }
const ONE_PERCENT: IndexingRule = { name: 'Default', desiredPercentage: 1, modified: NEVER }

const ENCRYPTION: SettingKind<EncryptionConfig> = {
  name: 'encryption',
  parse: ({ type, key, changed }) => ({
    type: type === 'KMS' ? 'KMS' : 'NONE',
    key: typeof key === 'string' ? key : undefined,
    changed: instantOf(changed),
  }),
  print: ({ type, key, changed }) => ({ type, key: key ?? null, changed: String(changed) }),
}

const DESTINATION: SettingKind<Destination> = {
  name: 'destination',
  parse: ({ destination, changed }) => ({
    destination: destination === 'CloudWatchLogs' ? 'CloudWatchLogs' : 'XRay',
    changed: instantOf(changed),
  }),
  print: ({ destination, changed }) => ({ destination, changed: String(changed) }),
}

const INDEXING: SettingKind<IndexingRule> = {
  name: 'indexing-rule',
  parse: ({ name, desiredPercentage, modified }) => ({
    name: String(name),
    desiredPercentage: Number(desiredPercentage),
    modified: instantOf(modified),
  }),
  print: (rule) => ({ ...rule, modified: String(rule.modified) }),
}

function instantOf(value: JsonObject[string] | undefined): UnixNanos {
  return unixNanos(BigInt(String(value ?? 0)))
}
