import { type OtlpSpan, type OtlpValue, spansOfSegment, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitrarySegment } from '../../../../test/support/arbitrary-segment.ts'
import { segmentJson, traceOf } from '../../../../test/support/traces.ts'
import { printSpanRecord } from './span-record.ts'

function spanOf(more: Partial<OtlpSpan>): OtlpSpan {
  const [segment] = traceOf(segmentJson(1, 'shop', [1, 2])).segments
  const [span] = segment === undefined ? [] : spansOfSegment(segment)
  if (span === undefined) throw new Error('a segment has a span')
  return { ...span, ...more }
}

test('members and their order; instants have all their digits', () => {
  const span = spanOf({
    start: unixNanos(1_760_559_105_123_456_789n),
    end: unixNanos(1_760_559_106_123_456_790n),
    attributes: new Map<string, OtlpValue>([
      ['text', 'a "b"'],
      ['large', 9_007_199_254_740_993n],
      ['share', 0.5],
      ['none', Number.NaN],
      ['flag', true],
      ['null', null],
      ['list', [1n, 'x']],
      ['map', new Map([['__proto__', 1n]])],
      ['bytes', new Uint8Array([1, 2, 255])],
    ]),
  })
  expect(printSpanRecord(span)).toBe(
    '{"resource":{"attributes":{"service.name":"shop"}},"scope":{"name":""},' +
      '"traceId":"68f00000111122223333444455556666","spanId":"0000000000000001",' +
      '"name":"shop","kind":"SERVER","startTimeUnixNano":1760559105123456789,' +
      '"endTimeUnixNano":1760559106123456790,"durationNano":1000000001,' +
      '"attributes":{"text":"a \\"b\\"","large":9007199254740993,"share":0.5,"none":"NaN",' +
      '"flag":true,"null":null,"list":[1,"x"],"map":{"__proto__":1},"bytes":"AQL/"},' +
      '"status":{"code":"UNSET"}}',
  )
})

test('a span in progress tells no end', () => {
  const record = JSON.parse(printSpanRecord(spanOf({ end: unixNanos(0n) })))
  expect(record).not.toHaveProperty('endTimeUnixNano')
  expect(record).not.toHaveProperty('durationNano')
})

test('every span is one JSON object that says its ids and attributes', () => {
  fc.assert(
    fc.property(arbitrarySegment, (segment) => {
      for (const span of spansOfSegment(segment)) {
        const text = printSpanRecord(span)
        const record = JSON.parse(text)
        expect(record).toMatchObject({ spanId: span.id, name: span.name })
        expect(text).toContain(`"startTimeUnixNano":${span.start},`)
        expect(Object.keys(record.attributes).sort()).toEqual([...span.attributes.keys()].sort())
      }
    }),
    { numRuns: 200 },
  )
})
