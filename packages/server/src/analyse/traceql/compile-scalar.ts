import {
  type Aggregate,
  ok,
  type Result,
  type ScalarExpression,
  type ScalarFilter,
  unreachable,
} from '@fluoroscope/model'
import type { SpanTree } from '../span-tree.ts'
import { arithmetic, compareScalars } from './arithmetic.ts'
import { compileField, type FieldEvaluator, type PatternProblem } from './compile-field.ts'
import { type FieldValue, isNumeric, valueOfStatic } from './field-value.ts'
import { printField } from './query-fields.ts'
import type { Spanset, SpansetStep } from './spanset.ts'

type Scalar = {
  /** Undefined where no span of the set has a number to make it of. */
  readonly value: bigint | number | undefined
  /** The aggregates it is made of, by how they are written. */
  readonly parts: readonly (readonly [name: string, value: FieldValue])[]
}

type ScalarEvaluator = (spanset: Spanset, tree: SpanTree) => Scalar

/** Keeps the spansets that the comparison holds for, and notes their aggregates. */
export function compileScalarFilter(filter: ScalarFilter): Result<SpansetStep, PatternProblem> {
  const left = compileScalar(filter.left)
  if (!left.ok) return left
  const right = compileScalar(filter.right)
  if (!right.ok) return right
  return ok((spansets, tree) =>
    spansets.flatMap((spanset) => {
      const [first, second] = [left.value(spanset, tree), right.value(spanset, tree)]
      if (first.value === undefined || second.value === undefined) return []
      if (!compareScalars(filter.operator, first.value, second.value)) return []
      const attributes = new Map([...spanset.attributes, ...first.parts, ...second.parts])
      return [{ ...spanset, attributes }]
    }),
  )
}

function compileScalar(expression: ScalarExpression): Result<ScalarEvaluator, PatternProblem> {
  switch (expression.kind) {
    case 'static': {
      const value = valueOfStatic(expression.value)
      const scalar = { value: isNumeric(value) ? value : undefined, parts: [] }
      return ok(() => scalar)
    }
    case 'aggregate':
      return compileAggregate(expression)
    case 'scalar-operation': {
      const left = compileScalar(expression.left)
      if (!left.ok) return left
      const right = compileScalar(expression.right)
      if (!right.ok) return right
      return ok((spanset, tree) => {
        const [first, second] = [left.value(spanset, tree), right.value(spanset, tree)]
        const parts = [...first.parts, ...second.parts]
        if (first.value === undefined || second.value === undefined) {
          return { value: undefined, parts }
        }
        return { value: arithmetic(expression.operator, first.value, second.value), parts }
      })
    }
    default:
      return unreachable(expression)
  }
}

function compileAggregate(aggregate: Aggregate): Result<ScalarEvaluator, PatternProblem> {
  if (aggregate.function === 'count') {
    return ok(({ spans }) => named('count()', BigInt(spans.length)))
  }
  const term = compileField(aggregate.term)
  if (!term.ok) return term
  const name = `${aggregate.function}(${printField(aggregate.term)})`
  const combine = AGGREGATES[aggregate.function]
  return ok((spanset, tree) => {
    const values = numbersOf(spanset, tree, term.value)
    return named(name, values.length === 0 ? undefined : combine(values))
  })
}

function named(name: string, value: bigint | number | undefined): Scalar {
  return { value, parts: [[name, value]] }
}

/** Spans that have no number there do not count. */
function numbersOf({ spans }: Spanset, tree: SpanTree, term: FieldEvaluator) {
  return spans.map((node) => term(node, tree)).filter(isNumeric)
}

type Numbers = readonly (bigint | number)[]

const AGGREGATES: Readonly<
  Record<'avg' | 'max' | 'min' | 'sum', (values: Numbers) => bigint | number>
> = {
  avg: (values) => Number(sum(values)) / values.length,
  max: (values) => values.reduce((best, each) => (each > best ? each : best)),
  min: (values) => values.reduce((best, each) => (each < best ? each : best)),
  sum,
}

function sum(values: Numbers): bigint | number {
  return values.reduce((total, each) => arithmetic('+', total, each))
}
