import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitrarySegment } from '../../../../test/support/arbitrary-segment.ts'
import { segmentJson, subsegmentJson } from '../../../../test/support/traces.ts'
import { endOf, type Segment, type Subsegment } from '../segment.ts'
import { parseSegmentDocument } from '../segment-document.ts'
import type { OtlpSpan, OtlpValue } from './otlp-span.ts'
import { spansOfSegment } from './spans-of-segment.ts'

/** xray-behaviour 15.8, and 15.2 to 15.6 the other way round. */

type Json = Readonly<Record<string, unknown>>

function spans(json: Json): readonly OtlpSpan[] {
  const parsed = parseSegmentDocument(JSON.stringify(json))
  if (!parsed.ok || parsed.value.document.kind !== 'segment') throw new Error(JSON.stringify(json))
  return spansOfSegment(parsed.value.document.segment)
}

/** The span of a segment that says `more`. */
function span(more: Json): OtlpSpan {
  return spans(segmentJson(1, 'shop', [1, 2], more))[0] as OtlpSpan
}

/** The span of a subsegment that says `more`. */
function call(more: Json): OtlpSpan {
  const subsegments = [subsegmentJson(2, 'billing', [1, 2], more)]
  return spans(segmentJson(1, 'shop', [1, 2], { subsegments }))[1] as OtlpSpan
}

const plain = (attributes: ReadonlyMap<string, OtlpValue>) => Object.fromEntries(attributes)

test('a segment is a server span, its subsegments follow, parents before children', () => {
  const json = segmentJson(1, 'shop', [1, 2], {
    parent_id: '00000000000000ff',
    subsegments: [
      subsegmentJson(2, 'own work', [1, 2], {
        subsegments: [subsegmentJson(3, 'inner', [1, 1.5])],
      }),
      subsegmentJson(4, 'DynamoDB', [1.5, 2], { namespace: 'aws' }),
      subsegmentJson(5, 'billing', [1.5, 2], { namespace: 'remote' }),
      subsegmentJson(6, 'python', [1.5, 2], { namespace: 'local' }),
    ],
  })
  const heads = spans(json).map(({ id, parentId, name, kind }) => [id, parentId, name, kind])
  const id = (number: number) => String(number).padStart(16, '0')
  expect(heads).toEqual([
    [id(1), '00000000000000ff', 'shop', 'server'],
    [id(2), id(1), 'own work', 'internal'],
    [id(3), id(2), 'inner', 'internal'],
    [id(4), id(1), 'DynamoDB', 'client'],
    [id(5), id(1), 'billing', 'client'],
    [id(6), id(1), 'python', 'internal'],
  ])
})

test.each<[string, Json, Json]>([
  [
    'a request',
    {
      request: {
        method: 'GET',
        url: 'https://shop.test/',
        user_agent: 'demo/1',
        client_ip: '203.0.113.9',
        x_forwarded_for: true,
      },
      response: { status: 200, content_length: 12 },
    },
    {
      'http.request.method': 'GET',
      'url.full': 'https://shop.test/',
      'user_agent.original': 'demo/1',
      'client.address': '203.0.113.9',
      'aws.xray.x_forwarded_for': true,
      'http.response.status_code': 200n,
      'http.response.body.size': 12n,
    },
  ],
  [
    'an address of the connection itself',
    { request: { client_ip: '203.0.113.9' } },
    { 'network.peer.address': '203.0.113.9' },
  ],
])('HTTP: %s', (_, http, attributes) => {
  expect(plain(span({ http }).attributes)).toEqual(attributes)
})

test.each<[string, Json, Json]>([
  ['a user', { user: 'u-81' }, { 'enduser.id': 'u-81' }],
  [
    'a resource',
    { resource_arn: 'arn:aws:sns:eu-west-1:1:a' },
    { 'aws.xray.resource_arn': 'arn:aws:sns:eu-west-1:1:a' },
  ],
  [
    'annotations',
    { annotations: { tier: 'gold', items: 3, ratio: 0.5, paid: true } },
    {
      tier: 'gold',
      items: 3n,
      ratio: 0.5,
      paid: true,
      'aws.xray.annotations': ['tier', 'items', 'ratio', 'paid'],
    },
  ],
  [
    'annotations with keys of other meaning',
    { user: 'u', annotations: { 'enduser.id': 'v', 'aws.xray.annotations': 1 } },
    {
      'enduser.id': 'u',
      'annotation.enduser.id': 'v',
      'annotation.aws.xray.annotations': 1n,
      'aws.xray.annotations': ['annotation.enduser.id', 'annotation.aws.xray.annotations'],
    },
  ],
  [
    'metadata',
    { metadata: { default: { a: [1, null] }, debug: 'x' } },
    { 'aws.xray.metadata.default': '{"a":[1,null]}', 'aws.xray.metadata.debug': '"x"' },
  ],
  [
    'the sampling rule',
    { aws: { xray: { sdk: 'X-Ray for Go', rule_name: 'Default' } } },
    { 'aws.xray.rule_name': 'Default' },
  ],
  [
    'a cause elsewhere in the trace',
    { fault: true, cause: 'aaaa0000bbbb1111' },
    { 'aws.xray.cause': 'aaaa0000bbbb1111' },
  ],
  [
    'where it was running',
    { fault: true, cause: { working_directory: '/srv', paths: ['/srv/lib'], exceptions: [] } },
    { 'aws.xray.cause.working_directory': '/srv', 'aws.xray.cause.paths': ['/srv/lib'] },
  ],
])('a segment: %s', (_, more, attributes) => {
  expect(plain(span(more).attributes)).toEqual(attributes)
})

test.each<[string, Json, Json]>([
  [
    'to AWS',
    {
      namespace: 'aws',
      aws: { operation: 'GetItem', table_name: 'orders', region: 'eu-west-1', retries: 2 },
    },
    {
      'rpc.system': 'aws-api',
      'aws.service': 'billing',
      'aws.operation': 'GetItem',
      'aws.table_name': 'orders',
      'aws.region': 'eu-west-1',
      'aws.xray.retries': 2n,
    },
  ],
  [
    'to a service that reports',
    { namespace: 'remote', traced: true },
    { 'peer.service': 'billing', 'aws.xray.traced': true },
  ],
  [
    'to a database by its URL',
    {
      namespace: 'remote',
      sql: {
        url: 'jdbc:postgresql://db.test:5432/ebdb',
        sanitized_query: 'SELECT 1',
        database_type: 'PostgreSQL',
        user: 'app',
        preparation: 'statement',
      },
    },
    {
      'peer.service': 'billing',
      'db.connection_string': 'jdbc:postgresql://db.test:5432',
      'db.name': 'ebdb',
      'db.query.text': 'SELECT 1',
      'db.system': 'PostgreSQL',
      'db.user': 'app',
      'aws.xray.sql.preparation': 'statement',
    },
  ],
  [
    'to a database without a name',
    { sql: { url: 'postgresql://db.test', connection_string: 'db.test/ebdb' } },
    {
      'aws.xray.sql.url': 'postgresql://db.test',
      'aws.xray.sql.connection_string': 'db.test/ebdb',
    },
  ],
  ['of a namespace of its own', { namespace: 'local' }, { 'aws.xray.namespace': 'local' }],
])('a call %s', (_, more, attributes) => {
  expect(plain(call(more).attributes)).toEqual(attributes)
})

test.each<[string, Json, Json, string]>([
  ['nothing said', {}, {}, 'unset'],
  ['a fault', { fault: true }, {}, 'error'],
  ['an error', { error: true }, { 'aws.xray.fault': false, 'aws.xray.error': true }, 'error'],
  ['status 503', { fault: true, http: { response: { status: 503 } } }, {}, 'error'],
  ['status 404', { error: true, http: { response: { status: 404 } } }, {}, 'error'],
  ['status 429', { error: true, throttle: true, http: { response: { status: 429 } } }, {}, 'error'],
  [
    'status 404 without a flag',
    { http: { response: { status: 404 } } },
    { 'aws.xray.error': false },
    'error',
  ],
])('status: %s', (_, more, flags, code) => {
  const { attributes, status } = span(more)
  const { 'http.response.status_code': _status, ...rest } = plain(attributes)
  expect(rest).toEqual(flags)
  expect(status).toEqual({ code, message: '' })
})

test('exceptions are events at the end', () => {
  const { events, end, status } = span({
    fault: true,
    cause: {
      exceptions: [
        {
          id: '2f0c1d9be0a1b2c3',
          type: 'TimeoutError',
          message: 'no answer',
          remote: true,
          truncated: 12,
          skipped: 0,
          cause: '77aa77aa77aa77aa',
          stack: [{ path: 'orders.js', line: 41, label: 'load' }, { path: 'main.js' }],
        },
      ],
    },
  })
  expect(status).toEqual({ code: 'error', message: 'no answer' })
  expect(events.map(({ attributes, ...event }) => ({ ...event, ...plain(attributes) }))).toEqual([
    {
      time: end,
      name: 'exception',
      droppedAttributes: 0,
      'exception.type': 'TimeoutError',
      'exception.message': 'no answer',
      'exception.stacktrace': 'TimeoutError: no answer\n    at load (orders.js:41)\n    at main.js',
      'aws.xray.exception.id': '2f0c1d9be0a1b2c3',
      'aws.xray.exception.remote': true,
      'aws.xray.exception.truncated': 12n,
      'aws.xray.exception.skipped': 0n,
      'aws.xray.exception.cause': '77aa77aa77aa77aa',
    },
  ])
})

test.each<[string, Json, Json]>([
  [
    'EC2',
    {
      origin: 'AWS::EC2::Instance',
      aws: {
        account_id: '111122223333',
        ec2: { instance_id: 'i-1', availability_zone: 'eu-west-1a', instance_size: 'm5', rack: 7 },
      },
    },
    {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ec2',
      'aws.xray.origin': 'AWS::EC2::Instance',
      'cloud.account.id': '111122223333',
      'host.id': 'i-1',
      'cloud.availability_zone': 'eu-west-1a',
      'host.type': 'm5',
      'aws.ec2.rack': 7n,
    },
  ],
  [
    'Fargate',
    {
      origin: 'AWS::ECS::Fargate',
      aws: { ecs: { container: 'c', container_id: 'd', launch_type: 'fargate' } },
    },
    {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
      'aws.ecs.launchtype': 'fargate',
      'aws.xray.origin': 'AWS::ECS::Fargate',
      'container.name': 'c',
      'container.id': 'd',
    },
  ],
  ['an origin of its own', { origin: 'Shop::Kiosk' }, { 'aws.xray.origin': 'Shop::Kiosk' }],
  [
    'Beanstalk, with another version than the service',
    {
      service: { version: '1', runtime: 'node' },
      aws: { elastic_beanstalk: { environment_name: 'e', version_label: '2', deployment_id: 3 } },
    },
    {
      'service.version': '1',
      'process.runtime.name': 'node',
      'service.namespace': 'e',
      'aws.xray.elastic_beanstalk.service.version': '2',
      'service.instance.id': 3n,
    },
  ],
  [
    'log groups',
    { aws: { cloudwatch_logs: [{ log_group: 'a', arn: 'arn:a' }, { log_group: 'b' }] } },
    { 'aws.log.group.names': ['a', 'b'], 'aws.log.group.arns': ['arn:a'] },
  ],
  [
    'an OpenTelemetry SDK',
    {
      aws: { xray: { sdk: 'opentelemetry for go', sdk_version: '1', auto_instrumentation: true } },
    },
    {
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'go',
      'telemetry.sdk.version': '1',
      'aws.xray.auto_instrumentation': true,
    },
  ],
])('a resource: %s', (_, more, attributes) => {
  expect(plain(span(more).resource.attributes)).toEqual({ 'service.name': 'shop', ...attributes })
})

test('what is in progress has no end', () => {
  const { end, attributes } = span({ end_time: undefined, in_progress: true })
  expect(end).toBe(0n)
  expect(plain(attributes)).toEqual({ 'aws.xray.inprogress': true })
})

function* preorder(entity: Segment | Subsegment): Generator<Segment | Subsegment> {
  yield entity
  for (const subsegment of entity.subsegments) yield* preorder(subsegment)
}

test('ids, parents and times stay as they are, and nothing that was said of a span is lost', () => {
  fc.assert(
    fc.property(arbitrarySegment, (segment) => {
      const entities = [...preorder(segment)]
      const made = spansOfSegment(segment)
      expect(made).toHaveLength(entities.length)
      const parents = new Map(
        entities.flatMap(({ id, subsegments }) => subsegments.map((each) => [each, id] as const)),
      )
      for (const [index, entity] of entities.entries()) {
        const span = made[index] as OtlpSpan
        const parentId = entity.kind === 'segment' ? entity.parentId : parents.get(entity)
        const { traceId } = segment
        const { id, name, start } = entity
        const end = endOf(entity) ?? 0n
        expect(span).toMatchObject({ traceId, id, name, start, end })
        expect(span.parentId).toBe(parentId)
        expectAnnotations(entity, span)
        expect(span.links.map(({ id, traceId }) => [traceId, id])).toEqual(
          entity.links.map(({ id, traceId }) => [traceId, id]),
        )
        const said = [...span.attributes.values()]
        for (const value of Object.values(entity.metadata ?? {})) {
          expect(said).toContain(JSON.stringify(value))
        }
      }
    }),
    { numRuns: 300 },
  )
})

/** In the same order, by the keys that the list of annotations tells. */
function expectAnnotations(entity: Segment | Subsegment, { attributes }: OtlpSpan): void {
  const keys = (attributes.get('aws.xray.annotations') ?? []) as readonly string[]
  const values = keys.map((key) => {
    const value = attributes.get(key)
    return typeof value === 'bigint' ? Number(value) : value
  })
  expect(values).toEqual([...entity.annotations.values()])
  for (const [index, key] of [...entity.annotations.keys()].entries()) {
    expect(keys[index]?.endsWith(key)).toBe(true)
  }
}
