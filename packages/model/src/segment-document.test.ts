import { describe, expect, test } from 'vitest'
import type { JsonObject } from './json.ts'
import type { Segment, SegmentDocument, Subsegment } from './segment.ts'
import { DEFAULT_DOCUMENT_LIMITS, parseSegmentDocument } from './segment-document.ts'

const TRACE = '1-68f00000-111122223333444455556666'
const SEGMENT = {
  name: 'orders',
  id: '10aa20bb30cc40dd',
  trace_id: TRACE,
  start_time: 1760559104.12,
  end_time: 1760559104.31,
}
const CHILD = { name: 'step', id: '51aa62bb73cc84dd', start_time: 1, end_time: 2 }
const INDEPENDENT = { ...SEGMENT, type: 'subsegment', parent_id: 'aaaa0000bbbb1111' }

function without(document: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !keys.includes(key)))
}

function parsed(document: JsonObject): SegmentDocument {
  const result = parseSegmentDocument(JSON.stringify(document))
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value.document
}

function segmentFrom(members: JsonObject): Segment {
  const document = parsed({ ...SEGMENT, ...members })
  if (document.kind !== 'segment') throw new Error('not a segment')
  return document.segment
}

function childFrom(members: JsonObject): Subsegment {
  const [child] = segmentFrom({ subsegments: [{ ...CHILD, ...members }] }).subsegments
  if (child === undefined) throw new Error('no child')
  return child
}

function ignoredIn(members: JsonObject): number {
  const result = parseSegmentDocument(JSON.stringify({ ...SEGMENT, ...members }))
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value.ignored
}

const OPEN = { ...without(SEGMENT, 'end_time'), in_progress: true }
const OPEN_CHILD = { ...without(CHILD, 'end_time'), in_progress: true }

/** Document, code, what the message calls the place, echoed id, field. */
const REJECTIONS: [JsonObject | string, string, string, string | undefined, string | undefined][] =
  [
    ['not json', 'ParseError', 'segment', undefined, undefined],
    ['', 'ParseError', 'segment', undefined, undefined],
    ['{"id":"10aa20bb30cc40dd"', 'ParseError', 'segment', undefined, undefined],
    ['{"name":"\ud800"}', 'ParseError', 'segment', undefined, undefined],
    ['[]', 'ParseError', 'entity', undefined, undefined],
    ['null', 'ParseError', 'entity', undefined, undefined],
    ['"text"', 'ParseError', 'entity', undefined, undefined],
    [without(SEGMENT, 'id'), 'MissingId', 'segment', undefined, 'id'],
    [{ ...SEGMENT, id: null }, 'MissingId', 'segment', undefined, 'id'],
    [{ ...SEGMENT, id: '' }, 'MissingId', 'segment', '', 'id'],
    [{ ...SEGMENT, id: '10aa' }, 'InvalidId', 'segment', '10aa', 'id'],
    [{ ...SEGMENT, id: '10aa20bb30cc40dg' }, 'InvalidId', 'segment', '10aa20bb30cc40dg', 'id'],
    [{ ...SEGMENT, id: 12 }, 'InvalidId', 'segment', undefined, 'id'],
    [without(SEGMENT, 'name'), 'MissingName', 'segment', SEGMENT.id, 'name'],
    [{ ...SEGMENT, name: '' }, 'MissingName', 'segment', SEGMENT.id, 'name'],
    [{ ...SEGMENT, name: 'a?b' }, 'InvalidName', 'segment', SEGMENT.id, 'name'],
    [{ ...SEGMENT, name: 5 }, 'InvalidName', 'segment', SEGMENT.id, 'name'],
    [without(SEGMENT, 'trace_id'), 'MissingTraceId', 'segment', SEGMENT.id, 'trace_id'],
    [{ ...SEGMENT, trace_id: '1-2-3' }, 'InvalidTraceId', 'segment', SEGMENT.id, 'trace_id'],
    [{ ...SEGMENT, trace_id: 7 }, 'InvalidTraceId', 'segment', SEGMENT.id, 'trace_id'],
    [without(SEGMENT, 'start_time'), 'MissingStartTime', 'segment', SEGMENT.id, 'start_time'],
    [{ ...SEGMENT, start_time: '1' }, 'InvalidStartTime', 'segment', SEGMENT.id, 'start_time'],
    [without(SEGMENT, 'end_time'), 'MissingEndTime', 'segment', SEGMENT.id, 'end_time'],
    [{ ...OPEN, in_progress: false }, 'MissingEndTime', 'segment', SEGMENT.id, 'end_time'],
    [{ ...OPEN, in_progress: 'true' }, 'MissingEndTime', 'segment', SEGMENT.id, 'end_time'],
    [{ ...SEGMENT, end_time: true }, 'InvalidEndTime', 'segment', SEGMENT.id, 'end_time'],
    [
      { ...SEGMENT, in_progress: true },
      'InProgressSegmentHasEndTime',
      'segment',
      SEGMENT.id,
      'end_time',
    ],
    [
      { ...INDEPENDENT, in_progress: true },
      'InProgressSubsegmentHasEndTime',
      'subsegment',
      SEGMENT.id,
      'end_time',
    ],
    [{ ...SEGMENT, type: 'subsegment' }, 'MissingParentId', 'subsegment', SEGMENT.id, 'parent_id'],
    [{ ...INDEPENDENT, parent_id: '' }, 'MissingParentId', 'subsegment', SEGMENT.id, 'parent_id'],
    [{ ...INDEPENDENT, parent_id: 'x' }, 'InvalidParentId', 'subsegment', SEGMENT.id, 'parent_id'],
    [{ ...SEGMENT, parent_id: '1' }, 'InvalidParentId', 'segment', SEGMENT.id, 'parent_id'],
    [{ ...SEGMENT, type: 'span' }, 'UnknownType', 'entity', SEGMENT.id, 'type'],
    [
      { ...SEGMENT, subsegments: [CHILD, without(CHILD, 'id')] },
      'MissingId',
      'subsegment',
      SEGMENT.id,
      'subsegments[1].id',
    ],
    [
      { ...SEGMENT, subsegments: [CHILD, CHILD, { ...CHILD, start_time: 'x' }] },
      'InvalidStartTime',
      'subsegment',
      SEGMENT.id,
      'subsegments[2].start_time',
    ],
    [
      { ...SEGMENT, subsegments: [{ ...CHILD, subsegments: [without(CHILD, 'name')] }] },
      'MissingName',
      'subsegment',
      SEGMENT.id,
      'subsegments[0].subsegments[0].name',
    ],
    [
      { ...SEGMENT, subsegments: [{ ...CHILD, in_progress: true }] },
      'InProgressSubsegmentHasEndTime',
      'subsegment',
      SEGMENT.id,
      'subsegments[0].end_time',
    ],
    [{ ...SEGMENT, subsegments: [5] }, 'ParseError', 'entity', SEGMENT.id, 'subsegments[0]'],
  ]

describe('rejections', () => {
  test.each(REJECTIONS)('%j: %s', (document, code, part, id, field) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    const cause = part === 'subsegment' ? ', Cause: null' : ''
    expect(parseSegmentDocument(text)).toEqual({
      ok: false,
      problem: { code, id, message: `Invalid ${part}. ErrorCode: ${code}${cause}`, field },
    })
  })

  test.each([
    ['start_time', '1e400', 'InvalidStartTime'],
    ['start_time', '-1e400', 'InvalidStartTime'],
    ['start_time', '9.3e9', 'InvalidStartTime'],
    ['end_time', '1e400', 'InvalidEndTime'],
    ['end_time', '1e18', 'InvalidEndTime'],
  ])('a %s of %s is %s', (member, number, code) => {
    const text = JSON.stringify({ ...SEGMENT, [member]: 'HERE' }).replace('"HERE"', number)
    expect(parseSegmentDocument(text)).toMatchObject({ problem: { code, field: member } })
  })

  test('an end too far from its start for 64 bits of nanoseconds', () => {
    const text = JSON.stringify({ ...SEGMENT, start_time: -9e9, end_time: 9e9 })
    expect(parseSegmentDocument(text)).toMatchObject({ problem: { code: 'InvalidEndTime' } })
  })

  test('texts beyond the bounds', () => {
    const long = JSON.stringify({ ...SEGMENT, metadata: { text: 'x'.repeat(256 * 1024) } })
    expect(parseSegmentDocument(long)).toMatchObject({ problem: { code: 'DocumentTooLarge' } })
    const deep = `{"metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(parseSegmentDocument(deep)).toMatchObject({ problem: { code: 'DocumentTooDeep' } })
    const wide = `{"metadata":[${'[],'.repeat(80_000)}[]]}`
    expect(parseSegmentDocument(wide)).toMatchObject({ problem: { code: 'DocumentTooLarge' } })
    const limits = { ...DEFAULT_DOCUMENT_LIMITS, maxSubsegments: 1 }
    const two = JSON.stringify({ ...SEGMENT, subsegments: [CHILD, CHILD] })
    expect(parseSegmentDocument(two, limits)).toMatchObject({
      problem: { code: 'TooManySubsegments', field: 'subsegments[1]' },
    })
  })

  test('brackets inside of strings are no depth', () => {
    expect(segmentFrom({ user: '[{"\\'.repeat(300) }).user).toBe('[{"\\'.repeat(300))
  })
})

describe('accepted as X-Ray does (4.3)', () => {
  test('times: zero, negative, reversed, exponents, micro-seconds', () => {
    expect(segmentFrom({ start_time: 0 }).start).toBe(0n)
    expect(segmentFrom({ start_time: -1 }).start).toBe(-1_000_000_000n)
    expect(segmentFrom({ start_time: 10, end_time: 9 }).progress).toEqual({
      state: 'complete',
      end: 9_000_000_000n,
    })
    const exponent = JSON.stringify(SEGMENT).replace('1760559104.12', '1.76055910412E9')
    expect(parseSegmentDocument(exponent)).toMatchObject({
      value: { document: { segment: { start: 1_760_559_104_120_000_000n } } },
    })
    expect(segmentFrom({ start_time: 1596566305.535414 }).start).toBe(1_596_566_305_535_414_000n)
  })

  test('in progress, also with `end_time: null`', () => {
    expect(parsed(OPEN)).toMatchObject({ segment: { progress: { state: 'in-progress' } } })
    expect(parsed({ ...OPEN, end_time: null })).toMatchObject({
      segment: { progress: { state: 'in-progress' } },
    })
    expect(segmentFrom({ in_progress: false }).progress.state).toBe('complete')
    expect(segmentFrom({ subsegments: [OPEN_CHILD] }).subsegments[0]?.progress).toEqual({
      state: 'in-progress',
    })
  })

  test('a long name is cut to 200 code points', () => {
    expect(segmentFrom({ name: 'x'.repeat(300) }).name).toBe('x'.repeat(200))
    const letter = '\u{20000}'
    expect(segmentFrom({ name: letter.repeat(300) }).name).toBe(letter.repeat(200))
    expect(segmentFrom({ name: 'Größe 日本 _.:/%&#=+\\-@9' }).name).toBe(
      'Größe 日本 _.:/%&#=+\\-@9',
    )
  })

  test('trace ids: a zero time part, upper case, W3C', () => {
    expect(segmentFrom({ trace_id: '1-00000000-111122223333444455556666' }).traceId).toBe(
      '1-00000000-111122223333444455556666',
    )
    expect(segmentFrom({ trace_id: '4EFAAF4D1E8720B39541901950019EE5' }).traceId).toBe(
      '1-4efaaf4d-1e8720b39541901950019ee5',
    )
    expect(segmentFrom({ id: 'ABCDEF0123456789' }).id).toBe('abcdef0123456789')
  })

  test('embedded subsegments that repeat trace_id, type and parent_id', () => {
    const child = childFrom({ trace_id: 'x', type: 'whatever', parent_id: 5 })
    expect(child.id).toBe(CHILD.id)
    expect(ignoredIn({ subsegments: [{ ...CHILD, trace_id: 1, type: 2, parent_id: 3 }] })).toBe(0)
  })

  test('an independent subsegment', () => {
    expect(parsed({ ...INDEPENDENT, namespace: 'remote', precursor_ids: ['a'] })).toMatchObject({
      kind: 'independent-subsegment',
      traceId: TRACE,
      parentId: 'aaaa0000bbbb1111',
      subsegment: { id: SEGMENT.id, namespace: 'remote', precursorIds: ['a'] },
    })
  })

  test('`traced` beside `http` and in `http.request`', () => {
    expect(childFrom({ traced: true }).traced).toBe(true)
    expect(childFrom({ http: { request: { traced: true } } })).toMatchObject({
      traced: true,
      http: undefined,
    })
    expect(childFrom({}).traced).toBe(false)
  })

  test('status and content length in quotes', () => {
    const response = { status: '404', content_length: '-1' }
    expect(childFrom({ http: { response } }).http).toMatchObject({
      status: 404,
      contentLength: -1,
    })
    expect(ignoredIn({ http: { response } })).toBe(0)
  })

  test('members of the prototype are plain keys', () => {
    const text = JSON.stringify({ ...SEGMENT, annotations: {} }).replace(
      '"annotations":{}',
      '"annotations":{"__proto__":"a","constructor":1},"__proto__":{"user":"u"}',
    )
    const result = parseSegmentDocument(text)
    if (!result.ok || result.value.document.kind !== 'segment') throw new Error('rejected')
    const { segment } = result.value.document
    expect([...segment.annotations]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 1],
    ])
    expect(segment.user).toBeUndefined()
    expect({}).not.toHaveProperty('user')
  })
})

describe('fields', () => {
  test('cause as the id of an exception elsewhere', () => {
    expect(segmentFrom({ cause: 'BF38938B6F9C7233' }).cause).toEqual({
      kind: 'reference',
      exceptionId: 'bf38938b6f9c7233',
    })
    expect(segmentFrom({ cause: 'abcdefghijklmnop' }).cause).toEqual({
      kind: 'reference',
      exceptionId: 'abcdefghijklmnop',
    })
  })

  test('cause with exceptions', () => {
    const cause = {
      working_directory: '/srv/app',
      paths: ['/srv/app/lib', 3],
      exceptions: [
        {
          id: '2f0c1d9be0a1b2c3',
          type: 'TimeoutError',
          message: 'no answer',
          remote: true,
          truncated: 12,
          skipped: 0,
          cause: '77AA77AA77AA77AA',
          stack: [
            { path: 'orders.js', line: '41', label: 'load' },
            { path: 'x', line: 'y' },
          ],
        },
        'no exception',
      ],
    }
    expect(segmentFrom({ cause }).cause).toEqual({
      kind: 'exceptions',
      id: undefined,
      workingDirectory: '/srv/app',
      paths: ['/srv/app/lib'],
      exceptions: [
        {
          id: '2f0c1d9be0a1b2c3',
          type: 'TimeoutError',
          message: 'no answer',
          remote: true,
          truncated: 12,
          skipped: 0,
          cause: '77aa77aa77aa77aa',
          stack: [
            { path: 'orders.js', line: 41, label: 'load' },
            { path: 'x', line: undefined, label: undefined },
          ],
        },
      ],
    })
    expect(ignoredIn({ cause })).toBe(3)
  })

  test('the cause of a Node sender that names where the exception was recorded', () => {
    expect(segmentFrom({ cause: { id: '51aa62bb73cc84dd', exceptions: [] } }).cause).toMatchObject({
      kind: 'exceptions',
      id: '51aa62bb73cc84dd',
      exceptions: [],
    })
  })

  test('annotations keep their types; others are counted', () => {
    const annotations = { a: 'x', b: 1.5, c: false, d: null, e: [1], f: {} }
    expect([...segmentFrom({ annotations }).annotations]).toEqual([
      ['a', 'x'],
      ['b', 1.5],
      ['c', false],
    ])
    expect(ignoredIn({ annotations })).toBe(3)
  })

  test('links', () => {
    const link = { trace_id: TRACE, id: 'AAAABBBBCCCCDDDD', attributes: { type: 'parent' } }
    const links = [link, { ...link, id: 'x' }, 7]
    expect(segmentFrom({ links }).links).toEqual([
      { traceId: TRACE, id: 'aaaabbbbccccdddd', attributes: { type: 'parent' } },
    ])
    expect(ignoredIn({ links })).toBe(2)
  })

  test('values of another type are left out and counted, null is absent', () => {
    const wrong = {
      user: 1,
      origin: [],
      fault: 'yes',
      http: 'x',
      aws: [],
      metadata: 1,
      service: '',
    }
    expect(ignoredIn(wrong)).toBe(7)
    expect(segmentFrom(wrong)).toMatchObject({
      user: undefined,
      origin: undefined,
      fault: false,
      http: undefined,
      aws: undefined,
    })
    expect(ignoredIn({ user: null, http: null, annotations: null, subsegments: null })).toBe(0)
    expect(ignoredIn({ http: { response: { status: 99999 } } })).toBe(1)
    expect(ignoredIn({ subsegments: {}, annotations: 'x', links: 1, parent_id: 5, type: 5 })).toBe(
      5,
    )
  })

  test('aws, metadata and sql are kept whole', () => {
    const aws = { ec2: { instance_id: 'i-1' }, other: [1, { a: null }] }
    expect(segmentFrom({ aws, metadata: { default: { a: [1] } } })).toMatchObject({
      aws,
      metadata: { default: { a: [1] } },
    })
    expect(childFrom({ sql: { url: 'jdbc:x', extra: 1 } }).sql).toEqual({ url: 'jdbc:x', extra: 1 })
  })
})
