import type { AnnotationValue } from '@fluoroscope/model'

/** What narrows a set of traces; a set fulfils all of its conditions. */
export type SetCondition =
  | {
      readonly kind: 'fact'
      readonly key: string
      readonly value: AnnotationValue
      /** Only traces that do not have it. */
      readonly isNegated: boolean
    }
  /** Started so, in epoch seconds: `from` included, `to` not. */
  | { readonly kind: 'time'; readonly from: number; readonly to: number }
  /** Answered after so many seconds, both included. */
  | { readonly kind: 'response'; readonly from: number; readonly to: number }

/** Reads what {@link printCondition} writes; undefined for anything else. */
export function parseCondition(text: string): SetCondition | undefined {
  const [, kind, from, to] = RANGE.exec(text) ?? []
  if (kind === 'time' || kind === 'response') {
    const range = { from: Number(from), to: Number(to) }
    return range.from <= range.to ? { kind, ...range } : undefined
  }
  const [, sign, key = '', json = ''] = FACT.exec(text) ?? []
  const value = parseValue(json)
  if (value === undefined) return undefined
  return { kind: 'fact', key: key.replaceAll('%3D', '='), value, isNegated: sign === '!' }
}

/** `time:1760559104..1760559164`, `response:0.1..0.25`, `user="u-81"`, `!annotation.items=3`. */
export function printCondition(condition: SetCondition): string {
  if (condition.kind !== 'fact') return `${condition.kind}:${condition.from}..${condition.to}`
  const { key, value, isNegated } = condition
  return `${isNegated ? '!' : ''}${key.replaceAll('=', '%3D')}=${JSON.stringify(value)}`
}

/** `conditions` with one more; a range takes the place of the one before, and so does an opposite. */
export function withCondition(
  conditions: readonly SetCondition[],
  added: SetCondition,
): readonly SetCondition[] {
  return [...conditions.filter((condition) => !isReplaced(condition, added)), added]
}

/** The same without one of them. */
export function withoutCondition(
  conditions: readonly SetCondition[],
  removed: SetCondition,
): readonly SetCondition[] {
  const text = printCondition(removed)
  return conditions.filter((condition) => printCondition(condition) !== text)
}

const RANGE = /^(time|response):(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/
const FACT = /^(!?)([^=]+)=(.+)$/s

function isReplaced(old: SetCondition, added: SetCondition): boolean {
  if (old.kind !== 'fact' || added.kind !== 'fact') return old.kind === added.kind
  return old.key === added.key && old.value === added.value
}

function parseValue(json: string): AnnotationValue | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const isValue = ['string', 'number', 'boolean'].includes(typeof value)
    return isValue ? (value as AnnotationValue) : undefined
  } catch {
    return undefined
  }
}
