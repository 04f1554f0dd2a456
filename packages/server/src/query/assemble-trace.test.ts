import {
  type JsonObject,
  parseSegmentDocument,
  parseTraceId,
  printSegment,
  type ReceivedDocument,
  type Subsegment,
  type Trace,
  type TraceId,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assembleTrace } from './assemble-trace.ts'
import { MAX_SUBSEGMENT_LEVELS } from './build-forest.ts'
import { subsegmentsOf } from './trace-entities.ts'
import { isPartial, traceDuration, traceStart } from './trace-times.ts'

const TRACE = parseTraceId('1-00000000-111122223333444455556666') as TraceId

/** The id made of one or more hex digits. */
function id(digits: string): string {
  return digits.padStart(16, '0')
}

/** Members given as times in seconds `[start, end]`, open where no end is given. */
function entity(
  own: string,
  [start, end]: readonly number[],
  members: JsonObject = {},
): JsonObject {
  const progress = end === undefined ? { in_progress: true } : { end_time: end }
  return { id: id(own), name: `e${own}`, start_time: start ?? 0, ...progress, ...members }
}

function independent(own: string, parent: string, times: readonly number[], members = {}) {
  return entity(own, times, { type: 'subsegment', parent_id: id(parent), ...members })
}

function received(at: number, members: JsonObject): ReceivedDocument {
  const parsed = parseSegmentDocument(JSON.stringify({ trace_id: TRACE, ...members }))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem))
  const { document } = parsed.value
  return { document, received: unixNanos(BigInt(at)), account: '1', region: 'r' }
}

function traceOf(...puts: readonly (readonly JsonObject[])[]): Trace {
  return assembleTrace(
    TRACE,
    puts.flatMap((documents, index) => documents.map((each) => received(index + 1, each))),
  )
}

/** Ids of a tree as nested lists, without leading zeros. */
type Shape = readonly (string | Shape)[]

function shapeOf(entity: { id: string; subsegments: readonly Subsegment[] }): Shape {
  const name = entity.id.replace(/^0+/, '')
  return entity.subsegments.length === 0 ? [name] : [name, ...entity.subsegments.map(shapeOf)]
}

function shapesOf(trace: Trace): readonly Shape[] {
  return trace.segments.map(shapeOf)
}

describe('versions (4.4)', () => {
  test('in progress, then complete: one segment, complete', () => {
    const trace = traceOf([entity('a', [10])], [entity('a', [10, 12])])
    expect(trace.segments).toHaveLength(1)
    expect(trace.segments[0]?.progress).toEqual({ state: 'complete', end: 12_000_000_000n })
    expect(trace).toMatchObject({ revision: 2, lastUpdate: 2n, firstReceived: 1n })
  })

  test('complete, then in progress: ignored, and no revision', () => {
    const trace = traceOf([entity('a', [10, 12])], [entity('a', [10], { user: 'late' })])
    expect(trace.segments[0]).toMatchObject({ user: undefined, progress: { state: 'complete' } })
    expect(trace).toMatchObject({ revision: 1, lastUpdate: 1n })
  })

  test('complete twice: the first stays', () => {
    const first = entity('a', [10, 12], { user: 'first' })
    const trace = traceOf([first], [entity('a', [10, 99], { user: 'second' })], [first])
    expect(trace.segments[0]?.user).toBe('first')
    expect(trace).toMatchObject({ revision: 1, lastUpdate: 1n })
  })

  test('in progress twice: the last stays', () => {
    const trace = traceOf([entity('a', [10], { user: 'x' })], [entity('a', [10], { user: 'y' })])
    expect(trace.segments[0]?.user).toBe('y')
  })

  test('an independent subsegment and an embedded one of the same id: the first completed wins', () => {
    const embedding = entity('a', [10, 20], { subsegments: [entity('b', [11, 13])] })
    const alone = independent('b', 'a', [11, 12])
    for (const [puts, end] of [
      [[[embedding], [alone]], 13_000_000_000n],
      [[[alone], [embedding]], 12_000_000_000n],
    ] as const) {
      const trace = traceOf(...puts)
      expect(shapesOf(trace)).toEqual([['a', ['b']]])
      expect(trace.segments[0]?.subsegments[0]?.progress).toMatchObject({ end })
    }
  })

  test('a completed version is final with what it embeds; independent ones still attach (19)', () => {
    const trace = traceOf(
      [entity('a', [10, 20], { subsegments: [entity('b', [11, 12])] })],
      [entity('a', [10, 20], { subsegments: [entity('c', [11, 12])] })],
      [independent('d', 'a', [13, 14])],
    )
    expect(shapesOf(trace)).toEqual([['a', ['b'], ['d']]])
    expect(trace).toMatchObject({ revision: 2, lastUpdate: 3n })
  })

  test('three documents of one put are one revision', () => {
    const trace = traceOf([
      entity('a', [10, 20]),
      independent('b', 'a', [11, 12]),
      entity('c', [11, 12], { parent_id: id('b') }),
    ])
    expect(trace.revision).toBe(1)
  })
})

describe('forest (4.5, 7.2)', () => {
  test('an independent subsegment waits for its parent, however deep', () => {
    const lone = independent('d', 'c', [13, 14])
    const alone = traceOf([lone])
    expect(alone).toMatchObject({ segments: [], inferred: [], revision: 1 })
    expect(alone.orphans).toMatchObject([{ parentId: id('c'), subsegment: { id: id('d') } }])
    expect(traceDuration(alone)).toBeUndefined()
    expect(isPartial(alone)).toBe(false)
    const parent = entity('a', [10, 20], {
      subsegments: [entity('b', [11, 19], { subsegments: [entity('c', [12, 18])] })],
    })
    const whole = traceOf([lone], [parent])
    expect(shapesOf(whole)).toEqual([['a', ['b', ['c', ['d']]]]])
    expect(whole.orphans).toEqual([])
  })

  test('embedded as sent, then the others by start and id', () => {
    const trace = traceOf(
      [independent('3', 'a', [15, 16]), independent('1', 'a', [15, 16])],
      [entity('a', [10, 20], { subsegments: [entity('9', [18, 19]), entity('8', [11, 12])] })],
      [independent('7', 'a', [14, 16])],
    )
    expect(shapesOf(trace)).toEqual([['a', ['9'], ['8'], ['7'], ['1'], ['3']]])
  })

  test('roots first, then by start', () => {
    const trace = traceOf([
      entity('c', [1, 2], { parent_id: id('f') }),
      entity('b', [9, 10]),
      entity('a', [8, 10]),
    ])
    expect(trace.segments.map((segment) => segment.id)).toEqual([id('a'), id('b'), id('c')])
  })

  test('a segment with an unknown parent is kept, and the trace is partial', () => {
    const partial = traceOf([entity('a', [10, 20], { parent_id: id('f') })])
    expect(shapesOf(partial)).toEqual([['a']])
    expect(isPartial(partial)).toBe(true)
    const whole = traceOf([
      entity('a', [10, 20], { parent_id: id('f') }),
      entity('b', [9, 21], { subsegments: [entity('f', [9, 21])] }),
    ])
    expect(isPartial(whole)).toBe(false)
  })

  test('cycles and self-parents are orphans, each on its own', () => {
    const trace = traceOf([
      independent('a', 'b', [1, 2]),
      independent('b', 'a', [1, 2]),
      independent('c', 'c', [1, 2]),
      independent('d', 'c', [1, 2]),
      entity('e', [1, 2], { parent_id: id('e') }),
    ])
    expect(shapesOf(trace)).toEqual([['e']])
    expect(trace.orphans.map((orphan) => shapeOf(orphan.subsegment))).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['d'],
    ])
  })

  test('a chain of 10,000 subsegments loses none and can be printed', () => {
    const depth = 10_000
    const hex = (n: number) => (n + 1).toString(16)
    const chain = Array.from({ length: depth }, (_, n) =>
      independent(hex(n + 1), hex(n), [n + 1, n + 2]),
    )
    const trace = traceOf([entity('1', [1, 2]), ...chain])
    const segment = trace.segments[0]
    if (segment === undefined) throw new Error('no segment')
    expect([...subsegmentsOf(segment)]).toHaveLength(depth)
    expect(JSON.stringify(printSegment(segment)).match(/"subsegments"/g)).toHaveLength(
      MAX_SUBSEGMENT_LEVELS,
    )
    expect(traceDuration(trace)).toBe(depth * 1e9)
  })

  test('100,000 documents of one trace', () => {
    const documents = Array.from({ length: 100_000 }, (_, n) =>
      received(n % 1000, independent((n + 2).toString(16), Math.ceil(n / 7).toString(16), [n, n])),
    )
    documents.push(received(5, entity('1', [1, 2])))
    const trace = assembleTrace(TRACE, documents)
    expect(trace.orphans.length).toBeLessThan(10)
  })
})

describe('context and account (8.1)', () => {
  test('the account is told only where it differs from the request’s', () => {
    const trace = traceOf([
      entity('a', [1, 2], { aws: { account_id: '1' } }),
      entity('b', [2, 3], {
        aws: { account_id: '2' },
        subsegments: [entity('c', [2, 3], { namespace: 'aws', aws: { account_id: '3' } })],
      }),
    ])
    expect(trace.segments.map((segment) => segment.account)).toEqual([undefined, '2'])
    expect(trace.inferred.map((segment) => segment.account)).toEqual(['3'])
    expect([...trace.context.values()]).toEqual(Array(3).fill({ account: '1', region: 'r' }))
  })
})

describe('times (7.4)', () => {
  test('duration spans all segments and attached subsegments, orphans do not count', () => {
    const trace = traceOf([
      entity('a', [10, 12], { subsegments: [entity('b', [10.2, 11.7], { namespace: 'remote' })] }),
      entity('c', [10.3, 16.8], { parent_id: id('b') }),
      independent('d', 'f', [1, 99]),
    ])
    expect(traceDuration(trace)).toBe(6.8e9)
    expect(traceStart(trace)).toBe(10_000_000_000n)
  })

  test('nothing completed, and starts that do not count', () => {
    expect(traceDuration(traceOf([entity('a', [10])]))).toBeUndefined()
    expect(traceStart(traceOf([entity('a', [-1, 5])]))).toBe(1n)
    expect(traceDuration(traceOf([entity('a', [10, 9])]))).toBe(0)
    expect(traceDuration(traceOf([entity('a', [0, 9]), entity('b', [5, 7])]))).toBe(2e9)
  })

  test('a root in progress is not partial', () => {
    expect(isPartial(traceOf([entity('a', [10])]))).toBe(false)
  })
})

const someDocument = fc
  .record({
    own: fc.integer({ min: 1, max: 6 }),
    parent: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom('root', 'child', 'subsegment'),
    end: fc.constantFrom(undefined, 3, 4),
    at: fc.integer({ min: 1, max: 3 }),
    user: fc.constantFrom('x', 'y'),
    namespace: fc.constantFrom('remote', 'local'),
    embeds: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
  })
  .map(({ own, parent, kind, end, at, user, namespace, embeds }) => {
    const subsegments = embeds.map((each) => entity(`${each}`, [1, 2], { namespace }))
    const times = end === undefined ? [1] : [1, end]
    const members = { user, namespace, subsegments }
    if (kind === 'subsegment') {
      return received(at, independent(`${own}`, `${parent}`, times, members))
    }
    const caller = kind === 'root' ? {} : { parent_id: id(`${parent}`) }
    return received(at, entity(`${own}`, times, { ...members, ...caller }))
  })

test('the order of the documents does not matter, and no entity is shown twice or lost', () => {
  const shuffled = fc
    .array(someDocument, { minLength: 1, maxLength: 8 })
    .chain((documents) =>
      fc.tuple(
        fc.constant(documents),
        fc.shuffledSubarray(documents, { minLength: documents.length }),
      ),
    )
  fc.assert(
    fc.property(shuffled, ([documents, others]) => {
      const trace = assembleTrace(TRACE, documents)
      expect(assembleTrace(TRACE, others)).toEqual(trace)
      const shown = [
        ...trace.segments,
        ...trace.segments.flatMap((segment) => [...subsegmentsOf(segment)]),
        ...trace.orphans.flatMap(({ subsegment }) => [subsegment, ...subsegmentsOf(subsegment)]),
      ].map((each) => each.id)
      expect(new Set(shown).size).toBe(shown.length)
      const tops = documents.map(({ document }) =>
        document.kind === 'segment' ? document.segment.id : document.subsegment.id,
      )
      expect(new Set(shown)).toEqual(new Set([...shown, ...tops]))
    }),
    { numRuns: 300 },
  )
})
