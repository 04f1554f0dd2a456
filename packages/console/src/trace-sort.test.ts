import { parseTraceId, unixNanosFromSeconds } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import type { ListedTrace } from './answer/trace-list.ts'
import { nextTraceSort, readTraceSort, sortTraces, traceSortText } from './trace-sort.ts'

test.each(['', 'start', 'duration', '-duration', '-outcome', 'request'])(
  '"%s" survives reading and printing',
  (text) => expect(traceSortText(readTraceSort(text))).toBe(text),
)

test('what is no column is newest first', () => {
  expect(readTraceSort('-constructor')).toEqual({ column: 'start', descending: true })
})

test('a column is sorted largest first, then the other way', () => {
  const once = nextTraceSort(readTraceSort(null), 'duration')
  expect(traceSortText(once)).toBe('-duration')
  expect(traceSortText(nextTraceSort(once, 'duration'))).toBe('duration')
})

test('traces are sorted by a column, those without a value last both ways, ties as they were', () => {
  const traces = [trace('a', 2), trace('b', undefined), trace('c', 5), trace('d', 2)]
  const order = (sort: string) =>
    sortTraces(traces, readTraceSort(sort)).map(({ entryPoint }) => entryPoint?.name)
  expect(order('')).toEqual(['a', 'b', 'c', 'd'])
  expect(order('start')).toEqual(['d', 'c', 'b', 'a'])
  expect(order('-duration')).toEqual(['c', 'a', 'd', 'b'])
  expect(order('duration')).toEqual(['a', 'd', 'c', 'b'])
  expect(order('-request')).toEqual(['d', 'c', 'b', 'a'])
})

test('faults are worse than errors, errors than throttling', () => {
  const traces = [
    { ...trace('throttled', 1), hasThrottle: true },
    { ...trace('fine', 1) },
    { ...trace('broken', 1), hasFault: true },
    { ...trace('refused', 1), hasError: true },
  ]
  expect(
    sortTraces(traces, readTraceSort('-outcome')).map(({ entryPoint }) => entryPoint?.name),
  ).toEqual(['broken', 'refused', 'throttled', 'fine'])
})

function trace(name: string, duration: number | undefined): ListedTrace {
  return {
    id: parseTraceId('1-58406520-a006649127e371903a2de979')!,
    start: unixNanosFromSeconds(1000),
    duration: duration as ListedTrace['duration'],
    responseTime: undefined,
    hasFault: false,
    hasError: false,
    hasThrottle: false,
    isPartial: false,
    services: [],
    entryPoint: { name, type: undefined, account: undefined },
    revision: 1,
    http: { method: undefined, url: undefined, status: undefined },
    annotations: new Map(),
    users: [],
    facts: [],
  }
}
