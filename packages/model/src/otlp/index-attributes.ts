import type { AnnotationValue } from '../segment.ts'
import { jsonOfInteger } from './json-of-value.ts'
import { isFreeAttribute } from './known-attributes.ts'
import { isOtlpArray, type OtlpValue } from './otlp-span.ts'
import { RESOURCE_PREFIX, type ResourceMeaning, textsOf } from './resource-meaning.ts'
import type { SpanAttributes } from './span-attributes.ts'

/** Annotations with their keys, each key once. */
export type AnnotationList = readonly (readonly [key: string, value: AnnotationValue])[]

/** Attributes that are neither told by a field nor annotations. */
export type Unindexed = readonly (readonly [key: string, value: OtlpValue])[]

/** Attributes whose text is a namespace of the metadata (xray-behaviour 15.5). */
export const METADATA_PREFIX = 'aws.xray.metadata.'

/**
 * Parts what is left of a span's attributes into annotations and the rest (xray-behaviour 15.5). An
 * attribute that is listed is an annotation even if a field tells it.
 * @param isSegment segments have the annotations of their resource too
 */
export function indexAttributes(
  attributes: SpanAttributes,
  resource: ResourceMeaning,
  isSegment: boolean,
): { readonly annotations: AnnotationList; readonly unindexed: Unindexed } {
  const sorting: Sorting = { annotations: [], repaired: [], unindexed: [] }
  const listed = listedKeys(attributes, resource)
  for (const key of listed) {
    const value = attributes.get(key)
    if (value !== undefined) sort(sorting, ownKey(key, attributes), annotationOf(value), value)
  }
  const isAll = resource.index !== 'listed'
  attributes.eachRest((key, value) => {
    if (listed.has(key)) return
    const isSpoken = isAll && !key.startsWith(METADATA_PREFIX)
    const isFree = listed.size === 0 || !hasKey(sorting, key)
    sort(sorting, key, isSpoken && isFree ? annotationOf(value) : undefined, value)
  })
  if (isSegment) sortResource(sorting, resource, listed)
  for (const { key, annotation, value } of sorting.repaired) {
    const repaired = repairKey(key)
    if (hasKey(sorting, repaired)) sorting.unindexed.push([key, value])
    else sorting.annotations.push([repaired, annotation])
  }
  return { annotations: sorting.annotations, unindexed: sorting.unindexed }
}

type Sorting = {
  readonly annotations: (readonly [key: string, value: AnnotationValue])[]
  /** Added last: a key that needs repair gives way to one that is so by itself. */
  readonly repaired: { key: string; annotation: AnnotationValue; value: OtlpValue }[]
  readonly unindexed: (readonly [key: string, value: OtlpValue])[]
}

/** A list, since lists of annotations are short and few of them are looked through. */
function hasKey({ annotations }: Sorting, key: string): boolean {
  return annotations.some(([taken]) => taken === key)
}

function sort(
  sorting: Sorting,
  key: string,
  annotation: AnnotationValue | undefined,
  value: OtlpValue,
): void {
  if (annotation === undefined) sorting.unindexed.push([key, value])
  else if (isAnnotationKey(key)) sorting.annotations.push([key, annotation])
  else sorting.repaired.push({ key, annotation, value })
}

function sortResource(
  sorting: Sorting,
  resource: ResourceMeaning,
  listed: ReadonlySet<string>,
): void {
  const isAll = resource.index === 'span-and-resource'
  if (!isAll && listed.size === 0) return
  for (const [own, value] of resource.attributes) {
    const key = RESOURCE_PREFIX + own
    const annotation = isAll || listed.has(key) ? annotationOf(value) : undefined
    // What is no annotation is among the metadata of the resource.
    if (annotation !== undefined && !hasKey(sorting, key)) sort(sorting, key, annotation, value)
  }
}

/** What is before the key of an X-Ray annotation that means something else as an attribute. */
const ANNOTATION_PREFIX = 'annotation.'

/** The key an annotation had before an attribute that tells something else made it give way. */
function ownKey(key: string, attributes: SpanAttributes): string {
  let own = key
  while (own.startsWith(ANNOTATION_PREFIX)) {
    const shorter = own.slice(ANNOTATION_PREFIX.length)
    if (attributes.get(shorter) === undefined || isFreeAttribute(shorter)) return own
    own = shorter
  }
  return own
}

const LIST = 'aws.xray.annotations'

function listedKeys(attributes: SpanAttributes, resource: ResourceMeaning): ReadonlySet<string> {
  const list = attributes.tells('aws') ? attributes.get(LIST) : undefined
  if (!isOtlpArray(list)) return resource.indexedAttributes
  attributes.take(LIST)
  return new Set([...resource.indexedAttributes, ...textsOf(list)])
}

/**
 * The annotation that holds a value as it is: numbers as numbers, but whole numbers beyond 2^53, which
 * a double would round, as their digits. Undefined for values an annotation cannot hold.
 */
function annotationOf(value: OtlpValue): AnnotationValue | undefined {
  if (typeof value === 'bigint') return jsonOfInteger(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}

/** Letters and digits of ASCII, `_` and dots; by hand, since a regular expression takes thrice as long. */
export function isAnnotationKey(key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at)
    const lower = code | 0x20
    const isLetter = lower >= 0x61 && lower <= 0x7a
    if (!isLetter && !isDigitOrMark(code)) return false
  }
  return key !== ''
}

function isDigitOrMark(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === UNDERSCORE || code === DOT
}

const UNDERSCORE = 0x5f
const DOT = 0x2e

/** Dots stay: filters say such keys in brackets (xray-behaviour 10.1). */
function repairKey(key: string): string {
  return key === '' ? '_' : key.replace(/[^A-Za-z0-9_.]/gu, '_')
}
