import { expect, test } from 'vitest'
import type { MapEdge, MapNode } from '../answer/service-graph.ts'
import { findNodes, focusOn, problemsFirst } from './select-graph.ts'
import type { Selection } from './selection.ts'
import { stepAlong } from './step-along.ts'
import { entitySelector, tracesAddress } from './trace-filter.ts'

function node(id: string, fault = 0, type = 'AWS::EC2::Instance'): MapNode {
  return {
    id,
    key: { name: id, type, account: undefined },
    root: false,
    reports: true,
    statistics: { ok: 100, error: 0, throttle: 0, fault, totalNanos: 0 },
    responseTimes: [],
    bundle: undefined,
  }
}

function edge(from: string, to: string, ok = 1, type: MapEdge['type'] = 'call'): MapEdge {
  const statistics = { ok, error: 0, throttle: 0, fault: 0, totalNanos: 0 }
  const histograms = { responseTimes: [], receivedEventAges: [] }
  return { id: `${from}>${to}`, from, to, type, statistics, ...histograms, aliases: [], parts: [] }
}

const CHAIN = {
  nodes: ['a', 'b', 'c', 'd', 'e'].map((id) => node(id)),
  edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'd'), edge('d', 'e')],
}

test('a focus reaches as many calls as it says, both ways', () => {
  const { nodes, edges, hidden } = focusOn(CHAIN, 'c', 1)
  expect(nodes.map(({ id }) => id)).toEqual(['b', 'c', 'd'])
  expect(edges.map(({ id }) => id)).toEqual(['b>c', 'c>d'])
  expect(hidden).toBe(2)
  expect(focusOn(CHAIN, 'c', 2).hidden).toBe(0)
})

test.each([
  ['up', ['a', 'b', 'c']],
  ['down', ['c', 'd', 'e']],
] as const)('a focus looks %s alone', (direction, ids) => {
  expect(focusOn(CHAIN, 'c', 5, direction).nodes.map(({ id }) => id)).toEqual(ids)
})

test('a large map shows first what is unhealthy, with its neighbours', () => {
  const others = Array.from({ length: 60 }, (_, index) => node(`n${index}`))
  const ill = { ...CHAIN.nodes[2], ...node('c', 2) }
  const nodes = [...CHAIN.nodes.map((each) => (each.id === 'c' ? ill : each)), ...others]
  const shown = problemsFirst({ nodes, edges: CHAIN.edges }, undefined)
  expect(shown.nodes.map(({ id }) => id)).toEqual(['b', 'c', 'd'])
  expect(shown.hidden).toBe(62)
})

test('a small map, and a large one without problems, is shown whole', () => {
  expect(problemsFirst(CHAIN, undefined).hidden).toBe(0)
  const nodes = Array.from({ length: 70 }, (_, index) => node(`n${index}`))
  expect(problemsFirst({ nodes, edges: [] }, undefined).hidden).toBe(0)
})

test('services are found by name and type, whatever the case', () => {
  const nodes = [node('Orders'), node('table', 0, 'AWS::DynamoDB::Table')]
  expect(findNodes(nodes, 'ORD')).toEqual(['Orders'])
  expect(findNodes(nodes, 'dynamo')).toEqual(['table'])
  expect(findNodes(nodes, ' ')).toEqual([])
})

test('arrows follow the busiest call, and the column', () => {
  const edges = [edge('a', 'b', 5), edge('a', 'c', 9), edge('c', 'c', 99)]
  const places = new Map([
    ['a', { x: 0, y: 50 }],
    ['b', { x: 240, y: 0 }],
    ['c', { x: 240, y: 128 }],
  ])
  const step = (start: string | undefined, direction: Parameters<typeof stepAlong>[3]) =>
    stepAlong(edges, { places, flow: 'right' }, start, direction)
  expect(step(undefined, 'right')).toBe('a')
  expect(step('a', 'right')).toBe('c')
  expect(step('c', 'left')).toBe('a')
  expect(step('c', 'up')).toBe('b')
  expect(step('b', 'down')).toBe('c')
  expect(step('b', 'up')).toBe('b')
})

const STATE = {
  page: 'map',
  time: { kind: 'last', seconds: 900 },
  group: undefined,
  live: true,
  view: 'map',
  selected: 'a',
  depth: 0,
  response: { from: 0.1, to: 0.25 },
  all: false,
  direction: 'both',
  compared: undefined,
  metric: 'health',
  flow: 'right',
  collapse: undefined,
  expanded: [],
  paths: undefined,
} as const

test('a selection leads to its traces in the same time, by a filter of the reference', () => {
  const [a, b] = [node('a"b'), node('b')]
  const address = new URL(
    tracesAddress({ kind: 'node', node: a }, STATE, 'fault') ?? '',
    'http://console.test',
  )
  expect(address.searchParams.get('range')).toBe('15m')
  expect(address.searchParams.get('filter')).toBe(
    'service(id(name: "a\\"b", type: "AWS::EC2::Instance")) { fault AND responsetime >= 0.1 AND responsetime <= 0.25 }',
  )
  const client = node('web', 0, 'client')
  expect(entitySelector({ kind: 'node', node: client })).toBe(
    'edge(id(name: "web", type: "client"), "web")',
  )
  const call = { kind: 'edge', edge: edge('a', 'b'), from: a, to: b } as const
  const inGroup = { ...STATE, group: 'slow', response: undefined }
  const ofCall = new URL(tracesAddress(call, inGroup, undefined) ?? '', 'http://console.test')
  expect(ofCall.searchParams.get('filter')).toBe(
    'group.name = "slow" AND edge(id(name: "a\\"b", type: "AWS::EC2::Instance"), id(name: "b", type: "AWS::EC2::Instance"))',
  )
})

test('a bundle leads to the traces of any of its members', () => {
  const [a, b, c] = [node('a'), node('b'), node('c')]
  const ofCycle: MapNode = {
    ...node('+cycle~a'),
    bundle: { rule: 'cycle', members: [a, b], innerRequests: 2 },
  }
  const state = { ...STATE, response: undefined }
  const filterOf = (selection: Selection) =>
    new URL(tracesAddress(selection, state, 'fault') ?? '', 'http://console.test').searchParams.get(
      'filter',
    )
  const id = (name: string) => `id(name: "${name}", type: "AWS::EC2::Instance")`
  expect(filterOf({ kind: 'node', node: ofCycle })).toBe(
    `service(${id('a')}) { fault } OR service(${id('b')}) { fault }`,
  )
  const call = { ...edge('+cycle~a', 'c'), parts: [edge('a', 'c'), edge('b', 'c')] }
  expect(filterOf({ kind: 'edge', edge: call, from: ofCycle, to: c })).toBe(
    `edge(${id('a')}, ${id('c')}) { fault } OR edge(${id('b')}, ${id('c')}) { fault }`,
  )
  const ofType: MapNode = {
    ...ofCycle,
    bundle: { rule: 'type', members: [a, b], innerRequests: 0 },
  }
  expect(filterOf({ kind: 'node', node: ofType })).toBe(
    'service(id(type: "AWS::EC2::Instance")) { fault }',
  )
  expect(entitySelector({ kind: 'node', node: ofType })).toBe(
    'service(id(type: "AWS::EC2::Instance"))',
  )
  expect(entitySelector({ kind: 'node', node: ofCycle })).toBe(undefined)
})

test('a bundle of more services than a filter has words for leads nowhere', () => {
  const members = Array.from({ length: 200 }, (_, index) => node(`service-${index}`))
  const bundle = { rule: 'cycle', members, innerRequests: 0 } as const
  const selection: Selection = { kind: 'node', node: { ...node('+cycle~a'), bundle } }
  expect(tracesAddress(selection, STATE, undefined)).toBe(undefined)
})
