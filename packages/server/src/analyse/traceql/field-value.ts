import {
  isOtlpArray,
  type KindName,
  type OtlpValue,
  type StaticValue,
  type StatusName,
} from '@fluoroscope/model'

/**
 * What a field of a query comes to for one span. Durations are bigints of nanoseconds, `undefined` is nil.
 * A list is what an attribute holds, or what several events or links say.
 */
export type FieldValue = ScalarValue | readonly ScalarValue[] | undefined

export type ScalarValue = string | bigint | number | boolean | NamedValue

/** Status and kind are no texts: `.a = ok` asks for no attribute with the text `ok`. */
export type NamedValue = Readonly<{ status: StatusName } | { kind: KindName }>

/** One of each, so that they compare by identity. */
const STATUSES: Readonly<Record<StatusName, NamedValue>> = {
  ok: { status: 'ok' },
  error: { status: 'error' },
  unset: { status: 'unset' },
}
const KINDS: Readonly<Record<KindName, NamedValue>> = {
  unspecified: { kind: 'unspecified' },
  internal: { kind: 'internal' },
  server: { kind: 'server' },
  client: { kind: 'client' },
  producer: { kind: 'producer' },
  consumer: { kind: 'consumer' },
}

export function statusValue(name: StatusName): NamedValue {
  return STATUSES[name]
}

export function kindValue(name: KindName): NamedValue {
  return KINDS[name]
}

export function valueOfStatic(value: StaticValue): ScalarValue | undefined {
  switch (value.type) {
    case 'nil':
      return undefined
    case 'status':
      return STATUSES[value.value]
    case 'kind':
      return KINDS[value.value]
    default:
      return value.value
  }
}

/** Maps and bytes compare with nothing, so they are texts that no query can mean: nil. */
export function valueOfAttribute(value: OtlpValue | undefined): FieldValue {
  if (value === undefined || value === null) return undefined
  if (isOtlpArray(value)) return value.map(scalarOf).filter((each) => each !== undefined)
  return scalarOf(value)
}

function scalarOf(value: OtlpValue): ScalarValue | undefined {
  return typeof value === 'object' ? undefined : value
}

export function isList(value: FieldValue): value is readonly ScalarValue[] {
  return Array.isArray(value)
}

export function isNumeric(value: FieldValue): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number'
}
