import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  BatchGetTracesCommand,
  CreateGroupCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newEntityId, newTraceId } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { CREDENTIALS } from './client-environment.ts'

const run = promisify(execFile)
const GO = join(import.meta.dirname, 'go')
const START = Date.now() / 1000 - 30
const SHOP = { name: 'shop', origin: 'AWS::EC2::Instance', start_time: START, end_time: START + 1 }

type Statistics = {
  readonly TotalCount: number
  readonly TotalResponseTime: number
  readonly OkCount: number
  readonly ErrorStatistics: { readonly TotalCount: number; readonly ThrottleCount: number }
  readonly FaultStatistics: { readonly TotalCount: number }
}
type Edge = {
  readonly ReferenceId: number
  readonly StartTime: string | null
  readonly SummaryStatistics: Statistics | null
  readonly ResponseTimeHistogram: readonly { readonly Count: number }[]
}
type Service = Omit<Edge, 'StartTime'> & {
  readonly Name: string
  readonly Type: string
  readonly Edges: readonly Edge[]
}
type Segment = { readonly Id: string; readonly Document: string }

let directory: string
let server: RunningServer
let ids: readonly string[]
/** What the data source would show, by type of query: see `go/grafana/main.go`. */
let shown: {
  readonly groups: readonly Record<string, unknown>[]
  readonly trace: {
    readonly trace: { readonly Id: string; readonly Segments: readonly Segment[] }
    readonly graph: readonly Service[]
  }
  readonly summaries: readonly Record<string, unknown>[]
  readonly analytics: Record<string, Record<string, number>>
  readonly series: Record<string, unknown>
  readonly selected: Record<string, unknown>
  readonly serviceMap: readonly Service[]
  readonly accounts: readonly string[]
  readonly insights: readonly unknown[]
}

/** One request that went well, one with a fault, one with an error, and one without HTTP. */
function documents() {
  const call = newEntityId()
  const well = newTraceId()
  const load = {
    id: newEntityId(),
    name: 'load',
    start_time: START,
    end_time: START + 0.8,
    subsegments: [
      {
        id: call,
        name: 'stock',
        namespace: 'remote',
        start_time: START,
        end_time: START + 0.75,
        http: { request: { url: 'https://stock.test/', method: 'GET' }, response: { status: 200 } },
      },
    ],
  }
  const request = { url: 'https://shop.test/orders', method: 'POST', client_ip: '203.0.113.9' }
  const http = (status: number) => ({ request, response: { status } })
  const exceptions = (more: object) => ({ exceptions: [{ id: newEntityId(), ...more }] })
  return [
    {
      ...SHOP,
      id: newEntityId(),
      trace_id: well,
      http: http(200),
      user: 'u-81',
      annotations: { tier: 'gold', items: 3 },
      subsegments: [load],
    },
    {
      name: 'stock',
      origin: 'AWS::ECS::Container',
      id: newEntityId(),
      trace_id: well,
      parent_id: call,
      start_time: START + 0.01,
      end_time: START + 0.71,
    },
    {
      ...SHOP,
      id: newEntityId(),
      trace_id: newTraceId(),
      http: http(500),
      fault: true,
      cause: exceptions({ type: 'Timeout', message: 'stock did not answer' }),
    },
    {
      ...SHOP,
      id: newEntityId(),
      trace_id: newTraceId(),
      http: http(404),
      error: true,
      cause: exceptions({ message: 'no such order' }),
    },
    {
      name: 'nightly',
      id: newEntityId(),
      trace_id: newTraceId(),
      start_time: START,
      end_time: START + 2,
      fault: true,
      cause: exceptions({ type: 'Crash', message: 'out of paper' }),
    },
  ]
}

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  const client = new XRayClient({
    endpoint: server.endpoint,
    region: 'eu-central-1',
    credentials: CREDENTIALS,
  })
  const sent = documents()
  ids = [...new Set(sent.map(({ trace_id }) => trace_id))]
  const TraceSegmentDocuments = sent.map((document) => JSON.stringify(document))
  await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }))
  await client.send(new CreateGroupCommand({ GroupName: 'faults', FilterExpression: 'fault' }))
  await vi.waitFor(
    async () => {
      const { Traces } = await client.send(new BatchGetTracesCommand({ TraceIds: [...ids] }))
      expect(Traces).toHaveLength(ids.length)
    },
    { timeout: 5000 },
  )
  client.destroy()
  const w3c = String(ids[0]).slice(2).replace('-', '')
  const argv = ['run', './grafana', server.endpoint, w3c, 'service("shop")']
  const { stdout } = await run('go', argv, { cwd: GO })
  shown = JSON.parse(stdout)
}, 240_000)

afterAll(async () => {
  await server.stop()
  await removeDirectory(directory)
})

test('groups, for the list and the prefix of filters', () => {
  const off = { InsightsEnabled: false, NotificationsEnabled: false }
  expect(shown.groups).toMatchObject([
    { GroupName: 'Default', FilterExpression: null, InsightsConfiguration: off },
    { GroupName: 'faults', FilterExpression: 'fault', InsightsConfiguration: off },
  ])
})

test('a trace: its segments, parsed', () => {
  expect(shown.trace.trace.Id).toBe(ids[0])
  const segments = shown.trace.trace.Segments.map(({ Document }) => JSON.parse(Document))
  expect(segments.map(({ name, trace_id }) => [name, trace_id])).toEqual([
    ['shop', ids[0]],
    ['stock', ids[0]],
  ])
})

/**
 * src/utils/transform.ts: a node has statistics, else its first edge has; every edge has; and a
 * histogram is summed up wherever a node or edge is drawn. As [name, type, requests].
 */
function drawn(services: readonly Service[]) {
  const nodes = services.map((service) => {
    const source = service.SummaryStatistics ? service : service.Edges[0]
    const requests = source?.ResponseTimeHistogram.reduce((sum, { Count }) => sum + Count, 0)
    expect(source?.SummaryStatistics?.TotalCount).toBe(requests)
    expect(source?.SummaryStatistics?.TotalResponseTime).toBeGreaterThan(0)
    return [service.Name, service.Type, requests]
  })
  const edges = services.flatMap(({ Name, Edges }) =>
    Edges.map(
      ({ ReferenceId, SummaryStatistics: statistics, ResponseTimeHistogram: histogram }) => {
        expect(statistics?.ErrorStatistics.ThrottleCount).toBe(0)
        expect(histogram.reduce((sum, { Count }) => sum + Count, 0)).toBe(statistics?.TotalCount)
        const target = services.find((service) => service.ReferenceId === ReferenceId)
        return [`${Name} → ${target?.Name}`, statistics?.TotalCount]
      },
    ),
  )
  return { nodes: nodes.sort(), edges: edges.sort() }
}

describe('graphs', () => {
  test('of the trace', () => {
    expect(drawn(shown.trace.graph)).toEqual({
      nodes: [
        ['shop', 'AWS::EC2::Instance', 1],
        ['shop', 'client', 1],
        ['stock', 'AWS::ECS::Container', 1],
      ],
      edges: [
        ['shop → shop', 1],
        ['shop → stock', 1],
      ],
    })
  })

  test('of all services', () => {
    const { nodes, edges } = drawn(shown.serviceMap)
    expect(nodes).toContainEqual(['shop', 'AWS::EC2::Instance', 3])
    expect(nodes).toContainEqual(['stock', 'AWS::ECS::Container', 1])
    expect(edges).toEqual([
      ['nightly → nightly', 1],
      ['shop → shop', 3],
      ['shop → stock', 1],
    ])
    expect(shown.accounts).toEqual([])
  })
})

test('the list of traces', () => {
  const shop = { start: Math.floor(START), method: 'POST', url: 'https://shop.test/orders' }
  const request = { ...shop, clientIp: '203.0.113.9', duration: 1 }
  expect(shown.summaries).toHaveLength(4)
  expect(shown.summaries).toEqual(
    expect.arrayContaining([
      { ...request, id: ids[0], status: 200, annotations: 2 },
      { ...request, id: ids[1], status: 500, annotations: 0 },
      { ...request, id: ids[2], status: 404, annotations: 0 },
      {
        ...{ id: ids[3], start: Math.floor(START), duration: 2, annotations: 0 },
        ...{ method: null, status: null, url: null, clientIp: null },
      },
    ]),
  )
})

test('analytics: traces by what slowed or broke them, and by their requests', () => {
  expect(shown.analytics).toEqual({
    responseTime: {
      'shop (AWS::EC2::Instance) -> load -> stock => stock (AWS::ECS::Container)': 1,
    },
    fault: {
      'shop (AWS::EC2::Instance) -> Timeout: stock did not answer': 1,
      'nightly (unknown) -> Crash: out of paper': 1,
    },
    error: { 'shop (AWS::EC2::Instance) -> : no such order': 1 },
    url: { 'https://shop.test/orders': 3, '': 1 },
    status: { 200: 1, 404: 1, 500: 1, 0: 1 },
    user: { 'u-81': 1 },
  })
})

test('time series of all requests, and of one service', () => {
  const sums = { throttles: 0, errors: 1, ok: 1, hasBuckets: true }
  expect(shown.series).toEqual({ ...sums, faults: 2, total: 4 })
  expect(shown.selected).toEqual({ ...sums, faults: 1, total: 3 })
})

test('insights of every group: none here', () => {
  expect(shown.insights).toEqual([])
})
