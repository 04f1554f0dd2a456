import type { JsonValue } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { AnswerError } from './json-reader.ts'
import { readSpanEvents } from './span-events.ts'

test('events of all spans are listed by time, with plain values', () => {
  const event = (name: string, time: string, value: JsonValue) => ({
    name,
    timeUnixNano: time,
    attributes: [{ key: 'k', value }],
  })
  const spans: JsonValue = [
    { spanId: 'a', name: 'one', events: [event('late', '1700000000000000002', { intValue: '7' })] },
    {
      spanId: 'b',
      name: 'two',
      events: [event('early', '1700000000000000001', { boolValue: true })],
    },
    { spanId: 'c', name: 'none' },
  ]
  expect(readSpanEvents({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).toEqual([
    {
      spanId: 'b',
      span: 'two',
      name: 'early',
      time: 1700000000000000001n,
      attributes: { k: true },
    },
    { spanId: 'a', span: 'one', name: 'late', time: 1700000000000000002n, attributes: { k: '7' } },
  ])
})

test('what is not OTLP is told with its place', () => {
  const spans = [{ spanId: 'a', name: 'one', events: [{ name: 'x' }] }]
  expect(() => readSpanEvents({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).toThrow(
    new AnswerError(
      'resourceSpans[0].scopeSpans[0].spans[0].events[0].timeUnixNano is not a string',
    ),
  )
})
