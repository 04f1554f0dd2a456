import { asks, type Case, type Expectation, refuses, type Unsendable, violates } from './case.ts'
import type { Body } from './client.ts'
import { CONSTRAINTS, type Constrained, type Member, type Shape } from './constraints.ts'

/** Each bound of each member: just inside, just outside, absent, and of another type. */
export function constraintCases(): readonly Case[] {
  return CONSTRAINTS.flatMap((constrained) => {
    const { operation, chapter, base, answer, members } = constrained
    const variations = Object.entries(members).flatMap(([path, member]) =>
      variationsOf(constrained, path, member).map(({ name, change, expectation, unsendable }) => {
        const input = changed(base, stepsOf(path), change) as Body
        const unsent = { ...unsendable, ...unknownIn(constrained, input) }
        return asks(`${path} ${name}`, chapter, [operation, input], expectation, unsent)
      }),
    )
    const names = Object.keys(base).join(', ')
    const unsent = unknownIn(constrained, base)
    return [
      asks(`${names} as they should be`, chapter, [operation, base], answer, unsent),
      ...variations,
    ]
  })
}

/** For the clients that do not know a member of the input. */
function unknownIn({ unsendable }: Constrained, input: Body): Unsendable {
  if (unsendable === undefined) return {}
  const { member, ...clients } = unsendable
  return member in input ? clients : {}
}

/** Path and bound of every constraint, in the form of `input-constraints.ts`. */
export function constraintNames({ members }: Constrained): readonly string[] {
  return Object.entries(members).flatMap(([path, { shape, required }]) => [
    ...(required ? [`${path} required`] : []),
    ...boundNames(shape).map((bound) => `${path} ${bound}`),
  ])
}

type Variation = {
  readonly name: string
  readonly change: Change
  readonly expectation: Expectation
  readonly unsendable?: Unsendable
}

/** The new value from the one in the base; undefined for none. */
type Change = (old: unknown) => unknown

function variationsOf({ answer }: Constrained, path: string, member: Member): readonly Variation[] {
  const { shape, required } = member
  const presence: Variation[] = /[\]}]$/.test(path)
    ? []
    : [
        {
          name: required ? 'absent is refused' : 'may be absent',
          change: () => undefined,
          expectation: required
            ? violates(placeOf(path), 'Member must not be null')
            : (member.absent ?? answer),
        },
      ]
  return [
    ...presence,
    ...insides(shape).map(({ name, change }) => ({
      name: `${name} is taken`,
      change,
      expectation: member.atBound ?? answer,
    })),
    ...outsides(shape).map(({ name, change, constraint }) => ({
      name: `${name} is refused`,
      change,
      expectation: violates(placeOf(path.replace(/(\[\]|\{\w+\})$/, '')), constraint),
    })),
    ...(path.endsWith('{key}') ? [] : otherTypes(shape)).map(({ name, change, unsendable }) => ({
      name: `${name} has the wrong type`,
      change,
      expectation: refuses('SerializationException', new RegExp(lastNameOf(path), 'i')),
      unsendable,
    })),
  ]
}

type Inside = { readonly name: string; readonly change: Change }
type Outside = Inside & { readonly constraint?: string }
type OtherType = Inside & { readonly unsendable: Unsendable }

const ANY = Number.POSITIVE_INFINITY

function insides(shape: Shape): readonly Inside[] {
  switch (shape.kind) {
    case 'text':
      return [
        ...lengths(shape.most < ANY ? [...new Set([shape.least, shape.most])] : []),
        ...texts(shape.pattern?.good ?? []),
      ]
    case 'enum':
      return texts(shape.values)
    case 'integer':
    case 'number':
      return numbers([shape.least, shape.most].filter(Number.isFinite))
    case 'list':
    case 'map':
      return shape.most < ANY ? [sized(shape.kind, shape.most)] : []
    default:
      return []
  }
}

/** The texts of constraints are those that 1.3 spells. */
function outsides(shape: Shape): readonly Outside[] {
  switch (shape.kind) {
    case 'text':
      return [
        ...lengths(shape.least > 0 ? [shape.least - 1] : []),
        ...lengths(shape.most < ANY ? [shape.most + 1] : []),
        ...texts(shape.pattern?.bad ?? []),
      ]
    case 'enum': {
      const constraint = `Member must satisfy enum value set: [${shape.values.join(', ')}]`
      const wrong = ['Invalid', ...shape.values.slice(0, 1).map((value) => `${value}s`)]
      return texts(wrong).map((each) => ({ ...each, constraint }))
    }
    case 'integer':
    case 'number': {
      const step = shape.kind === 'integer' ? 1 : 0.01
      const low = numbers([shape.least - step].filter(Number.isFinite)).map((each) => ({
        ...each,
        constraint: `Member must have value greater than or equal to ${shape.least}`,
      }))
      return [...low, ...numbers([shape.most + step].filter(Number.isFinite))]
    }
    case 'list':
    case 'map':
      return shape.most < ANY ? [sized(shape.kind, shape.most + 1)] : []
    default:
      return []
  }
}

const BOTOCORE_WALKS = 'botocore takes the value apart by its shape'
const BOTOCORE_FORMATS = 'botocore writes fractions itself'
const BOTOCORE_PARSES = 'botocore reads times itself'
const NO_OBJECT: Unsendable = { boto3: BOTOCORE_WALKS, 'AWS CLI': BOTOCORE_WALKS }
const NO_NUMBER: Unsendable = { boto3: BOTOCORE_FORMATS, 'AWS CLI': BOTOCORE_FORMATS }
const NO_TIME: Unsendable = { boto3: BOTOCORE_PARSES, 'AWS CLI': BOTOCORE_PARSES }

function otherTypes(shape: Shape): readonly OtherType[] {
  const of = (name: string, value: unknown, unsendable: Unsendable = {}) => ({
    name,
    change: () => value,
    unsendable,
  })
  switch (shape.kind) {
    case 'text':
    case 'enum':
      return [of('a number', 5), of('a boolean', true)]
    case 'integer':
      return [of('a text', 'x'), of('a fraction', 1.5)]
    case 'number':
      return [of('a text', 'x', NO_NUMBER)]
    case 'boolean':
      return [of('a text', 'x'), of('a number', 1)]
    case 'time':
      return [of('a text', 'x', NO_TIME)]
    case 'list':
      return [of('a number', 5, NO_OBJECT)]
    case 'map':
    case 'structure':
      return [of('a text', 'x', NO_OBJECT)]
  }
}

function lengths(of: readonly number[]): readonly Inside[] {
  return of.map((length) => ({ name: `of length ${length}`, change: () => 'a'.repeat(length) }))
}

function texts(values: readonly string[]): readonly Inside[] {
  return values.map((value) => ({ name: `"${value}"`, change: () => value }))
}

function numbers(values: readonly number[]): readonly Inside[] {
  return values.map((value) => ({ name: `${value}`, change: () => value }))
}

function sized(kind: 'list' | 'map', size: number): Inside {
  const indexes = Array.from({ length: size }, (_, index) => index)
  const name = `of ${size} entries`
  if (kind === 'list') {
    return { name, change: (old) => indexes.map((index) => numbered((old as unknown[])[0], index)) }
  }
  return { name, change: () => Object.fromEntries(indexes.map((index) => [`k${index}`, 'v'])) }
}

/** Tags and trace ids must differ. */
function numbered(value: unknown, index: number): unknown {
  if (typeof value === 'string') return value.replace(/\d{3}$/, String(index).padStart(3, '0'))
  const members = value as Body
  return 'Key' in members ? { ...members, Key: `${String(members['Key'])}${index}` } : members
}

function boundNames(shape: Shape): readonly string[] {
  switch (shape.kind) {
    case 'text':
      return [
        ...(shape.least > 0 ? [`length >= ${shape.least}`] : []),
        ...(shape.most < ANY ? [`length <= ${shape.most}`] : []),
        ...(shape.pattern === undefined ? [] : ['pattern']),
      ]
    case 'enum':
      return [`one of ${shape.values.join(', ')}`]
    case 'integer':
    case 'number':
      return [
        ...(shape.least > -ANY ? [`value >= ${shape.least}`] : []),
        ...(shape.most < ANY ? [`value <= ${shape.most}`] : []),
      ]
    case 'list':
    case 'map':
      return shape.most < ANY ? [`length <= ${shape.most}`] : []
    default:
      return []
  }
}

type Step = string | 0 | 'the key' | 'the value'

/** `A[].B` is A, its first item, B; `A{key}` is the only key of A. */
function stepsOf(path: string): readonly Step[] {
  return path.split('.').flatMap((part): readonly Step[] => {
    const [, name = '', suffix] = /^(\w+)(.*)$/.exec(part) ?? []
    if (suffix === '[]') return [name, 0]
    if (suffix === '{key}') return [name, 'the key']
    return suffix === '{value}' ? [name, 'the value'] : [name]
  })
}

function changed(value: unknown, [step, ...rest]: readonly Step[], change: Change): unknown {
  if (step === undefined) return change(value)
  if (step === 0) return [changed((value as unknown[])[0], rest, change)]
  const members = value as Body
  const [first = '', only] = Object.entries(members)[0] ?? []
  if (step === 'the key') return { [String(change(first))]: only }
  if (step === 'the value') return { [first]: change(only) }
  const { [step]: old, ...others } = members
  const next = changed(old, rest, change)
  return next === undefined ? others : { ...others, [step]: next }
}

/** `tags.1.member.key`: lower camel case, lists counted from 1. */
function placeOf(path: string): string {
  return path
    .replaceAll('[]', '.1.member')
    .split('.')
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join('.')
}

function lastNameOf(path: string): string {
  return (
    [...path.matchAll(/[A-Za-z]\w*/g)]
      .map(([name]) => name)
      .filter((n) => !['key', 'value'].includes(n))
      .at(-1) ?? path
  )
}
