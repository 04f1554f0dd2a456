/** A TraceQL query, as Grafana Tempo defines the language. Offsets are UTF-16 units from its start. */
export type TraceQuery = readonly PipelineStage[]

/** One step of a pipeline: it takes spansets and gives spansets. */
export type PipelineStage =
  | SpansetExpression
  | ScalarFilter
  | { readonly kind: 'by'; readonly term: FieldExpression }
  | { readonly kind: 'coalesce' }
  | { readonly kind: 'select'; readonly fields: readonly FieldReference[] }

export type SpansetExpression =
  | SpansetFilter
  | {
      readonly kind: 'spanset-operation'
      readonly operator: SpansetOperator
      readonly left: SpansetExpression
      readonly right: SpansetExpression
    }
  | { readonly kind: 'pipeline'; readonly stages: TraceQuery }

export type SpansetFilter = { readonly kind: 'spanset-filter'; readonly where: FieldExpression }

/** Compares what aggregates make of a whole spanset. */
export type ScalarFilter = {
  readonly kind: 'scalar-filter'
  readonly operator: OrderOperator
  readonly left: ScalarExpression
  readonly right: ScalarExpression
}

export type ScalarExpression =
  | Aggregate
  | StaticField
  | {
      readonly kind: 'scalar-operation'
      readonly operator: ArithmeticOperator
      readonly left: ScalarExpression
      readonly right: ScalarExpression
    }

export type Aggregate =
  | { readonly kind: 'aggregate'; readonly function: 'count'; readonly offset: number }
  | {
      readonly kind: 'aggregate'
      readonly function: 'avg' | 'max' | 'min' | 'sum'
      readonly term: FieldExpression
      readonly offset: number
    }

export type FieldExpression =
  | StaticField
  | FieldReference
  | {
      readonly kind: 'unary'
      readonly operator: '-' | '!'
      readonly term: FieldExpression
      readonly offset: number
    }
  | {
      readonly kind: 'binary'
      readonly operator: FieldOperator
      readonly left: FieldExpression
      readonly right: FieldExpression
      readonly offset: number
    }

export type StaticField = {
  readonly kind: 'static'
  readonly value: StaticValue
  readonly offset: number
}

export type StaticValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  /** Nanoseconds. */
  | { readonly type: 'duration'; readonly value: bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'status'; readonly value: StatusName }
  | { readonly type: 'kind'; readonly value: KindName }
  | { readonly type: 'nil' }

/** What a query names of a span. */
export type FieldReference =
  | {
      readonly kind: 'attribute'
      readonly scope: AttributeScope
      readonly name: string
      readonly offset: number
    }
  | { readonly kind: 'intrinsic'; readonly name: Intrinsic; readonly offset: number }

/** `any` is an attribute of the span, or where that has none of its resource. */
export type AttributeScope = 'any' | 'span' | 'resource' | 'event' | 'link' | 'instrumentation'

/** Without a scope and with one the same names: `duration` is `span:duration`. */
export type Intrinsic =
  | 'span:duration'
  | 'span:name'
  | 'span:status'
  | 'span:statusMessage'
  | 'span:kind'
  | 'span:id'
  | 'span:parentID'
  | 'span:childCount'
  | 'trace:duration'
  | 'trace:rootName'
  | 'trace:rootService'
  | 'trace:id'
  | 'event:name'
  | 'event:timeSinceStart'
  | 'link:spanID'
  | 'link:traceID'
  | 'instrumentation:name'
  | 'instrumentation:version'

export const STATUS_NAMES = ['ok', 'error', 'unset'] as const
export type StatusName = (typeof STATUS_NAMES)[number]

export const KIND_NAMES = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
] as const
export type KindName = (typeof KIND_NAMES)[number]

export const ORDER_OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
export type OrderOperator = (typeof ORDER_OPERATORS)[number]

export const ARITHMETIC_OPERATORS = ['+', '-', '*', '/', '%', '^'] as const
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number]

export type FieldOperator = OrderOperator | ArithmeticOperator | '=~' | '!~' | '&&' | '||'

/**
 * `>` gives the right side's spans that are children of the left side's, `>>` descendants, `<` parents,
 * `<<` ancestors, `~` siblings. With `!` before it those that are not, with `&` both sides.
 */
export const SPANSET_OPERATORS = [
  '&&',
  '||',
  '>',
  '>>',
  '<',
  '<<',
  '~',
  '!>',
  '!>>',
  '!<',
  '!<<',
  '!~',
  '&>',
  '&>>',
  '&<',
  '&<<',
  '&~',
] as const
export type SpansetOperator = (typeof SPANSET_OPERATORS)[number]
