import type { FilterExpression, ServiceSelector } from '@fluoroscope/model'
import fc from 'fast-check'

type Words = {
  /** Texts to compare with, and to name things by. */
  readonly texts?: fc.Arbitrary<string>
  readonly keys?: fc.Arbitrary<string>
  readonly numbers?: fc.Arbitrary<number>
}

/** Expressions that make sense, of all forms but groups, up to a few levels. */
export function arbitraryFilter(words: Words = {}): fc.Arbitrary<FilterExpression> {
  const texts = words.texts ?? fc.string({ unit: 'grapheme' })
  const keys =
    words.keys ?? fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a', 'a.b', 'a]'))
  const numbers = (words.numbers ?? fc.double({ noNaN: true, noDefaultInfinity: true })).map(
    (value) => value + 0,
  )
  const element = { flags: ['first', 'last'], numbers: ['index'], texts: ['name', 'type'] } as const
  const trace = {
    flags: ['ok', 'error', 'throttle', 'fault', 'partial', 'inferred'],
    numbers: ['responsetime', 'duration', 'http.status'],
    texts: [
      'http.url',
      'http.method',
      'http.useragent',
      'http.clientip',
      'user',
      'resource.arn',
      'instance.id',
      'availabilityzone',
    ],
  } as const
  const service = {
    ...trace,
    flags: [...trace.flags, 'root'],
    texts: [...trace.texts, 'name', 'type'],
  } as const
  const edge = {
    flags: ['ok', 'error', 'throttle', 'fault'],
    numbers: ['responsetime', 'http.status'],
    texts: [],
  } as const
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
  const selector: fc.Arbitrary<ServiceSelector> = fc.record({
    name: optional(texts),
    type: optional(fc.oneof(texts, fc.constant('client'))),
    account: optional(texts),
  })
  const annotation = annotationTerm(keys, texts, numbers)
  const simple = (keywords: Keywords) => simpleTerm(keywords, texts, numbers)
  const inTrace = fc.oneof(
    { weight: 3, arbitrary: simple(trace) },
    { weight: 2, arbitrary: annotation },
    fc.record({
      kind: fc.constant('service' as const),
      selector,
      where: optional(combined(fc.oneof(simple(service), annotation))),
    }),
    fc.record({
      kind: fc.constant('edge' as const),
      from: selector,
      to: selector,
      where: optional(combined(simple(edge))),
    }),
    rootCause('service', simple({ ...element, flags: [...element.flags, 'inferred'] })),
    rootCause('entity', simple({ ...element, flags: [...element.flags, 'remote'] })),
    rootCause('exception', simple({ ...element, texts: [...element.texts, 'message'] })),
    fc.record({
      kind: fc.constant('root-cause-json' as const),
      pattern: fc.array(
        fc.record({
          Services: fc.array(fc.record({ Name: texts, Inferred: fc.boolean() }), { maxLength: 2 }),
        }),
        { maxLength: 2 },
      ),
    }),
  )
  return combined(inTrace)
}

type Keywords = {
  readonly flags: readonly (FilterExpression & { kind: 'flag' })['keyword'][]
  readonly numbers: readonly (FilterExpression & { kind: 'number' })['keyword'][]
  readonly texts: readonly (FilterExpression & { kind: 'text' })['keyword'][]
}

const NUMBER_OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
const TEXT_OPERATORS = ['=', '!=', 'CONTAINS', 'BEGINSWITH', 'ENDSWITH'] as const

function simpleTerm(
  { flags, numbers, texts }: Keywords,
  text: fc.Arbitrary<string>,
  number: fc.Arbitrary<number>,
): fc.Arbitrary<FilterExpression> {
  const flag = fc.record({
    kind: fc.constant('flag' as const),
    keyword: fc.constantFrom(...flags),
  })
  const present = fc.record({
    kind: fc.constant('present' as const),
    keyword: fc.constantFrom(...numbers, ...texts),
  })
  const compared = fc.record({
    kind: fc.constant('number' as const),
    keyword: fc.constantFrom(...numbers),
    operator: fc.constantFrom(...NUMBER_OPERATORS),
    value: number,
  })
  if (texts.length === 0) return fc.oneof(flag, present, compared)
  const matched = fc.record({
    kind: fc.constant('text' as const),
    keyword: fc.constantFrom(...texts),
    operator: fc.constantFrom(...TEXT_OPERATORS),
    value: text,
  })
  return fc.oneof(flag, present, compared, matched)
}

function annotationTerm(
  key: fc.Arbitrary<string>,
  text: fc.Arbitrary<string>,
  number: fc.Arbitrary<number>,
): fc.Arbitrary<FilterExpression> {
  const test = fc.oneof(
    fc.record({
      kind: fc.constant('text' as const),
      operator: fc.constantFrom(...TEXT_OPERATORS),
      value: text,
    }),
    fc.record({
      kind: fc.constant('number' as const),
      operator: fc.constantFrom(...NUMBER_OPERATORS),
      value: number,
    }),
    fc.record({
      kind: fc.constant('boolean' as const),
      operator: fc.constantFrom('=' as const, '!=' as const),
      value: fc.boolean(),
    }),
  )
  return fc.record({
    kind: fc.constant('annotation' as const),
    key,
    test: fc.option(test, { nil: undefined }),
  })
}

function rootCause(
  level: 'service' | 'entity' | 'exception',
  term: fc.Arbitrary<FilterExpression>,
): fc.Arbitrary<FilterExpression> {
  const cause =
    level === 'exception'
      ? fc.constantFrom('fault' as const, 'error' as const)
      : fc.constantFrom('fault' as const, 'error' as const, 'responsetime' as const)
  return fc.record({
    kind: fc.constant('root-cause' as const),
    cause,
    level: fc.constant(level),
    where: combined(term),
  })
}

/** Terms under AND, OR and NOT. */
function combined(term: fc.Arbitrary<FilterExpression>): fc.Arbitrary<FilterExpression> {
  const { whole } = fc.letrec<{ whole: FilterExpression }>((tie) => {
    const terms = fc.array(tie('whole'), { minLength: 2, maxLength: 3 })
    return {
      whole: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        term,
        fc.record({ kind: fc.constant('and' as const), terms }),
        fc.record({ kind: fc.constant('or' as const), terms }),
        fc.record({ kind: fc.constant('not' as const), term: tie('whole') }),
      ),
    }
  })
  return whole
}
