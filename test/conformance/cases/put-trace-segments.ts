import { expect } from 'vitest'
import { newEntityId } from '../../support/segments.ts'
import { asks, bodyOf, type Case, follows, gives, invalid, refuses, violates } from '../case.ts'
import type { Body } from '../client.ts'
import { SentTrace } from '../sent-trace.ts'

/** xray-behaviour 4. */

type Spoil = (document: Body, trace: SentTrace) => Body

const without =
  (member: string): Spoil =>
  (document) => {
    const { [member]: _, ...rest } = document
    return rest
  }
const having =
  (more: Body): Spoil =>
  (document) => ({ ...document, ...more })
const child =
  (spoil: Spoil): Spoil =>
  (document, trace) => ({
    ...document,
    subsegments: [spoil(trace.subsegment('child', [0, 1]), trace)],
  })

const DEFECTS: readonly (readonly [name: string, code: string, spoil: Spoil])[] = [
  ['no id', 'MissingId', without('id')],
  ['an empty id', 'MissingId', having({ id: '' })],
  ['a short id', 'InvalidId', having({ id: '1234' })],
  ['an id that is not hexadecimal', 'InvalidId', having({ id: 'ghijklmnopqrstuv' })],
  ['a long id', 'InvalidId', having({ id: '1234567890abcdef0' })],
  ['no name', 'MissingName', without('name')],
  ['an empty name', 'MissingName', having({ name: '' })],
  ['no trace id', 'MissingTraceId', without('trace_id')],
  ['a malformed trace id', 'InvalidTraceId', having({ trace_id: '1-2-3' })],
  [
    'another version of trace id',
    'InvalidTraceId',
    having({ trace_id: '2-58406520-a006649127e371903a2de979' }),
  ],
  ['no start', 'MissingStartTime', without('start_time')],
  ['no end', 'MissingEndTime', without('end_time')],
  ['an end though in progress', 'InProgressSegmentHasEndTime', having({ in_progress: true })],
  ['a subsegment without parent', 'MissingParentId', having({ type: 'subsegment' })],
  ['a malformed parent', 'InvalidParentId', having({ parent_id: 'xyz' })],
  ['an unknown type', 'UnknownType', having({ type: 'span' })],
  ['a child without id', 'MissingId', child(without('id'))],
  ['a child with a short id', 'InvalidId', child(having({ id: '12' }))],
  ['a child without name', 'MissingName', child(without('name'))],
  ['a child without start', 'MissingStartTime', child(without('start_time'))],
  ['a child without end', 'MissingEndTime', child(without('end_time'))],
  [
    'a child in progress with an end',
    'InProgressSubsegmentHasEndTime',
    child(having({ in_progress: true })),
  ],
  ['a grandchild without id', 'MissingId', child(child(without('id')))],
]

const TOLERATED: readonly (readonly [string, Spoil])[] = [
  ['a name of 300 characters', having({ name: 'n'.repeat(300) })],
  ['a start of 0', having({ start_time: 0 })],
  ['a negative start', having({ start_time: -5 })],
  ['an end before the start', (document, { base }) => ({ ...document, end_time: base - 5 })],
  [
    'times of a month ago',
    (document, { base }) => ({
      ...document,
      start_time: base - 31 * 86_400,
      end_time: base - 31 * 86_400 + 1,
    }),
  ],
  [
    'times ten minutes ahead',
    (document, { base }) => ({
      ...document,
      start_time: base + 3600 + 600,
      end_time: base + 3600 + 601,
    }),
  ],
  [
    'a trace id without time',
    (document, { traceId }) => ({
      ...document,
      trace_id: `1-00000000-${traceId.slice(-24)}`,
    }),
  ],
  [
    'an upper-case trace id',
    (document, { traceId }) => ({ ...document, trace_id: traceId.toUpperCase() }),
  ],
  [
    'a W3C trace id',
    (document, { traceId }) => ({ ...document, trace_id: traceId.slice(2).replace('-', '') }),
  ],
  ['members that nobody knows', having({ colour: 'red', nested: { a: [1] } })],
  ['an unknown origin', having({ origin: 'AWS::Nothing::Known' })],
  ['members of aws that nobody knows', having({ aws: { something: { else: 1 } } })],
  ['a child of an unknown namespace', child(having({ namespace: 'odd' }))],
  [
    'a child that repeats what its parent says',
    (document, trace) =>
      child(having({ type: 'subsegment', trace_id: trace.traceId, parent_id: document['id'] }))(
        document,
        trace,
      ),
  ],
]

const one = (trace: SentTrace) => trace.segment('shop', [0, 1])

export const PUT_CASES: readonly Case[] = [
  asks(
    'an empty list is refused',
    '4.1',
    ['PutTraceSegments', { TraceSegmentDocuments: [] }],
    invalid('Segments can not be empty'),
  ),
  asks(
    'no list is refused',
    '4.1',
    ['PutTraceSegments', {}],
    violates('traceSegmentDocuments', 'Member must not be null'),
  ),
  asks(
    'an element that is no text is refused',
    '4.1',
    ['PutTraceSegments', { TraceSegmentDocuments: [5] }],
    refuses('SerializationException'),
  ),
  ...(
    [
      ['not json', 'Invalid segment. ErrorCode: ParseError'],
      ['', 'Invalid segment. ErrorCode: ParseError'],
      ['{"id":', 'Invalid segment. ErrorCode: ParseError'],
      ['[]', 'Invalid entity. ErrorCode: ParseError'],
      ['5', 'Invalid entity. ErrorCode: ParseError'],
      ['"text"', 'Invalid entity. ErrorCode: ParseError'],
    ] as const
  ).map(([text, Message]) =>
    asks(
      `${JSON.stringify(text)} is a ParseError without Id`,
      '4.2',
      ['PutTraceSegments', { TraceSegmentDocuments: [text] }],
      gives({ UnprocessedTraceSegments: [{ ErrorCode: 'ParseError', Message }] }),
    ),
  ),
  ...DEFECTS.map(([what, ErrorCode, spoil]) =>
    follows(
      `PutTraceSegments: a document with ${what} is listed as ${ErrorCode}`,
      '4.2',
      async (call) => {
        const trace = new SentTrace(call)
        const document = spoil(one(trace), trace)
        const id = document['id']
        expect(await trace.put(document)).toEqual([
          {
            ...(id === undefined ? {} : { Id: id }),
            ErrorCode,
            Message: expect.stringMatching(
              new RegExp(
                `^Invalid (sub)?segment\\. ErrorCode: ${ErrorCode}(, Cause: null)?$|^Invalid entity\\. ErrorCode: ${ErrorCode}$`,
              ),
            ),
          },
        ])
      },
    ),
  ),
  ...TOLERATED.map(([what, spoil]) =>
    follows(`PutTraceSegments: a document with ${what} is taken`, '4.3', async (call) => {
      const trace = new SentTrace(call)
      expect(await trace.put(spoil(one(trace), trace))).toEqual([])
    }),
  ),
  follows('PutTraceSegments: times with exponents are taken', '4.3', async (call) => {
    const trace = new SentTrace(call)
    const { start_time: _, end_time: _end, ...rest } = one(trace)
    const times = `"start_time":${trace.base / 1e9}E9,"end_time":${(trace.base + 1) / 1e9}E9`
    expect(await trace.put(`${JSON.stringify(rest).slice(0, -1)},${times}}`)).toEqual([])
    expect(await trace.trace()).toMatchObject({ Duration: 1 })
  }),
  follows(
    'PutTraceSegments: bad documents are listed in order, good ones kept',
    '4.1',
    async (call) => {
      const trace = new SentTrace(call)
      const nameless = without('name')(one(trace), trace)
      const endless = without('end_time')(one(trace), trace)
      const unprocessed = await trace.put('x', one(trace), nameless, one(trace), endless)
      expect(unprocessed.map(({ ErrorCode }) => ErrorCode)).toEqual([
        'ParseError',
        'MissingName',
        'MissingEndTime',
      ])
      expect(await trace.documents(2)).toHaveLength(2)
    },
  ),
  follows('PutTraceSegments: fifty documents are taken', '1.6', async (call) => {
    const trace = new SentTrace(call)
    await trace.accept(...Array.from({ length: 50 }, () => one(trace)))
    expect(await trace.documents(50)).toHaveLength(50)
  }),
  follows('PutTraceSegments: the first completed version stays', '4.4', async (call) => {
    const trace = new SentTrace(call)
    const first = one(trace)
    await trace.accept(first)
    await trace.accept({ ...first, name: 'second' })
    await trace.accept(trace.segment('later', [2, 3], { parent_id: first['id'] }))
    expect((await trace.documents(2)).map(({ name }) => name).sort()).toEqual(['later', 'shop'])
  }),
  follows(
    'PutTraceSegments: a completed version takes the place of its announcement',
    '4.4',
    async (call) => {
      const trace = new SentTrace(call)
      const { end_time, ...rest } = one(trace)
      await trace.accept({ ...rest, in_progress: true })
      await trace.accept({ ...rest, end_time })
      const { Segments } = await trace.trace((each) => each?.['Duration'] !== undefined)
      expect(Segments).toHaveLength(1)
      expect(JSON.parse(Segments[0]?.Document ?? '')).not.toHaveProperty('in_progress')
    },
  ),
  follows(
    'PutTraceSegments: an announcement after the end changes nothing',
    '4.4',
    async (call) => {
      const trace = new SentTrace(call)
      const { end_time, ...rest } = one(trace)
      await trace.accept({ ...rest, end_time })
      await trace.accept({ ...rest, in_progress: true, name: 'late' })
      await trace.accept(trace.segment('other', [2, 3], { parent_id: rest['id'] }))
      const [first] = (await trace.documents(2)).filter(({ id }) => id === rest['id'])
      expect(first).toMatchObject({ name: 'shop', end_time })
    },
  ),
  follows(
    'PutTraceSegments: a subsegment sent before its parent nests below it',
    '4.5',
    async (call) => {
      const trace = new SentTrace(call)
      const parent = one(trace)
      const early = trace.segment('early', [0.2, 0.4], {
        type: 'subsegment',
        parent_id: parent['id'],
      })
      await trace.accept(early)
      await trace.accept(parent)
      const [document] = await trace.documents()
      expect(document).toMatchObject({
        name: 'shop',
        subsegments: [{ name: 'early', id: early['id'] }],
      })
    },
  ),
  follows('PutTraceSegments: a subsegment of a subsegment nests as deep', '7.1', async (call) => {
    const trace = new SentTrace(call)
    const inner = trace.subsegment('inner', [0.1, 0.9])
    const parent = trace.segment('shop', [0, 1], { subsegments: [inner] })
    const late = trace.segment('late', [0.2, 0.4], { type: 'subsegment', parent_id: inner['id'] })
    await trace.accept(parent, late)
    const [document] = await trace.documents()
    expect(document).toMatchObject({
      subsegments: [{ name: 'inner', subsegments: [{ name: 'late' }] }],
    })
  }),
  follows(
    'PutTraceSegments: a subsegment whose parent never comes does not show',
    '7.2',
    async (call) => {
      const trace = new SentTrace(call)
      const orphan = { type: 'subsegment', parent_id: newEntityId() }
      await trace.accept(trace.segment('limbo', [0, 50], orphan), one(trace))
      expect(await trace.trace()).toMatchObject({ Duration: 1 })
      expect(await trace.documents()).toMatchObject([{ name: 'shop' }])
    },
  ),
  follows(
    'PutTraceSegments: several documents of one request are one revision',
    '4.4',
    async (call) => {
      const trace = new SentTrace(call)
      const root = one(trace)
      const below = () => trace.segment('below', [0, 1], { parent_id: root['id'] })
      await trace.accept(root, below(), below())
      expect(await trace.summary()).toMatchObject({ Revision: 1 })
    },
  ),
  follows(
    'PutTraceSegments: answers an empty list when all is well',
    '4.1',
    async (call, client) => {
      const trace = new SentTrace(call)
      const TraceSegmentDocuments = [JSON.stringify(one(trace))]
      gives({ UnprocessedTraceSegments: [] })(
        await call('PutTraceSegments', { TraceSegmentDocuments }),
        client,
      )
      await bodyOf(call('BatchGetTraces', { TraceIds: [trace.traceId] }))
    },
  ),
]
