import { expect, test } from 'vitest'
import { tagsOf } from './jaeger-trace.ts'

/** Types of OpenTelemetry's transformation to Jaeger; what JSON has no number for is a text. */
test.each([
  ['text', { type: 'string', value: 'text' }],
  [true, { type: 'bool', value: true }],
  [7n, { type: 'int64', value: 7 }],
  [9_007_199_254_740_993n, { type: 'int64', value: '9007199254740993' }],
  [0.5, { type: 'float64', value: 0.5 }],
  [Number.NaN, { type: 'float64', value: 'NaN' }],
  [Uint8Array.of(1, 2, 3), { type: 'binary', value: 'AQID' }],
  [['a', 1n, true, null], { type: 'string', value: '["a",1,true,null]' }],
  [new Map([['a', [1.5]]]), { type: 'string', value: '{"a":[1.5]}' }],
  [null, { type: 'string', value: '' }],
])('%o', (value, tag) => {
  expect(tagsOf(new Map([['key', value]]))).toEqual([{ key: 'key', ...tag }])
})
