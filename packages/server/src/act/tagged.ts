import {
  isJsonObject,
  type JsonValue,
  ok,
  type RequestContext,
  type Result,
} from '@fluoroscope/model'
import { type Refusal, refuse } from './refusal.ts'

export type Tags = ReadonlyMap<string, string>

export type Tag = { readonly Key: string; readonly Value: string }

/** A thing people may put tags on. */
export type Tagged<Value> = { readonly value: Value; readonly tags: Tags }

/** `old` with `added`; refused where a tag breaks a rule of xray-behaviour 12.5. */
export function addTags(old: Tags, added: readonly Tag[]): Result<Tags, Refusal> {
  const keys = new Set<string>()
  for (const { Key: key, Value: value } of added) {
    if (keys.has(key)) return refuse(`Duplicate tag key: ${key}`)
    if (/^aws:/i.test(key)) return refuse(`Tag keys cannot start with aws: ${key}`)
    if (!ALLOWED.test(key)) return refuse(`Tag key has a character that is not allowed: ${key}`)
    if (!ALLOWED.test(value)) {
      return refuse(`Value of tag ${key} has a character that is not allowed: ${value}`)
    }
    keys.add(key)
  }
  return ok(new Map([...old, ...added.map(({ Key, Value }) => [Key, Value] as const)]))
}

/** The tags something is made with. */
export function newTags(tags: readonly Tag[] | null | undefined): Result<Tags, Refusal> {
  const made = addTags(new Map(), tags ?? [])
  if (!made.ok || made.value.size <= MAX_TAGS) return made
  return refuse(`A resource can have at most ${MAX_TAGS} tags`)
}

/** Texts by name, as settings keep them. */
export function textMap(value: JsonValue | undefined): ReadonlyMap<string, string> {
  if (value === undefined || !isJsonObject(value)) return new Map()
  return new Map(Object.entries(value).map(([name, text]) => [name, String(text)]))
}

/** Where something was made; `known` for what was kept before that was written with it. */
export function readScope(value: JsonValue | undefined, known: RequestContext): RequestContext {
  if (value === undefined || !isJsonObject(value)) return known
  return { account: String(value['account']), region: String(value['region']) }
}

/** Of one resource. */
export const MAX_TAGS = 50

const ALLOWED = /^[\p{L}\p{N}\s_.:/=+\-@]*$/u
