import { expect, test } from 'vitest'
import { AnswerError } from './json-reader.ts'
import { readTraceLinks } from './trace-links.ts'

const SEGMENT = {
  TraceId: '1-58406520-a006649127e371903a2de979',
  Id: '53995c3f42cd8ad8',
  Name: 'shipper',
  StartTime: 1480615200.5,
  SentBy: ['0c544c1b1bbff948'],
}

test('who links to a trace is read with the senders of their messages', () => {
  expect(readTraceLinks({ Segments: [SEGMENT], More: true })).toEqual({
    segments: [
      {
        traceId: SEGMENT.TraceId,
        id: SEGMENT.Id,
        name: 'shipper',
        start: 1_480_615_200_500_000_000n,
        sentBy: new Set(['0c544c1b1bbff948']),
      },
    ],
    more: true,
  })
})

test.each(['TraceId', 'Id', 'Name', 'StartTime'])('a segment without %s is no answer', (member) => {
  const { [member as 'Id']: _, ...rest } = SEGMENT
  expect(() => readTraceLinks({ Segments: [rest] })).toThrow(AnswerError)
})
