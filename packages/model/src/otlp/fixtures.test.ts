import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../json.ts'
import { documentsOf, printDocument, spansInJson } from './test-otlp-span.ts'

const FIXTURES = new URL('../../../../../shared/fixtures/otlp/', import.meta.url)

/** The documents of a file, by the id of the span. */
function documentsIn(file: string): ReadonlyMap<unknown, JsonObject> {
  const spans = spansInJson(readFileSync(new URL(file, FIXTURES), 'utf8'))
  const printed = spans.flatMap((span) => documentsOf(span)).map(printDocument)
  return new Map(printed.map((document) => [document['id'], document]))
}

describe.skipIf(!existsSync(FIXTURES))(
  'requests of other programs (needs ../shared/fixtures)',
  () => {
    test('proto-example-trace: a server span with a caller', () => {
      const documents = documentsIn('proto-example-trace.json')
      expect([...documents.values()]).toEqual([
        {
          id: 'eee19b7ec3c1b174',
          name: 'my.service',
          start_time: 1544712660,
          end_time: 1544712661,
          trace_id: '1-5b8efff7-98038103d269b633813fc60c',
          parent_id: 'eee19b7ec3c1b173',
          annotations: { 'my.span.attr': 'some value' },
          metadata: {
            default: { 'otel.resource.service.name': 'my.service' },
            otel: {
              name: "I'm a server span",
              kind: 'server',
              scope: {
                name: 'my.library',
                version: '1.0.0',
                attributes: { 'my.scope.attribute': 'some scope attribute' },
              },
            },
          },
        },
      ])
    })

    test('hyperdx-basic-insert: a failed call of a database that is none of SQL', () => {
      const documents = documentsIn('hyperdx-basic-insert.json')
      expect(documents.get('eee19b7ec3c1b174')).toEqual({
        id: 'eee19b7ec3c1b174',
        name: 'trace-test-service',
        start_time: 1901999590,
        end_time: 1901999590.000123,
        trace_id: '1-5b8efff7-98038103d269b633813fc60c',
        http: { request: { method: 'GET' } },
        metadata: {
          default: {
            'otel.resource.suite-id': 'traces',
            'otel.resource.test-id': 'basic-insert',
            'otel.resource.service.name': 'trace-test-service',
          },
          otel: { name: 'root-operation', kind: 'server', status: { code: 'ok' } },
        },
      })
      expect(documents.get('f1f2f3f4f5f6f7f8')).toEqual({
        id: 'f1f2f3f4f5f6f7f8',
        type: 'subsegment',
        name: 'child-operation',
        start_time: 1901999590.00001,
        end_time: 1901999590.000099,
        trace_id: '1-5b8efff7-98038103d269b633813fc60c',
        parent_id: 'eee19b7ec3c1b174',
        namespace: 'remote',
        fault: true,
        annotations: { 'db.system': 'clickhouse' },
        metadata: { otel: { kind: 'client', status: { code: 'error' } } },
      })
    })

    test('jaeger-otel-traces-01: values of all types, events and links', () => {
      const documents = documentsIn('jaeger-otel-traces-01.json')
      expect(documents.get('0000000000000002')).toEqual({
        id: '0000000000000002',
        type: 'subsegment',
        name: 'service-y',
        start_time: 1485467191.639875,
        end_time: 1485467191.63988,
        trace_id: '1-00000000-000000010000000000000000',
        parent_id: '0000000000000003',
        fault: true,
        annotations: { 'peer.service': 'service-y', 'peer.ipv4': 23456, temperature: 72.5 },
        metadata: {
          default: { blob: 'AAAwOQ==' },
          otel: {
            name: 'test-general-conversion',
            status: { code: 'error' },
            flags: 1,
            scope: { name: 'testing-library', version: '1.1.1' },
            events: [
              {
                name: 'testing-event',
                time_unix_nano: '1485467191639875000',
                attributes: { 'event-x': 'event-y' },
              },
              { name: '', time_unix_nano: '1485467191639875000', attributes: { x: 'y' } },
            ],
          },
        },
        links: [
          {
            trace_id: '1-00000000-000000010000000000000000',
            id: '0000000000000004',
            attributes: {
              'aws.xray.reserved.reference_type': 'parent',
              'opentracing.ref_type': 'follows_from',
            },
          },
          {
            trace_id: '1-00000000-000000ff0000000000000000',
            id: '00000000000000ff',
            attributes: {
              'aws.xray.reserved.reference_type': 'parent',
              'opentracing.ref_type': 'child_of',
            },
          },
        ],
      })
    })

    test('jaeger-otlp2jaeger-in: a span twice is the same document twice', () => {
      const documents = documentsIn('jaeger-otlp2jaeger-in.json')
      expect([...documents.values()]).toEqual([
        {
          id: 'e127af99e3b3e074',
          name: 'telemetrygen-client',
          start_time: 1706678909.209712,
          end_time: 1706678909.209835,
          trace_id: '1-83a9efd1-5c1c98a977e0711cc93ee28b',
          parent_id: '909541b92cf05311',
          annotations: { 'net.peer.ip': '1.2.3.4', 'peer.service': 'telemetrygen-client' },
          metadata: {
            default: { 'otel.resource.service.name': 'telemetrygen' },
            otel: {
              name: 'okey-dokey-0',
              kind: 'server',
              scope: { name: 'telemetrygen' },
              resource: { schema_url: 'https://opentelemetry.io/schemas/1.4.0' },
            },
          },
        },
      ])
    })

    test('tempo-virtual-nodes: peers that send nothing themselves', () => {
      const documents = documentsIn('tempo-virtual-nodes.json')
      expect(documents.get('d606579e57787587')).toMatchObject({
        name: 'mythical-server',
        annotations: { beast: 'manticore' },
      })
      expect(documents.get('53f3329b863da95d')).toMatchObject({
        type: 'subsegment',
        name: 'external-payments-platform',
        namespace: 'remote',
        parent_id: 'd606579e57787587',
      })
      // A consumer without a parent, in a trace of its own.
      expect(documents.get('4d9b38bfb7504f8d')).toMatchObject({
        name: 'external-producer',
        trace_id: '1-ab4a390a-d2fe3b8534404c9f7223a390',
      })
      expect(documents.get('4d9b38bfb7504f8d')?.['type']).toBeUndefined()
    })

    test('tempo-failed-requests: HTTP and SQL of a failing service', () => {
      const documents = documentsIn('tempo-failed-requests.json')
      expect(documents.size).toBe(15)
      const xray = {
        sdk: 'opentelemetry for nodejs',
        sdk_version: '1.4.0',
        auto_instrumentation: false,
      }
      expect(documents.get('9007fea484554ad7')).toMatchObject({
        name: 'mythical-requester',
        fault: true,
        aws: { xray },
        annotations: { beast: 'illithid' },
      })
      expect(documents.get('2898383ecfa1a421')).toMatchObject({
        name: 'mythical-server',
        parent_id: '9007fea484554ad7',
        fault: true,
        cause: { exceptions: [{ type: '', message: 'INTERNAL SERVER ERROR' }] },
        http: {
          request: {
            method: 'POST',
            url: 'http://mythical-server:4000/illithid',
            client_ip: '::ffff:172.22.0.11',
          },
          response: { status: 500 },
        },
      })
      expect(documents.get('c1ae6cea39a8fc4b')).toMatchObject({
        type: 'subsegment',
        name: 'postgres@mythical-database',
        namespace: 'remote',
        parent_id: '2898383ecfa1a421',
        fault: true,
        sql: {
          connection_string: 'jdbc:postgresql://mythical-database:5432/postgres/postgres',
          url: 'pg.query:INSERT',
          database_type: 'postgresql',
          user: 'postgres',
          sanitized_query: 'INSERT INTO illithid(name) VALUES ($1)',
        },
        cause: {
          exceptions: [
            {
              message:
                'null value in column "name" of relation "illithid" violates not-null constraint',
            },
          ],
        },
      })
      expect(documents.get('3a4bd5846b744cd1')).toMatchObject({
        name: 'loki:3100',
        namespace: 'remote',
        http: {
          request: { method: 'POST', url: 'http://loki:3100/loki/api/v1/push' },
          response: { status: 204 },
        },
      })
      expect(documents.get('3a4bd5846b744cd1')?.['fault']).toBeUndefined()
      expect(documents.get('86ff91af2dfffb80')).toMatchObject({
        name: 'loki',
        parent_id: '3a4bd5846b744cd1',
      })
      expect(documents.get('86ff91af2dfffb80')?.['namespace']).toBeUndefined()
      expect(documents.get('8b11aed89fb25bb6')).toMatchObject({
        name: 'middleware - query',
        annotations: { 'http.route': '/', 'express.name': 'query', 'express.type': 'middleware' },
      })
      expect(documents.get('729dd9b3c3bde739')).toMatchObject({
        name: 'dns.lookup',
        namespace: 'remote',
      })
    })

    test('tempo-queue-database: a message and who takes it', () => {
      const documents = documentsIn('tempo-queue-database.json')
      expect(documents.get('09bc8187c967f4b4')).toMatchObject({
        type: 'subsegment',
        name: 'mythical-queue',
        annotations: {
          'messaging.system': 'rabbitmq',
          'messaging.url': 'amqp://mythical-queue',
          'messaging.destination': '',
          'net.peer.port': 5672,
        },
      })
      expect(documents.get('09bc8187c967f4b4')?.['namespace']).toBeUndefined()
      expect(documents.get('a8c3fb56334620af')).toMatchObject({
        type: 'subsegment',
        name: 'mythical-queue',
        parent_id: '09bc8187c967f4b4',
      })
      expect(documents.get('253e212fe234216c')).toMatchObject({
        name: 'postgres@mythical-database',
        sql: { sanitized_query: 'SELECT name from manticore' },
      })
      expect(documents.get('253e212fe234216c')?.['fault']).toBeUndefined()
    })
  },
)
