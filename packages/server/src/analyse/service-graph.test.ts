import type { JsonObject, ServiceEdge, ServiceGraph, ServiceKey, Trace } from '@fluoroscope/model'
import {
  parseSegmentDocument,
  parseTraceId,
  unixNanos,
  unixNanosFromSeconds,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assembleTrace } from '../query/assemble-trace.ts'
import { graphOfTrace } from './service-graph.ts'
import { mergeGraphs } from './test-merge-graphs.ts'

const TRACE = '1-58406520-a006649127e371903a2de979'

describe('the example of xray-behaviour 9.9', () => {
  const table = call('c1', 'DynamoDB', {
    namespace: 'aws',
    start_time: 1000.2,
    end_time: 1000.25,
    aws: { operation: 'GetItem', table_name: 't1' },
  })
  const host = call('c2', 'pay.example', {
    namespace: 'remote',
    start_time: 1000.3,
    end_time: 1000.4,
    http: { response: { status: 200 } },
  })
  const front = segment('a1', 'front', {
    origin: 'AWS::ECS::Container',
    subsegments: [table, host],
  })

  test('four nodes, with the state and the numbers of each', () => {
    const graph = graphOf(front)
    expect(graph.nodes.map(nodeLine)).toEqual([
      'front|AWS::ECS::Container|active|root|ok 1|500 ms',
      'front|client|unknown||no statistics|',
      'pay.example|remote|passive||ok 1|100 ms',
      't1|AWS::DynamoDB::Table|unknown||ok 1|50 ms',
    ])
    expect(graph.edges.map(edgeLine)).toEqual([
      'front -> pay.example|ok 1|100 ms|',
      'front -> t1|ok 1|50 ms|',
      'front:client -> front|ok 1|500 ms|',
    ])
  })

  test('a host that reports takes the place of its node, and the edge tells what it was called', () => {
    const payments = segment('b1', 'payments', {
      origin: 'AWS::EC2::Instance',
      parent_id: id('c2'),
      start_time: 1000.32,
      end_time: 1000.38,
    })
    const graph = graphOf(front, payments)
    expect(graph.nodes.map(nodeLine)).toEqual([
      'front|AWS::ECS::Container|active|root|ok 1|500 ms',
      'front|client|unknown||no statistics|',
      'payments|AWS::EC2::Instance|active||ok 1|60 ms',
      't1|AWS::DynamoDB::Table|unknown||ok 1|50 ms',
    ])
    // The edge keeps the round trip as the caller saw it.
    expect(graph.edges.map(edgeLine)).toEqual([
      'front -> payments|ok 1|100 ms|pay.example:remote',
      'front -> t1|ok 1|50 ms|',
      'front:client -> front|ok 1|500 ms|',
    ])
  })
})

describe('the vectors of xray-behaviour 16.4', () => {
  test('16: a root of status 429 is throttled, and nothing else', () => {
    const graph = graphOf(segment('a1', 'front', { error: true, http: status(429) }))
    expect(graph.edges[0]?.statistics).toEqual({
      ok: 0,
      error: 0,
      throttle: 1,
      fault: 0,
      totalNanos: 500_000_000,
    })
    expect(graph.nodes[0]?.statistics).toEqual(graph.edges[0]?.statistics)
  })

  test('17: a call of DynamoDB is a table and one edge', () => {
    const aws = { operation: 'PutItem', table_name: 'orders' }
    const table = call('c1', 'DynamoDB', { namespace: 'aws', aws })
    const graph = graphOf(segment('a1', 'orders', { subsegments: [table] }))
    expect(graph.nodes.map(({ key }) => key.type)).toEqual([
      undefined,
      'AWS::DynamoDB::Table',
      'client',
    ])
    expect(edgesOf(graph)).toEqual([
      'orders -> orders:AWS::DynamoDB::Table',
      'orders:client -> orders',
    ])
    expect(graph.edges[0]?.statistics.ok).toBe(1)
  })

  test('25: a traced call of a silent callee is remote and passive', () => {
    const traced = { url: 'http://back', method: 'GET', traced: true }
    const back = call('c1', 'back', { namespace: 'remote', http: { request: traced } })
    const graph = graphOf(segment('a1', 'front', { subsegments: [back] }))
    expect(nodeLine(graph.nodes[0])).toBe('back|remote|passive||ok 1|10 ms')
  })
})

describe('graphOfTrace', () => {
  test('each request counts once: throttle, fault, error, ok', () => {
    const calls = [
      call('c1', 'back', { namespace: 'remote', throttle: true, error: true }),
      call('c2', 'back', { namespace: 'remote', fault: true, error: true }),
      call('c3', 'back', { namespace: 'remote', error: true }),
      call('c4', 'back', { namespace: 'remote', http: status(503) }),
      call('c5', 'back', { namespace: 'remote' }),
    ]
    const graph = graphOf(segment('a1', 'front', { subsegments: calls }))
    expect(graph.edges[0]?.statistics).toMatchObject({ throttle: 1, fault: 2, error: 1, ok: 1 })
  })

  test("Lambda's two segments are two nodes of one name", () => {
    const invoke = call('c1', 'Lambda', {
      namespace: 'aws',
      aws: { operation: 'Invoke', function_name: 'resize' },
    })
    const graph = graphOf(
      segment('a1', 'front', { subsegments: [invoke] }),
      segment('b1', 'resize', { origin: 'AWS::Lambda', parent_id: id('c1') }),
      segment('b2', 'resize', { origin: 'AWS::Lambda::Function', parent_id: id('b1') }),
    )
    expect(edgesOf(graph)).toEqual([
      'front -> resize:AWS::Lambda',
      'front:client -> front',
      'resize:AWS::Lambda -> resize:AWS::Lambda::Function',
    ])
    expect(graph.edges[0]?.aliases).toEqual([{ name: 'resize', type: 'AWS::Lambda' }])
    expect(graph.edges[2]?.aliases).toEqual([])
  })

  test('accounts tell nodes of one name apart; the own account is none', () => {
    const aws = { operation: 'GetItem', table_name: 't1' }
    const calls = [
      call('c1', 'DynamoDB', { namespace: 'aws', aws: { ...aws, account_id: '222222222222' } }),
      call('c2', 'DynamoDB', { namespace: 'aws', aws: { ...aws, account_id: '000000000000' } }),
    ]
    const graph = graphOf(segment('a1', 'front', { subsegments: calls }))
    expect(
      graph.nodes.filter(({ key }) => key.name === 't1').map(({ key }) => key.account),
    ).toEqual([undefined, '222222222222'])
  })

  test('orphans make nothing', () => {
    const orphan = { ...call('c9', 'back', { namespace: 'remote' }), ...orphaned('99') }
    expect(edgesOf(graphOf(segment('a1', 'front'), orphan))).toEqual(['front:client -> front'])
  })

  test('what is in progress is there and does not count', () => {
    const open = { in_progress: true, end_time: undefined }
    const back = call('c1', 'back', { namespace: 'remote', ...open })
    const other = call('c2', 'other', { namespace: 'remote', ...open })
    const graph = graphOf(
      segment('a1', 'front', { ...open, subsegments: [back, other] }),
      segment('b1', 'back', { parent_id: id('c1') }),
    )
    expect(graph.nodes.map(nodeLine)).toEqual([
      'back||active||ok 1|500 ms',
      'front||active|root|ok 0|',
      'front|client|unknown||no statistics|',
    ])
    expect(graph.edges.map(edgeLine)).toEqual([
      'front -> back|ok 0||back:remote',
      'front:client -> front|ok 0||',
    ])
  })

  test("a segment's envelope holds its own subsegments and not those of others", () => {
    const late = call('c1', 'back', { namespace: 'remote', start_time: 999.9, end_time: 1002 })
    const graph = graphOf(
      segment('a1', 'front', { subsegments: [late] }),
      segment('b1', 'back', { parent_id: id('c1'), start_time: 1000, end_time: 1009 }),
    )
    const front = graph.nodes.find(({ key }) => key.name === 'front')
    expect([...(front?.durations ?? [])]).toEqual([[2100, 1]])
    expect([...(front?.responseTimes ?? [])]).toEqual([[500, 1]])
  })

  test('own work makes no edge; a segment below it has an edge of its own times', () => {
    const work = call('c1', '## work', {})
    const graph = graphOf(
      segment('a1', 'front', { subsegments: [work] }),
      segment('b1', 'back', { parent_id: id('c1'), end_time: 1000.2 }),
    )
    expect(graph.edges.map(edgeLine)).toEqual([
      'front -> back|ok 1|200 ms|',
      'front:client -> front|ok 1|500 ms|',
    ])
  })

  test('a service that calls itself has an edge to itself', () => {
    const self = call('c1', 'front', { namespace: 'remote' })
    const graph = graphOf(
      segment('a1', 'front', { subsegments: [self] }),
      segment('b1', 'front', { parent_id: id('c1') }),
    )
    expect(edgesOf(graph)).toEqual(['front -> front', 'front:client -> front'])
    expect(graph.nodes[0]?.statistics?.ok).toBe(2)
  })

  test('without a root the earliest segment is the entry, and nobody is known to call it', () => {
    const graph = graphOf(
      segment('a1', 'late', { parent_id: id('98'), start_time: 1000.1 }),
      segment('a2', 'early', { parent_id: id('99') }),
    )
    expect(graph.nodes.map(nodeLine)).toEqual([
      'early||active|root|ok 1|500 ms',
      'late||active||ok 1|400 ms',
    ])
    expect(graph.edges).toEqual([])
  })

  test('a link to a parent is an edge of the time that the message waited', () => {
    const link = (type: string, of: string) => ({
      trace_id: '1-58406520-000000000000000000000001',
      id: id(of),
      attributes: { 'aws.xray.reserved.reference_type': type },
    })
    const links = [link('parent', 'd1'), link('parent', 'd2'), link('child', 'd1')]
    const queue = { name: 'http://queue', type: 'AWS::SQS::Queue', account: undefined }
    const known = { service: queue, sent: unixNanosFromSeconds(998) }
    const trace = traceOf(segment('a1', 'consumer', { links }))
    const graph = graphOfTrace(trace, (to) => (to.id === id('d1') ? known : undefined))
    expect(graph.edges.map(edgeLine)).toContain('http://queue:AWS::SQS::Queue -> consumer|ok 0||')
    expect(graph.edges.filter(({ type }) => type === 'link')).toMatchObject([
      { receivedEventAges: new Map([[2000, 1]]) },
    ])
    expect(graphOfTrace(trace).edges.map(({ type }) => type)).toEqual(['call'])
  })

  test('nodes carry the second in which the trace starts', () => {
    const graph = graphOf(segment('a1', 'front', { start_time: 1000.9, end_time: 1003 }))
    expect(graph.nodes[0]?.firstTrace).toBe(unixNanos(1_000_000_000_000n))
    expect(graph.nodes[0]?.lastTrace).toBe(unixNanos(1_000_000_000_000n))
  })
})

test('graphs merge in any order and grouping', () => {
  const services = fc.constantFrom('front', 'back', 'store')
  const trace = fc
    .record({
      name: services,
      callee: services,
      start: fc.integer({ min: 1, max: 9 }),
      milliseconds: fc.integer({ min: -5, max: 3000 }),
      fault: fc.boolean(),
      answered: fc.boolean(),
    })
    .map(({ name, callee, start, milliseconds, fault, answered }) => {
      const times = { start_time: start, end_time: start + milliseconds / 1000 }
      const back = call('c1', callee, { namespace: 'remote', fault, ...times })
      const root = segment('a1', name, { ...times, subsegments: [back] })
      const answer = segment('b1', callee, { parent_id: id('c1'), ...times })
      return graphOf(...(answered ? [root, answer] : [root]))
    })
  fc.assert(
    fc.property(fc.array(trace, { maxLength: 8 }), fc.nat(8), (graphs, cut) => {
      const whole = mergeGraphs(graphs)
      expect(mergeGraphs(graphs.toReversed())).toEqual(whole)
      const halves = [mergeGraphs(graphs.slice(0, cut)), mergeGraphs(graphs.slice(cut))]
      expect(mergeGraphs(halves)).toEqual(whole)
      expect(mergeGraphs([whole])).toEqual(whole)
    }),
    { numRuns: 200 },
  )
})

type Document = JsonObject & { readonly id: string }
type Members = Readonly<Record<string, unknown>>

function segment(short: string, name: string, members: Members = {}): Document {
  const times = { start_time: 1000, end_time: 1000.5 }
  return { trace_id: TRACE, id: id(short), name, ...times, ...members } as unknown as Document
}

function call(short: string, name: string, members: Members): Document {
  const times = { start_time: 1000.1, end_time: 1000.11 }
  return { id: id(short), name, ...times, ...members } as unknown as Document
}

function orphaned(parent: string): Members {
  return { type: 'subsegment', trace_id: TRACE, parent_id: id(parent) }
}

function status(code: number): JsonObject {
  return { response: { status: code } }
}

function id(short: string): string {
  return short.padStart(16, '0')
}

function graphOf(...documents: readonly Members[]): ServiceGraph {
  return graphOfTrace(traceOf(...documents))
}

function traceOf(...documents: readonly Members[]): Trace {
  const traceId = parseTraceId(TRACE)
  if (traceId === undefined) throw new Error('not an id')
  const received = documents.map((document, index) => {
    const parsed = parseSegmentDocument(JSON.stringify(document))
    if (!parsed.ok) throw new Error(parsed.problem.message)
    const context = { account: '000000000000', region: 'us-east-1' }
    return { document: parsed.value.document, received: unixNanos(BigInt(index + 1)), ...context }
  })
  return assembleTrace(traceId, received)
}

function nodeLine(node: ServiceGraph['nodes'][number] | undefined): string {
  if (node === undefined) return ''
  const { key, state, root, statistics, responseTimes } = node
  const numbers = statistics === undefined ? 'no statistics' : `ok ${statistics.ok}`
  const times = [...responseTimes].map(([milliseconds]) => `${milliseconds} ms`).join()
  return [key.name, key.type ?? '', state, root ? 'root' : '', numbers, times].join('|')
}

function edgeLine(edge: ServiceEdge): string {
  const { statistics, responseTimes, aliases } = edge
  const times = [...responseTimes].map(([milliseconds]) => `${milliseconds} ms`).join()
  const names = aliases.map(({ name, type }) => `${name}:${type}`).join()
  const [from, to] = [shortKey(edge.from), shortKey(edge.to)]
  return `${from} -> ${to}|ok ${statistics.ok}|${times}|${names}`
}

/** `front -> back:remote`, for the types that the tests tell apart. */
function edgesOf(graph: ServiceGraph): readonly string[] {
  return graph.edges.map(({ from, to }) => `${typedKey(from)} -> ${typedKey(to)}`)
}

function typedKey({ name, type }: ServiceKey): string {
  return type === undefined ? name : `${name}:${type}`
}

const PLAIN_TYPES = ['AWS::ECS::Container', 'AWS::EC2::Instance', 'AWS::DynamoDB::Table', 'remote']

function shortKey(key: ServiceKey): string {
  return PLAIN_TYPES.includes(key.type ?? '') ? key.name : typedKey(key)
}
