// OpenTelemetry's SDK for Node, unmodified, with its instrumentations of HTTP and PostgreSQL: the same
// work once with each exporter, and requests of callers that speak other headers.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { PGlite } from '@electric-sql/pglite'
import {
  context,
  DiagLogLevel,
  diag,
  propagation,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  CompositePropagator,
  suppressTracing,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { createPostgresServer } from '../../../packages/demo/dist/backing/postgres-socket.js'
import { spanFacts } from './otel-span-facts.mjs'

const { endpoints, callers } = JSON.parse(process.argv[2])
const EXPORTERS = {
  'http/protobuf': (url) => new ProtobufExporter({ url, compression: 'gzip' }),
  'http/json': (url) => new JsonExporter({ url }),
  grpc: (url) => new GrpcExporter({ url }),
}

const problems = []
const note = (...words) => problems.push(words.map(String).join(' '))
const quiet = () => {}
diag.setLogger(
  { error: note, warn: note, info: quiet, debug: quiet, verbose: quiet },
  DiagLogLevel.WARN,
)

/** Hands on to whichever exporter is in use, and keeps what was sent. */
const sent = []
let exporter
const switching = {
  export(spans, done) {
    sent.push(...spans.map(spanFacts))
    exporter.export(spans, done)
  },
  shutdown: () => exporter.shutdown(),
}
const provider = new TracerProvider({
  resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'otel-node' })),
  spanProcessors: [new BatchSpanProcessor({ exporter: switching })],
})
trace.setGlobalTracerProvider(provider)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(
  new CompositePropagator({
    propagators: [
      new W3CTraceContextPropagator(),
      new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
      new AWSXRayPropagator(),
    ],
  }),
)
registerInstrumentations({
  tracerProvider: provider,
  instrumentations: [
    new HttpInstrumentation({ requireParentforOutgoingSpans: true }),
    new PgInstrumentation({ requireParentSpan: true }),
  ],
})
const require = createRequire(import.meta.url)
const http = require('node:http')
const pg = require('pg')

const engine = await PGlite.create()
const postgres = createPostgresServer((messages) => engine.execProtocolRaw(messages))
await once(postgres.listen(0, '127.0.0.1'), 'listening')
const client = new pg.Client({
  host: '127.0.0.1',
  port: postgres.address().port,
  database: 'carts',
  user: 'shop',
})
await client.connect()

const server = http.createServer(async (request, response) => {
  if (request.url !== '/cart') return response.writeHead(204).end()
  const { rows } = await client.query('SELECT $1::int + 1 AS items', [2])
  response.writeHead(rows[0].items === 3 ? 503 : 500).end()
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address()

function get(path, headers = {}) {
  return new Promise((done, failed) => {
    const options = { host: '127.0.0.1', port, path, headers }
    http.get(options, (response) => response.resume().on('end', done)).on('error', failed)
  })
}

const tracer = trace.getTracer('sender', '1.2.3')
/** A trace that came to an end before. */
const cause = { traceId: '7'.repeat(32), spanId: '8'.repeat(16), traceFlags: TraceFlags.SAMPLED }

async function work() {
  const links = [{ context: cause, attributes: { 'link.reason': 'retry' } }]
  return await tracer.startActiveSpan('checkout', { links }, async (span) => {
    span.setAttributes({
      text: 'Grüße, 世界 🎉',
      whole: 42,
      large: Number.MAX_SAFE_INTEGER,
      ratio: 0.1,
      flag: true,
      list: ['a', 'b'],
      empty: '',
    })
    span.addEvent('priced', { 'price.cents': 1999 })
    await get('/cart')
    span.recordException(new TypeError('no stock'))
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'checkout failed' })
    span.end()
    return span.spanContext().traceId
  })
}

const runs = {}
for (const [protocol, url] of Object.entries(endpoints)) {
  exporter = EXPORTERS[protocol](url)
  const traceId = await work()
  await provider.forceFlush()
  runs[protocol] = { traceId, spans: sent.splice(0) }
  if (protocol === 'http/protobuf') {
    // Nothing of these requests is traced but their service: other programs make them.
    for (const headers of callers) {
      await context.with(suppressTracing(context.active()), () => get('/joined', headers))
    }
    await provider.forceFlush()
    runs.joined = { spans: sent.splice(0) }
  }
  await exporter.shutdown()
}

await client.end()
server.close()
postgres.close()
await engine.close()
process.stdout.write(JSON.stringify({ runs, problems }))
