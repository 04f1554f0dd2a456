import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, WireServer, WireTrace } from '../support/wire-server.ts'

/** Built, as it is shipped. */
const FLEET = new URL('../../packages/demo/dist/fleet.js', import.meta.url).href

let server: WireServer
let fleet: InstanceType<typeof import('../../packages/demo/src/fleet.ts').Fleet>
let shop: string
const failures: unknown[] = []

beforeAll(async () => {
  server = await WireServer.start()
  const { Fleet } = (await import(FLEET)) as typeof import('../../packages/demo/src/fleet.ts')
  fleet = new Fleet({
    endpoint: { http: new URL(server.endpoint).host, udp: `127.0.0.1:${server.udpPort}` },
    centralSampling: false,
    environment: process.env,
    onLine: (line) => failures.push(line),
    onFailure: (reason) => failures.push(reason),
  })
  shop = `http://127.0.0.1:${await fleet.start()}`
})

afterAll(async () => {
  await fleet.stop()
  await server.stop()
  expect(failures).toEqual([])
})

type Entity = Json & { readonly id: string; readonly subsegments?: readonly Entity[] }

/** What calls what: X-Ray, OpenTelemetry, X-Ray. */
const SERVICES = ['storefront', 'recommendations', 'inventory']

/** One request of the shop, in a trace of its own, once all its services have told theirs. */
async function browse(customer: string) {
  const trace = new WireTrace(server, Math.floor(Date.now() / 1000))
  const headers = { 'x-customer': customer, 'X-Amzn-Trace-Id': `Root=${trace.traceId};Sampled=1` }
  const { status } = await fetch(`${shop}/`, { headers })
  const documents = await trace.documents((all) => segmentsIn(all).length === SERVICES.length)
  const segments = segmentsIn(documents)
  expect(segments.map(({ name }) => name)).toEqual(SERVICES)
  return { trace, status, segments }
}

function segmentsIn(documents: readonly Json[]): readonly Entity[] {
  return (documents as Entity[]).filter(({ inferred }) => inferred !== true)
}

/** The calls and the work of a segment, however deep. */
function below(entity: Entity | undefined): readonly Entity[] {
  return (entity?.subsegments ?? []).flatMap((each) => [each, ...below(each)])
}

test('one request crosses X-Ray, OpenTelemetry and X-Ray, and is one trace', async () => {
  const { trace, status, segments } = await browse('customer-0101')
  expect(status).toBe(200)
  const [storefront, recommendations, inventory] = segments
  const call = below(storefront).find(({ name }) => name === 'recommendations.shop.internal')
  const onward = below(recommendations).find(({ name }) => name === 'inventory.shop.internal')
  expect(recommendations?.['parent_id']).toBe(call?.id)
  expect(inventory?.['parent_id']).toBe(onward?.id)
  expect(recommendations).toMatchObject({
    http: { request: { method: 'GET' }, response: { status: 200 } },
    service: { version: '0.4.0' },
    annotations: { 'shop.customer': 'customer-0101' },
    aws: { xray: { sdk: 'opentelemetry for nodejs' } },
  })
  expect(onward).toMatchObject({ namespace: 'remote', http: { response: { status: 200 } } })
  const query = below(recommendations).find(({ sql }) => (sql as Json)?.['sanitized_query'])
  expect(query).toMatchObject({
    name: 'shop@db.shop.internal',
    namespace: 'remote',
    sql: { database_type: 'postgresql', sanitized_query: expect.stringMatching(/^SELECT sku/) },
  })
  expect(await trace.summary()).toMatchObject({
    HasFault: false,
    HasError: false,
    IsPartial: false,
    EntryPoint: { Name: 'storefront' },
    FaultRootCauses: [],
  })
  expect(await edgesOf(trace)).toEqual(
    [
      ['inventory', 'shop@db.shop.internal'],
      ['recommendations', 'inventory'],
      // The same database, whether X-Ray's SDK or OpenTelemetry's tells of it.
      ['recommendations', 'shop@db.shop.internal'],
      ['storefront', 'recommendations'],
      ['storefront', 'sessions'],
      ['storefront', 'storefront'],
    ].toSorted(),
  )
})

/** From and to, of nodes by their names: the client has that of its service. */
async function edgesOf(trace: WireTrace): Promise<unknown[]> {
  const nodes = await trace.graph()
  const names = new Map(nodes.map(({ ReferenceId, Name }) => [ReferenceId, Name]))
  return nodes
    .flatMap(({ Name, Edges }) =>
      (Edges as Json[]).map(({ ReferenceId }) => [Name, names.get(ReferenceId)]),
    )
    .toSorted()
}

type Cause = {
  readonly ClientImpacting: boolean
  readonly Services: readonly (Json & { readonly EntityPath: readonly Json[] })[]
}

test('a failure of the service in between is the root cause of the failed request', async () => {
  const { trace, status, segments } = await browse('customer-0125')
  expect(status).toBe(502)
  expect(segments.map(({ fault }) => fault ?? false)).toEqual([true, true, false])
  const summary = await trace.summary()
  expect(summary).toMatchObject({ HasFault: true, IsPartial: false, Http: { HttpStatus: 502 } })
  const [cause, ...others] = summary['FaultRootCauses'] as Cause[]
  expect(others).toEqual([])
  expect(cause?.ClientImpacting).toBe(true)
  const path = cause?.Services.map(({ Name, EntityPath }) => [
    Name,
    ...EntityPath.map(({ Name: name, Exceptions }) => [
      name,
      ...(Exceptions as Json[]).map(({ Name: type, Message }) => `${type}: ${Message}`),
    ]),
  ])
  const told = 'RankingError: the profile of customer-0125 cannot be read'
  expect(path).toEqual([
    [
      'storefront',
      ['storefront', 'UpstreamError: recommendations.shop.internal answered 500'],
      ['recommendations.shop.internal'],
    ],
    ['recommendations', ['recommendations', told], ['rank-products', told]],
  ])
})

test('the whole trace is there as OpenTelemetry too', async () => {
  const { trace } = await browse('customer-0102')
  const answer = await fetch(`${server.endpoint}/api/traces/${trace.traceId}/otlp`)
  const { resourceSpans } = (await answer.json()) as { resourceSpans: ResourceSpans[] }
  const names = resourceSpans.map(
    ({ resource }) =>
      resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue,
  )
  expect(new Set(names)).toEqual(new Set(SERVICES))
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const roots = spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''))
  expect(roots).toHaveLength(1)
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
})

type ResourceSpans = {
  readonly resource: {
    readonly attributes: readonly { key: string; value: { stringValue?: string } }[]
  }
  readonly scopeSpans: readonly {
    readonly spans: readonly { traceId: string; spanId: string; parentSpanId?: string }[]
  }[]
}
