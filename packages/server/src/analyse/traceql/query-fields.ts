import {
  type FieldExpression,
  type FieldReference,
  type PipelineStage,
  type ScalarExpression,
  type TraceQuery,
  unreachable,
} from '@fluoroscope/model'

/** All attributes and intrinsics that a query names, each once, in their order. */
export function fieldsOfQuery(query: TraceQuery): readonly FieldReference[] {
  const fields = new Map<string, FieldReference>()
  for (const field of query.flatMap(fieldsOfStage)) {
    const key = printField(field)
    if (!fields.has(key)) fields.set(key, field)
  }
  return [...fields.values()]
}

/** As it may be written in a query. */
export function printField(expression: FieldExpression): string {
  switch (expression.kind) {
    case 'attribute':
      return `${expression.scope === 'any' ? '' : expression.scope}.${expression.name}`
    case 'intrinsic':
      return SHORT_NAMES.get(expression.name) ?? expression.name
    case 'static':
      return expression.value.type === 'nil' ? 'nil' : String(expression.value.value)
    case 'unary':
      return `${expression.operator}${printField(expression.term)}`
    case 'binary': {
      const { left, operator, right } = expression
      return `(${printField(left)} ${operator} ${printField(right)})`
    }
    default:
      return unreachable(expression)
  }
}

/** Tempo's answers use the older names. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['span:duration', 'duration'],
  ['span:name', 'name'],
  ['span:status', 'status'],
  ['span:statusMessage', 'statusMessage'],
  ['span:kind', 'kind'],
  ['span:childCount', 'childCount'],
  ['trace:duration', 'traceDuration'],
  ['trace:rootName', 'rootName'],
  ['trace:rootService', 'rootServiceName'],
])

function fieldsOfStage(stage: PipelineStage): readonly FieldReference[] {
  switch (stage.kind) {
    case 'spanset-filter':
      return fieldsOf(stage.where)
    case 'spanset-operation':
      return [...fieldsOfStage(stage.left), ...fieldsOfStage(stage.right)]
    case 'pipeline':
      return stage.stages.flatMap(fieldsOfStage)
    case 'scalar-filter':
      return [...fieldsOfScalar(stage.left), ...fieldsOfScalar(stage.right)]
    case 'by':
      return fieldsOf(stage.term)
    case 'coalesce':
      return []
    case 'select':
      return stage.fields
    default:
      return unreachable(stage)
  }
}

function fieldsOfScalar(expression: ScalarExpression): readonly FieldReference[] {
  switch (expression.kind) {
    case 'static':
      return []
    case 'aggregate':
      return expression.function === 'count' ? [] : fieldsOf(expression.term)
    case 'scalar-operation':
      return [...fieldsOfScalar(expression.left), ...fieldsOfScalar(expression.right)]
    default:
      return unreachable(expression)
  }
}

function fieldsOf(expression: FieldExpression): readonly FieldReference[] {
  switch (expression.kind) {
    case 'static':
      return []
    case 'attribute':
    case 'intrinsic':
      return [expression]
    case 'unary':
      return fieldsOf(expression.term)
    case 'binary':
      return [...fieldsOf(expression.left), ...fieldsOf(expression.right)]
    default:
      return unreachable(expression)
  }
}
