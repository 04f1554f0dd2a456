import { bad, ok, type Result } from '../result.ts'
import {
  type Aggregate,
  type ARITHMETIC_OPERATORS,
  type ArithmeticOperator,
  type FieldReference,
  ORDER_OPERATORS,
  type PipelineStage,
  type ScalarExpression,
  type ScalarFilter,
  SPANSET_OPERATORS,
  type SpansetExpression,
  type SpansetFilter,
  type TraceQuery,
} from './ast.ts'
import {
  type CheckProblem,
  findFieldProblem,
  findPartProblem,
  findScalarProblem,
  refersToSpan,
} from './check.ts'
import { readField, readReference, staticOf } from './field-parser.ts'
import { readTraceTokens } from './lexer.ts'
import { type TraceQueryProblem, traceQueryProblem } from './problem.ts'
import { Stop, TokenReader } from './token-reader.ts'

/** UTF-16 units. */
export const MAX_TRACE_QUERY_LENGTH = 8192

/**
 * Reads a TraceQL query that searches traces (grammar and types as Tempo's): what it gives is known to
 * make sense. Queries for metrics, `parent` and what tells of Tempo's own storage are refused.
 */
export function parseTraceQuery(text: string): Result<TraceQuery, TraceQueryProblem> {
  if (text.length > MAX_TRACE_QUERY_LENGTH) {
    const reason = `longer than ${MAX_TRACE_QUERY_LENGTH} characters`
    return bad(traceQueryProblem(text, MAX_TRACE_QUERY_LENGTH, reason))
  }
  const tokens = readTraceTokens(text)
  if (!tokens.ok) return tokens
  try {
    return ok(new Parser(new TokenReader(text, tokens.value)).whole())
  } catch (error) {
    if (error instanceof Stop) return bad(error.problem)
    throw error
  }
}

const STAGE_EXPECTED = 'a spanset such as { status = error }, an aggregate, by(…) or select(…)'

/** Recursive descent over one text. */
class Parser {
  readonly #reader: TokenReader

  constructor(reader: TokenReader) {
    this.#reader = reader
  }

  whole(): TraceQuery {
    const stages = this.#pipeline()
    this.#hints()
    const rest = this.#reader.peek()
    if (rest.kind !== 'end') this.#reader.unexpected(rest, 'an operator, | or the end of the query')
    return stages
  }

  #pipeline(): TraceQuery {
    const stages = [this.#firstStage()]
    while (this.#reader.take('|') !== undefined) stages.push(this.#stage())
    return stages
  }

  #firstStage(): PipelineStage {
    const token = this.#reader.peek()
    const stage = this.#stage()
    if (stage.kind === 'coalesce') this.#reader.unexpected(token, STAGE_EXPECTED)
    return stage
  }

  #stage(): PipelineStage {
    const reader = this.#reader
    const token = reader.peek()
    if (token.kind === 'symbol' && token.text === '{') return this.#spansets()
    if (token.kind === 'symbol' && token.text === '(') return this.#parenthesized()
    if (token.kind === 'word') {
      switch (token.text) {
        case 'by':
          return this.#by()
        case 'select':
          return this.#select()
        case 'coalesce':
          reader.next()
          this.#brackets()
          return { kind: 'coalesce' }
      }
      if (METRICS_FUNCTIONS.has(token.text)) {
        return reader.fail(
          token.offset,
          `${token.text}() belongs to metrics, which are not supported`,
        )
      }
    }
    return this.#scalarFilter()
  }

  /** Parentheses hold spansets or numbers: the one fits, or the other has the better message. */
  #parenthesized(): PipelineStage {
    const reader = this.#reader
    let ahead = 0
    while (reader.peek(ahead).text === '(' && reader.peek(ahead).kind === 'symbol') ahead += 1
    const { kind, text } = reader.peek(ahead)
    if (kind === 'symbol' && text === '{') return this.#spansets()
    // Pipelines may begin with an aggregate too: `(count() > 1 | { … }) && …`.
    return reader.attempt(() => this.#scalarFilter()) ?? this.#spansets()
  }

  #spansets(): SpansetExpression {
    return this.#logical()
  }

  /** `&&` and `||` bind alike, and less than the operators of structure. */
  #logical(): SpansetExpression {
    let left = this.#structural()
    for (;;) {
      const operator = this.#reader.takeAny(LOGICAL_OPERATORS)
      if (operator === undefined) return left
      left = { kind: 'spanset-operation', operator, left, right: this.#structural() }
    }
  }

  #structural(): SpansetExpression {
    let left = this.#spanset()
    for (;;) {
      const operator = this.#reader.takeAny(STRUCTURAL_OPERATORS)
      if (operator === undefined) return left
      left = { kind: 'spanset-operation', operator, left, right: this.#spanset() }
    }
  }

  #spanset(): SpansetExpression {
    const reader = this.#reader
    if (reader.take('(') === undefined) return this.#filter()
    const stages = reader.nested(() => this.#pipeline())
    reader.expect(')', '| or a closing parenthesis')
    const [only] = stages
    if (stages.length > 1 || only === undefined || !isSpansets(only)) {
      return { kind: 'pipeline', stages }
    }
    return only
  }

  #filter(): SpansetFilter {
    const reader = this.#reader
    const { offset } = reader.expect('{', STAGE_EXPECTED)
    if (reader.take('}') !== undefined) {
      const value = { type: 'boolean', value: true } as const
      return { kind: 'spanset-filter', where: { kind: 'static', value, offset } }
    }
    const where = readField(reader)
    reader.expect('}', 'an operator or a closing brace')
    this.#refuse(findFieldProblem(where, 'boolean'))
    return { kind: 'spanset-filter', where }
  }

  #by(): PipelineStage {
    const reader = this.#reader
    reader.next()
    reader.expect('(', 'an opening parenthesis')
    const term = readField(reader)
    reader.expect(')', 'an operator or a closing parenthesis')
    this.#refuse(findPartProblem(term))
    if (!refersToSpan(term)) reader.fail(term.offset, 'a group has to refer to the span')
    return { kind: 'by', term }
  }

  #select(): PipelineStage {
    const reader = this.#reader
    reader.next()
    reader.expect('(', 'an opening parenthesis')
    const fields: FieldReference[] = []
    do fields.push(readReference(reader))
    while (reader.take(',') !== undefined)
    reader.expect(')', 'a comma or a closing parenthesis')
    return { kind: 'select', fields }
  }

  #scalarFilter(): ScalarFilter {
    const reader = this.#reader
    const { offset } = reader.peek()
    const left = this.#sum()
    const operator = reader.takeAny(ORDER_OPERATORS)
    if (operator === undefined) {
      return reader.unexpected(reader.peek(), 'a comparison of the aggregate')
    }
    const right = this.#sum()
    this.#refuse(findScalarProblem(left) ?? findScalarProblem(right))
    if (!hasAggregate(left) && !hasAggregate(right)) {
      reader.fail(offset, 'one side has to be an aggregate such as count()')
    }
    return { kind: 'scalar-filter', operator, left, right }
  }

  #sum(): ScalarExpression {
    return this.#chain(['+', '-'], () => this.#product())
  }

  #product(): ScalarExpression {
    return this.#chain(['*', '/', '%'], () => this.#power())
  }

  #chain(operators: readonly ArithmeticOperator[], read: () => ScalarExpression): ScalarExpression {
    let left = read()
    for (;;) {
      const operator = this.#reader.takeAny(operators)
      if (operator === undefined) return left
      left = { kind: 'scalar-operation', operator, left, right: read() }
    }
  }

  /** From right to left. */
  #power(): ScalarExpression {
    const left = this.#scalar()
    if (this.#reader.take(POWER) === undefined) return left
    const right = this.#reader.nested(() => this.#power())
    return { kind: 'scalar-operation', operator: POWER, left, right }
  }

  #scalar(): ScalarExpression {
    const reader = this.#reader
    const token = reader.peek()
    if (reader.take('(') !== undefined) {
      const inner = reader.nested(() => this.#sum())
      reader.expect(')', 'an operator or a closing parenthesis')
      return inner
    }
    const value = staticOf(token)
    if (value === undefined) return this.#aggregate()
    reader.next()
    return { kind: 'static', value, offset: token.offset }
  }

  #aggregate(): Aggregate {
    const reader = this.#reader
    const token = reader.next()
    const { text, offset } = token
    if (token.kind === 'word' && text === 'count') {
      this.#brackets()
      return { kind: 'aggregate', function: 'count', offset }
    }
    const name = AGGREGATES.find((each) => token.kind === 'word' && each === text)
    if (name === undefined) return reader.unexpected(token, STAGE_EXPECTED)
    reader.expect('(', 'an opening parenthesis')
    const term = readField(reader)
    reader.expect(')', 'an operator or a closing parenthesis')
    return { kind: 'aggregate', function: name, term, offset }
  }

  #brackets(): void {
    this.#reader.expect('(', 'an opening parenthesis')
    this.#reader.expect(')', 'a closing parenthesis')
  }

  /** The newest traces come first anyway; other hints tune Tempo's metrics. */
  #hints(): void {
    const reader = this.#reader
    if (reader.take('with') === undefined) return
    reader.expect('(', 'an opening parenthesis')
    reader.expect('most_recent', 'most_recent: other hints are not supported')
    reader.expect('=', '=')
    const value = staticOf(reader.peek())
    if (value?.type !== 'boolean') reader.unexpected(reader.peek(), 'true or false')
    reader.next()
    reader.expect(')', 'a closing parenthesis')
  }

  #refuse(problem: CheckProblem | undefined): void {
    if (problem !== undefined) this.#reader.fail(problem.offset, problem.reason)
  }
}

const LOGICAL_OPERATORS = ['&&', '||'] as const
const STRUCTURAL_OPERATORS = SPANSET_OPERATORS.filter(
  (operator) => operator !== '&&' && operator !== '||',
)
const AGGREGATES = ['avg', 'max', 'min', 'sum'] as const
const POWER = '^' satisfies (typeof ARITHMETIC_OPERATORS)[number]

const METRICS_FUNCTIONS: ReadonlySet<string> = new Set([
  'rate',
  'count_over_time',
  'min_over_time',
  'max_over_time',
  'avg_over_time',
  'sum_over_time',
  'quantile_over_time',
  'histogram_over_time',
  'compare',
  'topk',
  'bottomk',
])

function isSpansets(stage: PipelineStage): stage is SpansetExpression {
  switch (stage.kind) {
    case 'spanset-filter':
    case 'spanset-operation':
    case 'pipeline':
      return true
    default:
      return false
  }
}

function hasAggregate(expression: ScalarExpression): boolean {
  switch (expression.kind) {
    case 'aggregate':
      return true
    case 'static':
      return false
    case 'scalar-operation':
      return hasAggregate(expression.left) || hasAggregate(expression.right)
  }
}
