import { describe, expect, test } from 'vitest'
import { DEFAULT_REQUEST_LIMITS, parseTraceSegmentsRequest } from './trace-segments-request.ts'

describe('PutTraceSegments bodies (4.1)', () => {
  test('documents come in their order, unread, and other members are ignored', () => {
    const body = JSON.stringify({ Other: [{}], TraceSegmentDocuments: ['{"a":1}', 'not json', ''] })
    expect(parseTraceSegmentsRequest(Buffer.from(body))).toEqual({
      ok: true,
      value: ['{"a":1}', 'not json', ''],
    })
  })

  test.each([
    ['', 'ValidationException'],
    ['{}', 'ValidationException'],
    ['{"TraceSegmentDocuments":null}', 'ValidationException'],
    ['{"TraceSegmentDocuments":[]}', 'InvalidRequestException'],
    ['{"TraceSegmentDocuments":["{}",5]}', 'SerializationException'],
    ['{"TraceSegmentDocuments":[null]}', 'SerializationException'],
    ['{"TraceSegmentDocuments":{}}', 'SerializationException'],
    ['{"TraceSegmentDocuments":"{}"}', 'SerializationException'],
    ['[]', 'SerializationException'],
    ['null', 'SerializationException'],
    ['{"TraceSegmentDocuments":["', 'SerializationException'],
    ['['.repeat(1_000_000), 'SerializationException'],
    [`{"a":[${'[],'.repeat(1_000_000)}[]]}`, 'SerializationException'],
  ])('%.40s is a %s', (body, code) => {
    expect(parseTraceSegmentsRequest(Buffer.from(body))).toMatchObject({ problem: { code } })
  })

  test.each(['[]', 'null', '5', '{', '\xff'])('%s is told of the body', (body) => {
    expect(parseTraceSegmentsRequest(Buffer.from(body, 'latin1'))).toMatchObject({
      problem: { message: expect.stringMatching(/^The request body is not /) },
    })
  })

  test('the texts X-Ray has for nothing and for an empty list', () => {
    expect(parseTraceSegmentsRequest(Buffer.from('{}'))).toMatchObject({
      problem: {
        message:
          "1 validation error detected: Value null at 'traceSegmentDocuments' failed to satisfy constraint: Member must not be null",
      },
    })
    const empty = Buffer.from('{"TraceSegmentDocuments":[]}')
    expect(parseTraceSegmentsRequest(empty)).toMatchObject({
      problem: { message: 'Segments can not be empty' },
    })
  })

  test('bounds on bytes and documents; bytes that are not UTF-8', () => {
    const body = Buffer.from(JSON.stringify({ TraceSegmentDocuments: ['{}', '{}', '{}'] }))
    const limits = DEFAULT_REQUEST_LIMITS
    expect(parseTraceSegmentsRequest(body, { ...limits, maxDocuments: 3 }).ok).toBe(true)
    for (const refused of [
      { ...limits, maxDocuments: 2 },
      { ...limits, maxBytes: 20 },
    ]) {
      expect(parseTraceSegmentsRequest(body, refused)).toMatchObject({
        problem: { code: 'InvalidRequestException' },
      })
    }
    expect(parseTraceSegmentsRequest(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({
      problem: { code: 'SerializationException' },
    })
  })
})
