import type { AnnotationValue } from '@fluoroscope/model'
import { sizeOf, type TraceColumns } from './trace-columns.ts'

/** The traces that have one value of a key, in both sets. */
export type GroupRow = {
  /** Undefined: they have no value of the key. */
  readonly value: AnnotationValue | undefined
  readonly countA: number
  readonly countB: number
  /** Of those in A: how many ended as fault, error or throttled, and response times in seconds. */
  readonly failedA: number
  readonly medianA: number | undefined
  readonly p95A: number | undefined
}

/** A key, and how many different values it has among all traces. */
export type GroupKey = { readonly key: string; readonly values: number }

/** Rows of the values of `key`, those with most traces of A first; without B its counts are 0. */
export function groupFacts(
  columns: TraceColumns,
  key: string,
  a: Uint8Array,
  b: Uint8Array | undefined,
): readonly GroupRow[] {
  const groups = new Map<number, Group>()
  const groupOf = (id: number) => {
    const group = groups.get(id) ?? { countA: 0, countB: 0, failedA: 0, responses: [] }
    groups.set(id, group)
    return group
  }
  const isOfKey = columns.facts.map((fact) => fact.key === key)
  for (let index = 0; index < columns.size; index++) {
    const sets = { a: a[index] === 1, b: b?.[index] === 1 }
    if (!sets.a && !sets.b) continue
    let isFound = false
    columns.eachFact(index, (fact) => {
      if (!isOfKey[fact]) return
      isFound = true
      count(groupOf(fact), columns, index, sets)
    })
    if (!isFound) count(groupOf(NONE), columns, index, sets)
  }
  return [...groups]
    .map(([id, group]) => rowOf(id === NONE ? undefined : columns.facts[id]?.value, group))
    .sort((left, right) => right.countA - left.countA || right.countB - left.countB)
}

/** The keys that traces have, those of fewest values first, as far as they tell sets apart. */
export function groupKeys(columns: TraceColumns): readonly GroupKey[] {
  const values = new Map<string, number>()
  for (const { key } of columns.facts) values.set(key, (values.get(key) ?? 0) + 1)
  return [...values].map(([key, count]) => ({ key, values: count }))
}

/** What is told of a set as a whole. */
export function numbersOf(columns: TraceColumns, mask: Uint8Array): SetNumbers {
  const responses: number[] = []
  let failed = 0
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue
    if (columns.isFailed(index)) failed++
    const response = columns.response(index)
    if (!Number.isNaN(response)) responses.push(response)
  }
  responses.sort((x, y) => x - y)
  return {
    size: sizeOf(mask),
    failed,
    median: quantile(responses, 0.5),
    p95: quantile(responses, 0.95),
  }
}

/** Size, failures, and response times in seconds; undefined where none is known. */
export type SetNumbers = {
  readonly size: number
  readonly failed: number
  readonly median: number | undefined
  readonly p95: number | undefined
}

/** The smallest value that at least `share` of the sorted values do not exceed (nearest rank). */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

type Group = { countA: number; countB: number; failedA: number; readonly responses: number[] }

const NONE = -1

function count(
  group: Group,
  columns: TraceColumns,
  index: number,
  sets: { readonly a: boolean; readonly b: boolean },
): void {
  if (sets.b) group.countB++
  if (!sets.a) return
  group.countA++
  if (columns.isFailed(index)) group.failedA++
  const response = columns.response(index)
  if (!Number.isNaN(response)) group.responses.push(response)
}

function rowOf(value: AnnotationValue | undefined, group: Group): GroupRow {
  const { countA, countB, failedA } = group
  const sorted = group.responses.sort((x, y) => x - y)
  return {
    value,
    countA,
    countB,
    failedA,
    medianA: quantile(sorted, 0.5),
    p95A: quantile(sorted, 0.95),
  }
}
