import type { JsonValue } from '../json.ts'

/**
 * A filter expression as it was meant (xray-behaviour 10): `flag = false` and the `!=` of groups and
 * of `rootcause.json` are `not`; lists of `and` and `or` hold at least two. Scopes, operators and types
 * have been checked: what `parseFilter` gives can be evaluated.
 */
export type FilterExpression =
  | { readonly kind: 'or'; readonly terms: readonly FilterExpression[] }
  | { readonly kind: 'and'; readonly terms: readonly FilterExpression[] }
  | { readonly kind: 'not'; readonly term: FilterExpression }
  | FilterTerm

export type FilterTerm =
  | { readonly kind: 'flag'; readonly keyword: FlagKeyword }
  /** The keyword has a value at all. */
  | { readonly kind: 'present'; readonly keyword: NumberKeyword | TextKeyword }
  | {
      readonly kind: 'number'
      readonly keyword: NumberKeyword
      readonly operator: NumberOperator
      readonly value: number
    }
  | {
      readonly kind: 'text'
      readonly keyword: TextKeyword
      readonly operator: TextOperator
      readonly value: string
    }
  /** Without a test: set, and true where it is a boolean. */
  | {
      readonly kind: 'annotation'
      readonly key: string
      readonly test: AnnotationTest | undefined
    }
  | {
      readonly kind: 'service'
      readonly selector: ServiceSelector
      readonly where: FilterExpression | undefined
    }
  | {
      readonly kind: 'edge'
      readonly from: ServiceSelector
      readonly to: ServiceSelector
      readonly where: FilterExpression | undefined
    }
  | {
      readonly kind: 'root-cause'
      readonly cause: RootCauseKind
      readonly level: RootCauseLevel
      readonly where: FilterExpression
    }
  /** Some list of causes matches; members that are not there match anything. */
  | { readonly kind: 'root-cause-json'; readonly pattern: readonly JsonValue[] }
  | { readonly kind: 'group'; readonly group: GroupReference }

/** Fields that are undefined match anything. */
export type ServiceSelector = {
  readonly name: string | undefined
  readonly type: string | undefined
  readonly account: string | undefined
}

export type GroupReference = { readonly field: 'name' | 'arn'; readonly value: string }

/** The comparison is true only of stored values of the same type. */
export type AnnotationTest =
  | { readonly kind: 'text'; readonly operator: TextOperator; readonly value: string }
  | { readonly kind: 'number'; readonly operator: NumberOperator; readonly value: number }
  | { readonly kind: 'boolean'; readonly operator: EqualityOperator; readonly value: boolean }

export type EqualityOperator = '=' | '!='
export type NumberOperator = EqualityOperator | '<' | '<=' | '>' | '>='
export type TextOperator = EqualityOperator | 'CONTAINS' | 'BEGINSWITH' | 'ENDSWITH'

export type FlagKeyword = (typeof FLAG_KEYWORDS)[number]
export type NumberKeyword = (typeof NUMBER_KEYWORDS)[number]
export type TextKeyword = (typeof TEXT_KEYWORDS)[number]
export type RootCauseKind = (typeof ROOT_CAUSE_KINDS)[number]
export type RootCauseLevel = (typeof ROOT_CAUSE_LEVELS)[number]

export const FLAG_KEYWORDS = [
  'ok',
  'error',
  'throttle',
  'fault',
  'partial',
  'inferred',
  'root',
  'first',
  'last',
  'remote',
] as const

export const NUMBER_KEYWORDS = [
  'responsetime',
  'duration',
  'http.status',
  'index',
  'coverage',
] as const

export const TEXT_KEYWORDS = [
  'http.url',
  'http.method',
  'http.useragent',
  'http.clientip',
  'user',
  'resource.arn',
  'instance.id',
  'availabilityzone',
  'name',
  'type',
  'message',
] as const

export const ROOT_CAUSE_KINDS = ['fault', 'error', 'responsetime'] as const
export const ROOT_CAUSE_LEVELS = ['service', 'entity', 'exception'] as const
