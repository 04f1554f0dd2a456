import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { otlpAttributes, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { permutations } from './support/permutations.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

/** What one request brings of a trace: a document of X-Ray, or a request of OpenTelemetry. */
type Part =
  | { readonly documents: readonly Json[]; readonly spans?: never }
  | { readonly spans: Json; readonly documents?: never }

async function send({ documents, spans }: Part): Promise<void> {
  if (documents !== undefined) return await server.accept(...documents)
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify(spans)
  const response = await fetch(`${server.otlpEndpoint}/v1/traces`, {
    method: 'POST',
    body,
    headers,
  })
  expect([response.status, await response.text()]).toEqual([200, '{}'])
}

/** `f1` is `00000000000000f1`. */
const id = (text: string) => text.padStart(16, '0')

const span = (
  trace: WireTrace,
  kind: 'server' | 'client' | 'consumer' | 'producer',
  times: readonly [number, number],
  [own, parent]: readonly [string, string?],
  attributes: Parameters<typeof otlpAttributes>[0],
  more: Json = {},
) =>
  otlpSpan(trace, kind, times, {
    spanId: id(own),
    ...(parent === undefined ? {} : { parentSpanId: id(parent) }),
    attributes: otlpAttributes(attributes),
    ...more,
  })

/** A storefront with the X-Ray SDK calls a service of OpenTelemetry, which calls one of X-Ray that fails. */
function xrayAround(trace: WireTrace): readonly Part[] {
  const failing = { fault: true, http: { response: { status: 500 } } }
  const call = trace.subsegment('orders', [0.1, 0.9], {
    ...failing,
    id: id('f2'),
    namespace: 'remote',
  })
  const front = trace.segment('front', [0, 1], {
    id: id('f1'),
    fault: true,
    http: {
      request: { method: 'POST', url: 'https://shop.test/orders' },
      response: { status: 500 },
    },
    subsegments: [call],
  })
  const orders = span(
    trace,
    'server',
    [0.2, 0.8],
    ['a1', 'f2'],
    { 'http.request.method': 'POST', 'url.path': '/place', 'http.response.status_code': 500 },
    { status: { code: 2 } },
  )
  const onward = span(
    trace,
    'client',
    [0.3, 0.7],
    ['a2', 'a1'],
    {
      'http.request.method': 'GET',
      'url.full': 'http://stock.test/items',
      'server.address': 'stock.test',
      'http.response.status_code': 500,
    },
    { status: { code: 2 } },
  )
  const stock = trace.segment('stock', [0.4, 0.6], {
    ...failing,
    id: id('c1'),
    parent_id: id('a2'),
    cause: {
      working_directory: '/srv',
      exceptions: [{ id: id('e1'), type: 'StockError', message: 'no such shelf' }],
    },
  })
  return [
    { documents: [front] },
    { spans: otlpRequest('orders', onward, orders) },
    { documents: [stock] },
  ]
}

const XRAY_AROUND = {
  tree: [
    ['front', id('f1'), undefined, 0, 1, 'fault', [['orders', id('f2'), 0.1, 0.9, 'fault', []]]],
    [
      'orders',
      id('a1'),
      id('f2'),
      0.2,
      0.8,
      'fault',
      [['stock.test', id('a2'), 0.3, 0.7, 'fault', []]],
    ],
    ['stock', id('c1'), id('a2'), 0.4, 0.6, 'fault', []],
  ],
  summary: {
    Duration: 1,
    ResponseTime: 1,
    HasFault: true,
    HasError: false,
    HasThrottle: false,
    IsPartial: false,
    Revision: 3,
    Http: {
      HttpURL: 'https://shop.test/orders',
      HttpMethod: 'POST',
      HttpStatus: 500,
      UserAgent: null,
      ClientIp: null,
    },
    EntryPoint: { Name: 'front' },
  },
  services: ['front', 'front client', 'orders', 'stock'],
  faults: [
    [
      ['front', ['front', false], ['orders', true]],
      ['orders', ['orders', false], ['stock.test', true]],
      ['stock', ['stock', false, 'StockError: no such shelf']],
    ],
  ],
  // Longer than half of the second that the trace takes are the call and what it reaches.
  slowest: [
    [
      ['front', ['front', 1, false], ['orders', 0.8, true]],
      ['orders', ['orders', 0.6, false]],
    ],
  ],
  edges: [
    ['front client', 'front', 1, 1],
    ['front', 'orders', 1, 0.8, 'orders remote'],
    ['orders', 'stock', 1, 0.4, 'stock.test remote'],
  ],
}

/** A gateway of OpenTelemetry calls a service of X-Ray, which calls a database through one of OpenTelemetry. */
function openTelemetryAround(trace: WireTrace): readonly Part[] {
  const gateway = span(trace, 'server', [0, 1], ['b1'], {
    'http.request.method': 'GET',
    'url.scheme': 'https',
    'server.address': 'api.test',
    'url.path': '/bills',
    'http.response.status_code': 200,
  })
  const call = span(trace, 'client', [0.1, 0.9], ['b2', 'b1'], {
    'http.request.method': 'GET',
    'url.full': 'http://billing.test/',
    'server.address': 'billing.test',
    'http.response.status_code': 200,
  })
  const billing = trace.segment('billing', [0.2, 0.8], { id: id('b3'), parent_id: id('b2') })
  const onward = {
    ...trace.segment('ledger', [0.3, 0.7], { id: id('b4'), parent_id: id('b3') }),
    type: 'subsegment',
    namespace: 'remote',
  }
  const ledger = span(trace, 'server', [0.4, 0.6], ['b5', 'b4'], {})
  const query = span(trace, 'client', [0.45, 0.55], ['b6', 'b5'], {
    'db.system.name': 'postgresql',
    'db.namespace': 'book',
    'db.query.text': 'SELECT 1',
    'server.address': 'db.test',
  })
  return [
    { spans: otlpRequest('gateway', call, gateway) },
    { documents: [onward, billing] },
    { spans: otlpRequest('ledger', query, ledger) },
  ]
}

const OPEN_TELEMETRY_AROUND = {
  tree: [
    ['gateway', id('b1'), undefined, 0, 1, '', [['billing.test', id('b2'), 0.1, 0.9, '', []]]],
    ['billing', id('b3'), id('b2'), 0.2, 0.8, '', [['ledger', id('b4'), 0.3, 0.7, '', []]]],
    ['ledger', id('b5'), id('b4'), 0.4, 0.6, '', [['book@db.test', id('b6'), 0.45, 0.55, '', []]]],
    ['book@db.test', 'inferred', id('b6'), 0.45, 0.55, '', []],
  ],
  summary: {
    Duration: 1,
    ResponseTime: 1,
    HasFault: false,
    HasError: false,
    HasThrottle: false,
    IsPartial: false,
    Revision: 3,
    Http: { HttpURL: 'https://api.test/bills', HttpMethod: 'GET', HttpStatus: 200 },
    EntryPoint: { Name: 'gateway' },
  },
  services: ['billing', 'book@db.test Database::SQL', 'gateway', 'gateway client', 'ledger'],
  faults: [],
  slowest: [
    [
      ['gateway', ['gateway', 1, false], ['billing.test', 0.8, true]],
      ['billing', ['billing', 0.6, false]],
    ],
  ],
  edges: [
    ['billing', 'ledger', 1, 0.4, 'ledger remote'],
    ['gateway client', 'gateway', 1, 1],
    ['gateway', 'billing', 1, 0.8, 'billing.test remote'],
    ['ledger', 'book@db.test Database::SQL', 1, 0.1],
  ],
}

type Entity = Json & { readonly name: string; readonly id: string; readonly subsegments?: Entity[] }

const rounded = (value: number) => Math.round(value * 1e6) / 1e6

function outcomeOf(entity: Entity): string {
  return ['fault', 'error', 'throttle'].filter((flag) => entity[flag] === true).join(' ')
}

/** Name, id, parent, start, end, outcome and children of segments; ids of inferred ones are made here. */
function treeOf(documents: readonly Json[], base: number): unknown[] {
  const times = (entity: Entity) => [
    rounded(Number(entity['start_time']) - base),
    rounded(Number(entity['end_time']) - base),
  ]
  const below = (entity: Entity): unknown[] =>
    (entity.subsegments ?? []).map((child) => [
      child.name,
      child.id,
      ...times(child),
      outcomeOf(child),
      below(child),
    ])
  return (documents as Entity[]).map((entity) => [
    entity.name,
    entity['inferred'] === true ? 'inferred' : entity.id,
    entity['parent_id'],
    ...times(entity),
    outcomeOf(entity),
    below(entity),
  ])
}

type Service = Json & { readonly Name: string; readonly Type: string | null }
type Cause = { readonly Services: readonly (Service & { readonly EntityPath: readonly Json[] })[] }

const nodeName = ({ Name, Type }: Service) => [Name, ...(Type === null ? [] : [Type])].join(' ')

function faultsOf(summary: Json) {
  return (summary['FaultRootCauses'] as Cause[]).map(({ Services }) =>
    Services.map(({ Name, EntityPath }) => [
      Name,
      ...EntityPath.map(({ Name: name, Remote, Exceptions }) => [
        name,
        Remote,
        ...(Exceptions as Json[]).map(({ Name: type, Message }) => `${type}: ${Message}`),
      ]),
    ]),
  )
}

function slowestOf(summary: Json) {
  return (summary['ResponseTimeRootCauses'] as Cause[]).map(({ Services }) =>
    Services.map(({ Name, EntityPath }) => [
      Name,
      ...EntityPath.map(({ Name: name, Coverage, Remote }) => [name, Coverage, Remote]),
    ]),
  )
}

/** From, to, requests, seconds, and what the caller calls the callee. */
function edgesOf(services: readonly Json[]): unknown[] {
  const nodes = services as Service[]
  const names = new Map(nodes.map((node) => [node['ReferenceId'], nodeName(node)]))
  return nodes.flatMap((node) =>
    (node['Edges'] as Json[]).map((edge) => {
      const { TotalCount, TotalResponseTime } = edge['SummaryStatistics'] as Json
      const aliases = (edge['Aliases'] as Service[]).map(nodeName)
      const ends = [nodeName(node), names.get(edge['ReferenceId'])]
      return [...ends, TotalCount, TotalResponseTime, ...aliases]
    }),
  )
}

const sorted = (values: readonly unknown[]) =>
  values.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))

async function serviceGraph(trace: WireTrace): Promise<readonly Json[]> {
  const { status, body } = await server.call('/ServiceGraph', trace.range)
  expect(status).toBe(200)
  return body['Services'] as Json[]
}

describe.each([
  ['X-Ray, OpenTelemetry, X-Ray', xrayAround, XRAY_AROUND],
  ['OpenTelemetry, X-Ray, OpenTelemetry', openTelemetryAround, OPEN_TELEMETRY_AROUND],
])('%s: the same trace in every order of arrival', (_what, partsOf, expected) => {
  const traces: WireTrace[] = []

  beforeAll(async () => {
    const orders = [...permutations([0, 1, 2])]
    expect(orders).toHaveLength(6)
    const sendInOrder = async (order: readonly number[]) => {
      const trace = server.trace()
      traces.push(trace)
      const parts = partsOf(trace)
      for (const index of order) await send(parts[index] as Part)
    }
    await Promise.all(orders.map(sendInOrder))
  })

  test('its tree', async () => {
    for (const trace of traces) {
      const isExpected = (all: readonly Json[]) =>
        JSON.stringify(treeOf(all, trace.base)) === JSON.stringify(expected.tree)
      expect(treeOf(await trace.documents(isExpected), trace.base)).toEqual(expected.tree)
    }
  })

  test('its summary and root causes', async () => {
    for (const trace of traces) {
      const summary = await trace.summary()
      expect(summary).toMatchObject(expected.summary)
      const services = (summary['ServiceIds'] as Service[]).map(nodeName)
      expect(services.toSorted()).toEqual(expected.services)
      expect(faultsOf(summary)).toEqual(expected.faults)
      expect(summary['ErrorRootCauses']).toEqual([])
      expect(slowestOf(summary)).toEqual(expected.slowest)
    }
  })

  test('its graph, and the graph of its time', async () => {
    for (const trace of traces) {
      expect(sorted(edgesOf(await trace.graph()))).toEqual(sorted(expected.edges))
      expect(sorted(edgesOf(await serviceGraph(trace)))).toEqual(sorted(expected.edges))
    }
  })
})

test('graphs and summaries asked for in between are made again with what comes later', async () => {
  const trace = server.trace()
  for (const [index, part] of xrayAround(trace).toReversed().entries()) {
    await send(part)
    await trace.documents((all) => all.length === index + 1)
    await Promise.all([serviceGraph(trace), server.call('/TraceSummaries', trace.range)])
  }
  const expected = sorted(XRAY_AROUND.edges)
  const edges = async () => sorted(edgesOf(await serviceGraph(trace)))
  const isWhole = (found: readonly unknown[]) => JSON.stringify(found) === JSON.stringify(expected)
  expect(await until(edges, isWhole)).toEqual(expected)
  expect(faultsOf(await trace.summary())).toEqual(XRAY_AROUND.faults)
})

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/000000000000/mails'

/** A shop sends a message to a queue, in either way. */
const SENDERS = {
  'X-Ray': (trace: WireTrace): Part => ({
    documents: [
      trace.segment('shop', [0, 1], {
        id: id('d1'),
        subsegments: [
          trace.subsegment('SQS', [0.1, 0.2], {
            id: id('d2'),
            namespace: 'aws',
            aws: { operation: 'SendMessage', queue_url: QUEUE },
          }),
        ],
      }),
    ],
  }),
  OpenTelemetry: (trace: WireTrace): Part => {
    const shop = span(trace, 'server', [0, 1], ['d1'], {})
    const call = span(trace, 'producer', [0.1, 0.2], ['d2', 'd1'], {
      'rpc.system': 'aws-api',
      'rpc.service': 'SQS',
      'rpc.method': 'SendMessage',
      'aws.queue_url': QUEUE,
    })
    return { spans: otlpRequest('shop', shop, call) }
  },
}

/** A mailer receives it, in a trace of its own. */
const RECEIVERS = {
  'X-Ray': (trace: WireTrace, sender: WireTrace): Part => ({
    documents: [
      trace.segment('mailer', [3, 4], {
        id: id('d3'),
        links: [
          {
            trace_id: sender.traceId,
            id: id('d2'),
            attributes: { 'aws.xray.reserved.reference_type': 'parent' },
          },
        ],
      }),
    ],
  }),
  OpenTelemetry: (trace: WireTrace, sender: WireTrace): Part => {
    const links = [{ traceId: sender.traceId.replaceAll('-', '').slice(1), spanId: id('d2') }]
    return { spans: otlpRequest('mailer', span(trace, 'consumer', [3, 4], ['d3'], {}, { links })) }
  },
}

describe.each([
  ['X-Ray', 'OpenTelemetry'],
  ['OpenTelemetry', 'X-Ray'],
  ['OpenTelemetry', 'OpenTelemetry'],
] as const)('a message from %s to %s links two traces', (sends, receives) => {
  test.each([
    ['the sender first', [0, 1]],
    ['the receiver first', [1, 0]],
  ])('%s', async (_what, order) => {
    // Windows go back in time.
    const [receiver, sender] = [server.trace(), server.trace()]
    const parts = [SENDERS[sends](sender), RECEIVERS[receives](receiver, sender)]
    for (const index of order) await send(parts[index] as Part)
    const [mailer] = await receiver.documents()
    expect(mailer).toMatchObject({
      name: 'mailer',
      links: [{ trace_id: sender.traceId, id: id('d2') }],
    })
    await sender.documents((all) => all.length === 2)
    const linked = (services: readonly Json[]) => {
      const nodes = services as Service[]
      const names = new Map(nodes.map((node) => [node['ReferenceId'], nodeName(node)]))
      return nodes.flatMap((node) =>
        (node['Edges'] as Json[]).flatMap(({ EdgeType, ReferenceId, ReceivedEventAgeHistogram }) =>
          EdgeType === 'link'
            ? [[nodeName(node), names.get(ReferenceId), ReceivedEventAgeHistogram]]
            : [],
        ),
      )
    }
    // From the queue, 2.9 seconds after the message was sent, whatever lies between the two traces.
    const age = rounded(2.9 + (receiver.base - sender.base))
    const edges = await until(
      async () => linked(await receiver.graph()),
      (all) => all.length > 0,
    )
    expect(edges).toEqual([[`${QUEUE} AWS::SQS::Queue`, 'mailer', [{ Value: age, Count: 1 }]]])
  })
})
