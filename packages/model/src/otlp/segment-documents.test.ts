import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../json.ts'
import { unixNanos } from '../time.ts'
import type { OtlpSpan, OtlpSpanKind, OtlpValue } from './otlp-span.ts'
import {
  attributes,
  documentsOf,
  entityIdOf,
  PARENT_ID,
  printDocument,
  printedSpan,
  resourceWith,
  SPAN_ID,
  spanWith,
  TRACE_ID,
  traceIdOf,
} from './test-otlp-span.ts'

type Members = Readonly<Record<string, OtlpValue>>

/** A span of that kind with those attributes. */
function kindOf(kind: OtlpSpanKind, members: Members = {}, parts: Partial<OtlpSpan> = {}) {
  return spanWith({ kind, attributes: attributes(members), ...parts })
}

function memberOf(document: JsonObject, name: string): JsonObject {
  return (document[name] ?? {}) as JsonObject
}

const ROOT = { parentId: undefined }
const LOCAL_ROOT = { 'aws.span.kind': 'LOCAL_ROOT' }

describe('kind (15.2)', () => {
  const FORMS: readonly [OtlpSpanKind, Partial<OtlpSpan>, Members, readonly string[]][] = [
    ['server', {}, {}, ['segment']],
    ['server', ROOT, {}, ['segment']],
    ['internal', ROOT, {}, ['segment']],
    ['client', ROOT, {}, ['segment']],
    ['producer', ROOT, {}, ['segment']],
    ['consumer', ROOT, {}, ['segment']],
    ['unspecified', ROOT, {}, ['segment']],
    ['internal', {}, {}, ['independent-subsegment']],
    ['client', {}, {}, ['independent-subsegment']],
    ['producer', {}, {}, ['independent-subsegment']],
    ['consumer', {}, {}, ['independent-subsegment']],
    ['unspecified', {}, {}, ['independent-subsegment']],
    ['internal', {}, LOCAL_ROOT, ['segment']],
    ['server', {}, LOCAL_ROOT, ['segment']],
    ['client', {}, LOCAL_ROOT, ['segment', 'independent-subsegment']],
    ['producer', {}, LOCAL_ROOT, ['segment', 'independent-subsegment']],
    ['consumer', {}, LOCAL_ROOT, ['segment', 'independent-subsegment']],
    ['client', ROOT, LOCAL_ROOT, ['segment', 'independent-subsegment']],
    ['client', {}, { 'aws.span.kind': 'OTHER' }, ['independent-subsegment']],
  ]

  test.each(FORMS)('%s with %j and %j: %j', (kind, parts, members, forms) => {
    expect(documentsOf(kindOf(kind, members, parts)).map((each) => each.kind)).toEqual(forms)
  })

  test('ids, parents and times; nanoseconds are kept inside', () => {
    const start = unixNanos(1_760_559_104_120_000_001n)
    const end = unixNanos(1_760_559_104_310_000_007n)
    const [segment] = documentsOf(kindOf('server', {}, { start, end }))
    expect(segment).toMatchObject({
      segment: {
        traceId: TRACE_ID,
        id: SPAN_ID,
        parentId: PARENT_ID,
        start,
        progress: { state: 'complete', end },
      },
    })
    const [subsegment] = documentsOf(kindOf('internal', {}, { start, end }))
    expect(subsegment).toMatchObject({
      traceId: TRACE_ID,
      parentId: PARENT_ID,
      subsegment: { id: SPAN_ID, start, progress: { state: 'complete', end } },
    })
  })

  test('the segment of a local root has an id of its own and is the parent of the call', () => {
    const [service, call] = documentsOf(kindOf('client', LOCAL_ROOT)).map(printDocument)
    expect(service).toMatchObject({ trace_id: TRACE_ID, parent_id: PARENT_ID })
    expect(service?.['id']).toMatch(/^[0-9a-f]{16}$/)
    expect(service?.['id']).not.toBe(SPAN_ID)
    expect(call).toMatchObject({ type: 'subsegment', id: SPAN_ID, parent_id: service?.['id'] })
    const again = documentsOf(kindOf('client', LOCAL_ROOT)).map(printDocument)
    expect(again[0]?.['id']).toBe(service?.['id'])
  })

  test('what the service and what the call of a local root tells', () => {
    const span = kindOf(
      'client',
      {
        ...LOCAL_ROOT,
        'aws.local.service': 'cron',
        'aws.remote.service': 'AWS::S3',
        'aws.remote.operation': 'GetObject',
        remoteTarget: 'pictures',
        'K8s.RemoteNamespace': 'prod',
        'rpc.system': 'aws-api',
        'rpc.method': 'GetObject',
        'aws.region': 'eu-west-1',
        'http.status_code': 503,
        'enduser.id': 'u-81',
        tier: 'gold',
      },
      { resource: resourceWith({ 'service.name': 'nightly', 'cloud.account.id': '111122223333' }) },
    )
    const [service, call] = documentsOf(span).map(printDocument)
    expect(service).toMatchObject({
      name: 'cron',
      fault: true,
      user: 'u-81',
      aws: { account_id: '111122223333' },
      annotations: {
        'aws.span.kind': 'LOCAL_ROOT',
        'aws.local.service': 'cron',
        'rpc.system': 'aws-api',
        tier: 'gold',
      },
      metadata: {
        default: {
          'otel.resource.service.name': 'nightly',
          'otel.resource.cloud.account.id': '111122223333',
        },
      },
    })
    expect(service?.['http']).toBeUndefined()
    expect(call).toMatchObject({
      name: 'S3',
      namespace: 'aws',
      fault: true,
      http: { response: { status: 503 } },
      aws: { account_id: '111122223333', operation: 'GetObject', region: 'eu-west-1' },
      annotations: { 'aws.remote.service': 'AWS::S3', remoteTarget: 'pictures', tier: 'gold' },
    })
    for (const key of ['aws.remote.service', 'aws.remote.operation', 'remoteTarget']) {
      expect(memberOf(service ?? {}, 'annotations')).not.toHaveProperty(key)
    }
    expect(memberOf(service ?? {}, 'aws')).toEqual({ account_id: '111122223333' })
  })

  test('the segment of a local root is named after the service, never after the callee', () => {
    const resource = resourceWith({ 'service.name': 'nightly' })
    const [service, call] = documentsOf(
      kindOf('producer', { ...LOCAL_ROOT, 'peer.service': 'queue' }, { resource }),
    ).map(printDocument)
    expect(service?.['name']).toBe('nightly')
    expect(call).toMatchObject({ name: 'queue', namespace: 'remote' })
  })

  describe('a span whose flags say that its parent is remote', () => {
    const parts = { flags: 0x301, resource: resourceWith({ 'service.name': 'mailer' }) }

    test.each(['internal', 'consumer', 'unspecified'] as const)('%s: a segment', (kind) => {
      const [segment, ...others] = documentsOf(kindOf(kind, { 'peer.service': 'queue' }, parts))
      expect(others).toEqual([])
      expect(segment).toMatchObject({
        kind: 'segment',
        segment: { id: SPAN_ID, parentId: PARENT_ID, name: 'mailer' },
      })
    })

    test.each(['client', 'producer'] as const)('%s: a segment and its call', (kind) => {
      const [segment, call] = documentsOf(kindOf(kind, { 'peer.service': 'queue' }, parts))
      expect(segment).toMatchObject({ segment: { parentId: PARENT_ID, name: 'mailer' } })
      expect(call).toMatchObject({ subsegment: { id: SPAN_ID, name: 'queue' } })
    })

    test.each([0x101, 0x001, 0x201])('flags %d do not say so', (flags) => {
      expect(documentsOf(kindOf('consumer', {}, { ...parts, flags }))).toMatchObject([
        { kind: 'independent-subsegment' },
      ])
    })
  })

  test("links of a consuming local root are the service's, of another the call's", () => {
    const link = {
      traceId: traceIdOf('6500aaaa0123456789abcdef01234567'),
      id: entityIdOf('aaaabbbbccccdddd'),
      traceState: '',
      flags: 0,
      attributes: new Map(),
      droppedAttributes: 0,
    }
    const linked = (kind: OtlpSpanKind) =>
      documentsOf(kindOf(kind, LOCAL_ROOT, { links: [link] }))
        .map(printDocument)
        .map((document) => document['links'] !== undefined)
    expect(linked('consumer')).toEqual([true, false])
    expect(linked('producer')).toEqual([false, true])
  })

  test('a span that tells no end, or says so, is in progress', () => {
    expect(printedSpan(spanWith({ end: unixNanos(0n) }))).toMatchObject({ in_progress: true })
    const marked = kindOf('server', { 'aws.xray.inprogress': true })
    expect(printedSpan(marked)).toMatchObject({ in_progress: true })
    expect(printedSpan(marked)['annotations']).toBeUndefined()
  })
})

describe('name (15.3)', () => {
  const SERVICE = { resource: resourceWith({ 'service.name': 'shop' }) }
  const AWS = { 'rpc.system': 'aws-api' }
  const JDBC = 'jdbc:postgresql://admin:x@db.test:5432/orders'
  const NAMES: readonly [OtlpSpanKind, Partial<OtlpSpan>, Members, string][] = [
    ['server', SERVICE, { 'aws.local.service': 'front', 'peer.service': 'p' }, 'front'],
    ['internal', SERVICE, { ...LOCAL_ROOT, 'aws.local.service': 'front' }, 'front'],
    ['internal', {}, { 'aws.local.service': 'front' }, 'GET /orders'],
    ['client', {}, { 'aws.remote.service': 'back', 'peer.service': 'p' }, 'back'],
    ['producer', {}, { 'aws.remote.service': 'queue' }, 'queue'],
    ['consumer', {}, { 'aws.remote.service': 'queue' }, 'queue'],
    ['server', SERVICE, { 'aws.remote.service': 'back' }, 'shop'],
    ['client', {}, { ...AWS, 'aws.remote.service': 'AWS.SDK.S3' }, 'S3'],
    ['client', {}, { ...AWS, 'aws.remote.service': 'AWS::S3' }, 'S3'],
    ['client', {}, { 'aws.remote.service': 'AWS::S3' }, 'AWS::S3'],
    ['client', {}, { 'peer.service': 'back', 'aws.service': 'S3' }, 'back'],
    ['server', SERVICE, { 'peer.service': 'caller' }, 'caller'],
    ['client', {}, { 'aws.service': 'DynamoDB', 'db.name': 'd' }, 'DynamoDB'],
    ['client', {}, { 'db.name': 'orders', 'db.connection_string': JDBC }, 'orders@db.test'],
    ['client', {}, { 'db.name': 'orders' }, 'orders'],
    ['client', {}, { 'db.name': 'orders', 'rpc.service': 'r' }, 'orders'],
    ['client', {}, { 'db.namespace': 'orders', 'server.address': 'db.test' }, 'orders@db.test'],
    ['server', SERVICE, { 'rpc.service': 'Orders' }, 'shop'],
    ['internal', { ...SERVICE, ...ROOT }, {}, 'shop'],
    ['client', SERVICE, { 'rpc.service': 'shop.Orders', 'http.host': 'h' }, 'shop.Orders'],
    ['client', SERVICE, { 'http.host': 'api.test:8080', 'net.peer.name': 'n' }, 'api.test:8080'],
    ['client', SERVICE, { 'net.peer.name': 'api.test' }, 'api.test'],
    ['client', SERVICE, { 'server.address': 'api.test' }, 'api.test'],
    ['client', SERVICE, {}, 'GET /orders'],
    ['internal', { name: 'a?b*c' }, {}, 'abc'],
    [
      'internal',
      { name: 'Zürich 東京 a.b/c:d%e&f#g=h+i-j@k_l' },
      {},
      'Zürich 東京 a.b/c:d%e&f#g=h+i-j@k_l',
    ],
    ['internal', { name: 'x'.repeat(300) }, {}, 'x'.repeat(200)],
    ['internal', { name: '???' }, {}, 'span'],
    ['internal', { name: '' }, {}, 'span'],
    ['client', {}, { 'peer.service': '<>', 'http.host': 'api.test' }, 'api.test'],
  ]

  test.each(NAMES)('%s with %j and %j: %s', (kind, parts, members, name) => {
    expect(printedSpan(kindOf(kind, members, parts))['name']).toBe(name)
  })
})

describe('namespace (15.3, 19)', () => {
  const NAMESPACES: readonly [OtlpSpanKind, Members, string | undefined][] = [
    ['client', { 'rpc.system': 'aws-api' }, 'aws'],
    ['producer', { 'rpc.system': 'aws-api' }, 'aws'],
    ['client', { 'aws.service': 'S3' }, 'aws'],
    ['client', { 'rpc.system': 'grpc' }, 'remote'],
    ['client', {}, 'remote'],
    ['producer', {}, undefined],
    ['consumer', { 'aws.remote.service': 'queue' }, 'remote'],
    ['internal', {}, undefined],
  ]

  test.each(NAMESPACES)('%s with %j: %s', (kind, members, namespace) => {
    expect(printedSpan(kindOf(kind, members))['namespace']).toBe(namespace)
  })

  test('the call of a local root is remote at least', () => {
    const [, call] = documentsOf(kindOf('consumer', LOCAL_ROOT)).map(printDocument)
    expect(call).toMatchObject({ namespace: 'remote' })
  })
})

describe('origin (15.3)', () => {
  const ORIGINS: readonly [Members, string | undefined][] = [
    [{ 'cloud.platform': 'aws_ec2' }, 'AWS::EC2::Instance'],
    [{ 'cloud.platform': 'aws_ecs', 'aws.ecs.launchtype': 'ec2' }, 'AWS::ECS::EC2'],
    [{ 'cloud.platform': 'aws_ecs', 'aws.ecs.launchtype': 'fargate' }, 'AWS::ECS::Fargate'],
    [{ 'cloud.platform': 'aws_ecs' }, 'AWS::ECS::Container'],
    [{ 'cloud.platform': 'aws_eks' }, 'AWS::EKS::Container'],
    [{ 'cloud.platform': 'aws_elastic_beanstalk' }, 'AWS::ElasticBeanstalk::Environment'],
    [{ 'cloud.platform': 'aws_app_runner' }, 'AWS::AppRunner::Service'],
    [{ 'cloud.platform': 'gcp_compute_engine' }, undefined],
    [{ 'cloud.provider': 'gcp', 'cloud.platform': 'aws_ec2' }, undefined],
    [{ 'service.name': 'shop' }, undefined],
  ]

  test.each(ORIGINS)('%j: %s', (members, origin) => {
    const span = kindOf('server', {}, { resource: resourceWith(members) })
    expect(printedSpan(span)['origin']).toBe(origin)
  })
})

describe('http (15.4)', () => {
  const request = (members: JsonObject) => ({ request: members })
  const response = (members: JsonObject) => ({ response: members })
  const HTTP: readonly [OtlpSpanKind, Members, JsonObject | undefined][] = [
    ['server', { 'http.method': 'PUT' }, request({ method: 'PUT' })],
    ['server', { 'http.request.method': 'PUT' }, request({ method: 'PUT' })],
    ['client', { 'http.url': 'https://a.test/x?y' }, request({ url: 'https://a.test/x?y' })],
    ['client', { 'url.full': 'https://a.test/x?y' }, request({ url: 'https://a.test/x?y' })],
    [
      'server',
      { 'http.scheme': 'https', 'http.host': 'a.test:8443', 'http.target': '/x?y=1' },
      request({ url: 'https://a.test:8443/x?y=1' }),
    ],
    [
      'server',
      { 'http.target': '/x', 'http.server_name': 'a.test', 'net.host.port': 8080 },
      request({ url: 'http://a.test:8080/x' }),
    ],
    [
      'server',
      { 'http.scheme': 'https', 'net.host.name': 'a.test', 'net.host.port': 443 },
      request({ url: 'https://a.test/' }),
    ],
    [
      'server',
      {
        'url.scheme': 'https',
        'server.address': 'a.test',
        'server.port': 8443,
        'url.path': '/x',
        'url.query': 'y=1',
      },
      request({ url: 'https://a.test:8443/x?y=1' }),
    ],
    [
      'client',
      { 'http.method': 'GET', 'net.peer.name': 'a.test', 'net.peer.port': '8080' },
      request({ method: 'GET', url: 'http://a.test:8080/' }),
    ],
    [
      'client',
      { 'http.scheme': 'http', 'net.peer.ip': '203.0.113.9', 'net.peer.port': 80 },
      request({ url: 'http://203.0.113.9/', client_ip: '203.0.113.9' }),
    ],
    ['server', { 'http.method': 'GET', 'http.target': '/x' }, request({ method: 'GET' })],
    ['server', { 'http.user_agent': 'demo/1' }, request({ user_agent: 'demo/1' })],
    ['server', { 'user_agent.original': 'demo/1' }, request({ user_agent: 'demo/1' })],
    [
      'server',
      { 'http.client_ip': '203.0.113.9', 'net.peer.ip': '10.0.0.1' },
      request({ client_ip: '203.0.113.9', x_forwarded_for: true }),
    ],
    [
      'server',
      { 'http.method': 'GET', 'client.address': '203.0.113.9' },
      request({ method: 'GET', client_ip: '203.0.113.9', x_forwarded_for: true }),
    ],
    [
      'server',
      { 'http.method': 'GET', 'network.peer.address': '10.0.0.1' },
      request({ method: 'GET', client_ip: '10.0.0.1' }),
    ],
    [
      'server',
      { 'http.client_ip': '203.0.113.9', 'aws.xray.x_forwarded_for': false },
      request({ client_ip: '203.0.113.9', x_forwarded_for: false }),
    ],
    ['server', { 'http.status_code': 204 }, response({ status: 204 })],
    ['server', { 'http.response.status_code': 204 }, response({ status: 204 })],
    ['server', { 'http.status_code': '204' }, response({ status: 204 })],
    [
      'server',
      { 'http.status_code': 5000, 'http.response.status_code': 200 },
      response({ status: 200 }),
    ],
    [
      'server',
      {
        'http.status_code': 200,
        'message.type': 'RECEIVED',
        'messaging.message_payload_size_bytes': 512,
      },
      response({ status: 200, content_length: 512 }),
    ],
    [
      'client',
      { 'http.status_code': 200, 'http.response.body.size': 512 },
      response({ status: 200, content_length: 512 }),
    ],
    ['client', { 'net.peer.name': 'a.test', 'client.address': '203.0.113.9' }, undefined],
    ['client', { 'http.method': 7 }, undefined],
  ]

  test.each(HTTP)('%s with %j', (kind, members, http) => {
    expect(printedSpan(kindOf(kind, members))['http']).toEqual(http)
  })

  test('the size of a received message in an event', () => {
    const size = { 'message.type': 'RECEIVED', 'messaging.message_payload_size_bytes': 512 }
    const event = { time: unixNanos(1n), name: 'message', attributes: attributes(size) }
    const events = [{ ...event, droppedAttributes: 0 }]
    expect(printedSpan(kindOf('client', { 'http.status_code': 200 }, { events }))).toMatchObject({
      http: { response: { status: 200, content_length: 512 } },
    })
  })
})

describe('aws of the call (15.4)', () => {
  const AWS: readonly [Members, JsonObject | undefined][] = [
    [{ 'aws.operation': 'PutItem', 'rpc.method': 'Put' }, { operation: 'PutItem' }],
    [{ 'rpc.method': 'PutItem' }, { operation: 'PutItem' }],
    [{ 'aws.account_id': '111122223333' }, { account_id: '111122223333' }],
    [{ 'aws.region': 'eu-west-1' }, { region: 'eu-west-1' }],
    [{ 'aws.request_id': 'r1' }, { request_id: 'r1' }],
    [{ 'aws.requestId': 'r1' }, { request_id: 'r1' }],
    [{ 'aws.queue_url': 'https://sqs/1/q' }, { queue_url: 'https://sqs/1/q' }],
    [{ 'aws.queue.url': 'https://sqs/1/q' }, { queue_url: 'https://sqs/1/q' }],
    [
      { 'messaging.url': 'https://sqs/1/q', 'aws.queue_url': 'x' },
      { queue_url: 'https://sqs/1/q' },
    ],
    [{ 'messaging.url': 'amqp://broker', 'messaging.system': 'rabbitmq' }, undefined],
    [{ 'aws.table_name': 'orders' }, { table_name: 'orders' }],
    [{ 'aws.dynamodb.table_names': ['orders'] }, { table_name: 'orders' }],
    [{ 'aws.dynamodb.table_names': ['a', 'b'] }, { table_names: ['a', 'b'] }],
    [{ 'aws.xray.retries': 2 }, { retries: 2 }],
    [
      { 'rpc.system': 'aws-api', 'aws.s3.bucket': 'b', 'aws.s3.key': 'k' },
      { bucket_name: 'b', key: 'k' },
    ],
    [{ 'rpc.system': 'aws-api', 'aws.sns.topic.arn': 'arn:t' }, { topic_arn: 'arn:t' }],
    [{ 'rpc.system': 'aws-api', 'faas.invoked_name': 'thumb' }, { function_name: 'thumb' }],
    [{ 'faas.invoked_name': 'thumb' }, undefined],
  ]

  test.each(AWS)('%j', (members, aws) => {
    expect(printedSpan(kindOf('client', members))['aws']).toEqual(aws)
  })
})

describe('aws of the resource (15.4)', () => {
  const ARN = 'arn:aws:logs:eu-west-1:111122223333:log-group:/shop/orders'
  const AWS: readonly [Members, JsonObject | undefined][] = [
    [{ 'cloud.account.id': '111122223333' }, { account_id: '111122223333' }],
    [
      {
        'cloud.platform': 'aws_ec2',
        'host.id': 'i-1',
        'cloud.availability_zone': 'eu-west-1a',
        'host.type': 't3.micro',
        'host.image.id': 'ami-1',
      },
      {
        ec2: {
          instance_id: 'i-1',
          availability_zone: 'eu-west-1a',
          instance_size: 't3.micro',
          ami_id: 'ami-1',
        },
      },
    ],
    [
      {
        'cloud.platform': 'aws_ecs',
        'container.name': 'orders',
        'container.id': 'c1',
        'aws.ecs.container.arn': 'arn:c',
        'aws.ecs.cluster.arn': 'arn:k',
        'aws.ecs.task.arn': 'arn:t',
        'aws.ecs.task.family': 'shop',
        'aws.ecs.launchtype': 'fargate',
        'cloud.availability_zone': 'eu-west-1a',
      },
      {
        ecs: {
          container: 'orders',
          container_id: 'c1',
          container_arn: 'arn:c',
          cluster_arn: 'arn:k',
          task_arn: 'arn:t',
          task_family: 'shop',
          launch_type: 'fargate',
          availability_zone: 'eu-west-1a',
        },
      },
    ],
    [
      {
        'cloud.platform': 'aws_eks',
        'k8s.cluster.name': 'prod',
        'k8s.pod.name': 'orders-1',
        'container.id': 'c1',
      },
      { eks: { cluster_name: 'prod', pod: 'orders-1', container_id: 'c1' } },
    ],
    [
      {
        'cloud.platform': 'aws_elastic_beanstalk',
        'service.namespace': 'shop-env',
        'service.instance.id': '32',
        'service.version': 'v7',
      },
      {
        elastic_beanstalk: { environment_name: 'shop-env', deployment_id: 32, version_label: 'v7' },
      },
    ],
    [
      { 'aws.log.group.arns': [ARN] },
      { cloudwatch_logs: [{ log_group: '/shop/orders', arn: ARN }] },
    ],
    [
      { 'aws.log.group.arns': [ARN], 'aws.log.group.names': ['/other'] },
      { cloudwatch_logs: [{ log_group: '/shop/orders', arn: ARN }] },
    ],
    [
      { 'aws.log.group.names': '/a&/b' },
      { cloudwatch_logs: [{ log_group: '/a' }, { log_group: '/b' }] },
    ],
    [
      {
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.language': 'java',
        'telemetry.sdk.version': '1.40.0',
      },
      {
        xray: {
          sdk: 'opentelemetry for java',
          sdk_version: '1.40.0',
          auto_instrumentation: false,
        },
      },
    ],
    [
      { 'telemetry.sdk.name': 'opentelemetry', 'telemetry.auto.version': '2.1' },
      { xray: { sdk: 'opentelemetry', auto_instrumentation: true } },
    ],
    [{ 'cloud.provider': 'gcp', 'cloud.account.id': 'project', 'host.id': '1' }, undefined],
    [{ 'service.name': 'shop' }, undefined],
  ]

  test.each(AWS)('%j', (members, aws) => {
    const span = kindOf('server', {}, { resource: resourceWith(members) })
    expect(printedSpan(span)['aws']).toEqual(aws)
  })

  test('log groups of the settings, where the resource names none', () => {
    const logGroups = ['/configured']
    const configured = { cloudwatch_logs: [{ log_group: '/configured' }] }
    expect(printedSpan(kindOf('server'), { logGroups })['aws']).toEqual(configured)
  })

  test('version of the service, on segments only', () => {
    const resource = resourceWith({ 'service.version': '1.2' })
    expect(printedSpan(kindOf('server', {}, { resource }))['service']).toEqual({ version: '1.2' })
    expect(printedSpan(kindOf('client', {}, { resource }))['service']).toBeUndefined()
  })
})

describe('sql (15.4)', () => {
  const FAMILY =
    'db2 derby hive mariadb mssql mysql oracle postgresql sqlite teradata other_sql'.split(' ')

  test.each(FAMILY)('%s', (system) => {
    expect(printedSpan(kindOf('client', { 'db.system': system }))['sql']).toEqual({
      connection_string: 'localhost/',
      url: 'GET /orders',
      database_type: system,
    })
  })

  const SQL: readonly [Members, JsonValue | undefined][] = [
    [
      {
        'db.system': 'postgresql',
        'db.connection_string': 'postgresql://db.test:5432',
        'db.name': 'orders',
        'db.statement': 'SELECT 1',
        'db.user': 'app',
      },
      {
        connection_string: 'postgresql://db.test:5432/orders',
        url: 'GET /orders',
        database_type: 'postgresql',
        user: 'app',
        sanitized_query: 'SELECT 1',
      },
    ],
    [
      {
        'db.system.name': 'microsoft.sql_server',
        'db.namespace': 'orders',
        'db.query.text': 'SELECT 1',
        'server.address': 'db.test',
        'server.port': 1433,
      },
      {
        connection_string: 'db.test:1433/orders',
        url: 'GET /orders',
        database_type: 'microsoft.sql_server',
        sanitized_query: 'SELECT 1',
      },
    ],
    [{ 'db.system': 'redis', 'db.statement': 'GET x' }, undefined],
    [{ 'db.system': 'clickhouse' }, undefined],
  ]

  test.each(SQL)('%j', (members, sql) => {
    expect(printedSpan(kindOf('client', members))['sql']).toEqual(sql)
  })

  test('what has no sql block stays searchable', () => {
    const redis = { 'db.system': 'redis', 'db.statement': 'GET x' }
    expect(printedSpan(kindOf('client', redis))['annotations']).toEqual(redis)
  })
})

test('user, of segments; a subsegment has it as an annotation', () => {
  expect(printedSpan(kindOf('server', { 'enduser.id': 'u-81' }))['user']).toBe('u-81')
  const call = printedSpan(kindOf('client', { 'enduser.id': 'u-81' }))
  expect(call).toMatchObject({ annotations: { 'enduser.id': 'u-81' } })
})

test('resource_arn and traced, as X-Ray segments travel in OTLP (15.8)', () => {
  const arn = { 'aws.xray.resource_arn': 'arn:aws:lambda:r:1:function:f' }
  expect(printedSpan(kindOf('server', arn))['resource_arn']).toBe('arn:aws:lambda:r:1:function:f')
  expect(documentsOf(kindOf('client', { 'aws.xray.traced': true }))).toMatchObject([
    { subsegment: { traced: true, annotations: new Map() } },
  ])
})

test.each([
  [{}, 'parent'],
  [{ 'aws.xray.reserved.reference_type': 'child' }, 'child'],
])('what a span links to caused it, unless the link says otherwise: %j', (told, type) => {
  const link = {
    traceId: traceIdOf('6500aaaa0123456789abcdef01234567'),
    id: entityIdOf('aaaabbbbccccdddd'),
    traceState: '',
    flags: 0,
    attributes: attributes(told),
    droppedAttributes: 0,
  }
  expect(printedSpan(kindOf('consumer', {}, { links: [link] }))['links']).toMatchObject([
    { attributes: { 'aws.xray.reserved.reference_type': type } },
  ])
})

test('links keep their attributes', () => {
  const link = {
    traceId: traceIdOf('6500aaaa0123456789abcdef01234567'),
    id: entityIdOf('aaaabbbbccccdddd'),
    traceState: 'a=b',
    flags: 1,
    attributes: attributes({ 'aws.xray.reserved.reference_type': 'parent', n: 1 }),
    droppedAttributes: 0,
  }
  const printed = printedSpan(kindOf('consumer', {}, { links: [link] }))
  expect(printed['links']).toEqual([
    {
      trace_id: '1-6500aaaa-0123456789abcdef01234567',
      id: 'aaaabbbbccccdddd',
      attributes: { 'aws.xray.reserved.reference_type': 'parent', n: 1 },
    },
  ])
  expect(memberOf(memberOf(printed, 'metadata'), 'otel')['links']).toEqual([
    {
      trace_id: '1-6500aaaa-0123456789abcdef01234567',
      id: 'aaaabbbbccccdddd',
      trace_state: 'a=b',
      flags: 1,
    },
  ])
})
