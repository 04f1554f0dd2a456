import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FieldExpression, PipelineStage, ScalarExpression, TraceQuery } from './ast.ts'
import { parseTraceQuery } from './parser.ts'

/**
 * Grammar, strength of operators and types: grafana/tempo docs/sources/tempo/traceql and
 * pkg/traceql/expr.y.
 */
test.each([
  ['{}', '{true}'],
  ['{ true }', '{true}'],
  ['{ name = "GET /" }', '{(span:name = "GET /")}'],
  ['{ span:name = `raw \\n` }', '{(span:name = "raw \\\\n")}'],
  ['{ .a = "say \\"hi\\"\\u0021" }', '{(any.a = "say \\"hi\\"!")}'],
  ['{ resource.service.name="orders"}', '{(resource.service.name = "orders")}'],
  ['{ span."a key".b = 1 }', '{(span.a key.b = 1)}'],
  ['{ .http-status/x > 1 }', '{(any.http-status/x > 1)}'],
  ['{ .a+1 = 2 }', '{(any.a+1 = 2)}'],
  ['{ .a + 1 = 2 }', '{((any.a + 1) = 2)}'],
  ['{ duration > 1h30m }', '{(span:duration > 5400000000000ns)}'],
  ['{ traceDuration >= 1.5s }', '{(trace:duration >= 1500000000ns)}'],
  ['{ 1d < duration }', '{(86400000000000ns < span:duration)}'],
  ['{ .ratio < 0.5 }', '{(any.ratio < 0.5)}'],
  ['{ .n = 9223372036854775807 }', '{(any.n = 9223372036854775807)}'],
  ['{ status = error && kind != server }', '{((span:status = error) && (span:kind != server))}'],
  ['{ .a || .b && .c }', '{((any.a || any.b) && any.c)}'],
  ['{ .a || (.b && .c) }', '{(any.a || (any.b && any.c))}'],
  ['{ !.a && .b }', '{((! any.a) && any.b)}'],
  ['{ -.a = 2 }', '{((- any.a) = 2)}'],
  ['{ -.a * 2 = 2 }', '{((- (any.a * 2)) = 2)}'],
  ['{ 1 + 2 * 3 ^ 2 ^ 2 = .a - 1 - 1 }', '{((1 + (2 * (3 ^ (2 ^ 2)))) = ((any.a - 1) - 1))}'],
  ['{ .a = .b = true }', '{((any.a = any.b) = true)}'],
  ['{ .a =~ "x.*" || .b !~ "y" }', '{((any.a =~ "x.*") || (any.b !~ "y"))}'],
  ['{ .a != nil }', '{(any.a != nil)}'],
  [
    '{ rootName = "a" && rootServiceName = "b" }',
    '{((trace:rootName = "a") && (trace:rootService = "b"))}',
  ],
  ['{ event:name = "exception" }', '{(event:name = "exception")}'],
  [
    '{ event.exception.type = "E" && link:traceID = "1" }',
    '{((event.exception.type = "E") && (link:traceID = "1"))}',
  ],
  [
    '{ instrumentation:name = "x" && instrumentation.y = 1 }',
    '{((instrumentation:name = "x") && (instrumentation.y = 1))}',
  ],
  ['{ .a } && { .b } || { .c }', '(({any.a} && {any.b}) || {any.c})'],
  ['{ .a } || { .b } >> { .c }', '({any.a} || ({any.b} >> {any.c}))'],
  ['{ .a } > { .b } > { .c }', '(({any.a} > {any.b}) > {any.c})'],
  ['{ .a } !>> { .b }', '({any.a} !>> {any.b})'],
  ['{ .a } &<< { .b } ~ { .c }', '(({any.a} &<< {any.b}) ~ {any.c})'],
  ['({ .a } || { .b }) >> { .c }', '(({any.a} || {any.b}) >> {any.c})'],
  ['{ .a } | count() > 2', '{any.a} | (count() > 2)'],
  ['{} | avg(duration) >= 10ms | { .b }', '{true} | (avg(span:duration) >= 10000000ns) | {any.b}'],
  ['{} | max(.a + 1) - min(.a) * 2 < 3', '{true} | ((max((any.a + 1)) - (min(any.a) * 2)) < 3)'],
  ['{} | (sum(.a) + 1) * 2 = 4', '{true} | (((sum(any.a) + 1) * 2) = 4)'],
  ['count() > 1 | { .a }', '(count() > 1) | {any.a}'],
  [
    '{} | by(resource.service.name) | count() > 1',
    '{true} | by(resource.service.name) | (count() > 1)',
  ],
  ['{} | by(name) | coalesce()', '{true} | by(span:name) | coalesce()'],
  ['{} | select(span.a, resource.b, name)', '{true} | select(span.a, resource.b, span:name)'],
  [
    '({ .a } | count() > 1) && ({ .b } | count() > 1)',
    '(({any.a} | (count() > 1)) && ({any.b} | (count() > 1)))',
  ],
  ['(count() > 1 | { .a }) && { .b }', '(((count() > 1) | {any.a}) && {any.b})'],
  ['{ .a } with (most_recent=true)', '{any.a}'],
  ['{ // words\n .a }', '{any.a}'],
])('%s', (text, printed) => {
  const parsed = parseTraceQuery(text)
  expect(parsed.ok ? print(parsed.value) : parsed.problem.message).toBe(printed)
})

test.each([
  ['', 1, 'unexpected end of the query, expected a spanset'],
  ['{', 2, 'unexpected end of the query, expected a value'],
  ['{ .a < 3', 9, 'unexpected end of the query, expected an operator or a closing brace'],
  ['{ .a == 3 }', 7, "unexpected '=', expected a value"],
  ['{ foo = 4 }', 3, "unexpected 'foo', expected a value, an attribute such as .key"],
  ['{ . }', 4, "unexpected ' ', expected the name of an attribute"],
  ['{ .a = "x }', 8, 'a string that is not closed'],
  ['{ .a = "\\q" }', 9, "unexpected '\\q', expected an escape"],
  ['{ .a = 1 } $', 12, "unexpected '$'"],
  ['{ .a } + { .b }', 8, "unexpected '+', expected an operator, | or the end"],
  ['{ status }', 3, 'a condition is needed, this is a status'],
  ['{ 1 + 1 }', 5, 'a condition is needed, this is a number'],
  ['{ name = 3 }', 8, 'a text cannot be compared or combined with a number'],
  ['{ status > ok }', 10, '> does not take a status'],
  ['{ 1 =~ "a" }', 5, '=~ does not take a number'],
  ['{ !name = "foo" }', 4, 'a condition is needed, this is a text'],
  ['{ -true }', 4, 'a number is needed, this is a condition'],
  ['{ .a > nil }', 6, 'nil cannot be compared by >'],
  ['{ parent.a = 1 }', 3, 'attributes of the parent are not supported'],
  ['{ nestedSetLeft > 3 }', 3, 'nestedSetLeft is not supported'],
  ['{ trace:name = "a" }', 3, "unexpected 'trace:name'"],
  ['{} | rate()', 6, 'rate() belongs to metrics, which are not supported'],
  ['{} | count()', 13, 'unexpected end of the query, expected a comparison of the aggregate'],
  ['{} | max(name) > 1', 10, 'a number is needed, this is a text'],
  ['{} | sum(3) = 2', 6, 'an aggregate has to refer to the span'],
  ['{} | 3 = 2', 6, 'one side has to be an aggregate'],
  ['{} | count() > ok', 16, 'a number or a duration is needed'],
  ['{} | by(1)', 9, 'a group has to refer to the span'],
  ['{} | by(name + 1)', 14, '+ does not take a text'],
  ['coalesce() | {}', 1, "unexpected 'coalesce', expected a spanset"],
  ['{} | select(1)', 13, "unexpected '1', expected a value, an attribute"],
  ['{} with (sample=0.1)', 10, 'other hints are not supported'],
  ['{}\n  | nothing()', 5, "line 2, col 5: unexpected 'nothing'"],
])('%s is refused at %i', (text, position, message) => {
  const parsed = parseTraceQuery(text)
  expect(parsed.ok).toBe(false)
  if (parsed.ok) return
  const lineStart = text.lastIndexOf('\n') + 1
  expect(parsed.problem.message).toContain(message)
  expect(parsed.problem.offset - lineStart + 1).toBe(position)
})

test('depth and length are bounded', () => {
  const deep = `{ ${'('.repeat(65)}true${')'.repeat(65)} }`
  const long = `{ .a = "${'x'.repeat(8192)}" }`
  for (const [text, reason] of [
    [deep, 'nested more than 64 levels deep'],
    [long, 'longer than 8192 characters'],
  ] as const) {
    const parsed = parseTraceQuery(text)
    expect(parsed.ok ? '' : parsed.problem.message).toContain(reason)
  }
})

test('any text is read or refused with a place inside of it', () => {
  const words = fc.constantFrom(
    ...['{', '}', '(', ')', '.a', 'span.b', 'name', '=', '!~', '&&', '>>', '|', '"x"', '12', '5ms'],
    ...[
      'count',
      'by',
      'select',
      ',',
      '-',
      '!',
      '^',
      'nil',
      'error',
      '.',
      '"',
      '`',
      '//',
      '\n',
      'é',
    ],
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 20 }), fc.boolean(), (parts, spaced) => {
      const text = parts.join(spaced ? ' ' : '')
      const parsed = parseTraceQuery(text)
      if (parsed.ok) return
      expect(parsed.problem.offset).toBeGreaterThanOrEqual(0)
      expect(parsed.problem.offset).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 2000 },
  )
})

function print(query: TraceQuery): string {
  return query.map(printStage).join(' | ')
}

function printStage(stage: PipelineStage): string {
  switch (stage.kind) {
    case 'spanset-filter':
      return `{${printField(stage.where)}}`
    case 'spanset-operation':
      return `(${printStage(stage.left)} ${stage.operator} ${printStage(stage.right)})`
    case 'pipeline':
      return `(${print(stage.stages)})`
    case 'scalar-filter':
      return `(${printScalar(stage.left)} ${stage.operator} ${printScalar(stage.right)})`
    case 'by':
      return `by(${printField(stage.term)})`
    case 'coalesce':
      return 'coalesce()'
    case 'select':
      return `select(${stage.fields.map(printField).join(', ')})`
  }
}

function printScalar(scalar: ScalarExpression): string {
  switch (scalar.kind) {
    case 'static':
      return printField(scalar)
    case 'aggregate':
      return `${scalar.function}(${scalar.function === 'count' ? '' : printField(scalar.term)})`
    case 'scalar-operation':
      return `(${printScalar(scalar.left)} ${scalar.operator} ${printScalar(scalar.right)})`
  }
}

function printField(field: FieldExpression): string {
  switch (field.kind) {
    case 'attribute':
      return `${field.scope}.${field.name}`
    case 'intrinsic':
      return field.name
    case 'unary':
      return `(${field.operator} ${printField(field.term)})`
    case 'binary':
      return `(${printField(field.left)} ${field.operator} ${printField(field.right)})`
    case 'static': {
      const { value } = field
      if (value.type === 'nil') return 'nil'
      if (value.type === 'string') return JSON.stringify(value.value)
      return `${value.value}${value.type === 'duration' ? 'ns' : ''}`
    }
  }
}
