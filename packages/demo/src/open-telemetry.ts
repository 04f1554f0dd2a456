import type Http from 'node:http'
import { createRequire } from 'node:module'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray'
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type Postgres from 'pg'

export type OpenTelemetry = {
  /** The modules that are instrumented: others must not be loaded before them. */
  readonly http: typeof Http
  readonly postgres: typeof Postgres
  /** Sends the spans that were not sent yet. */
  stop(): Promise<void>
}

/**
 * Sets OpenTelemetry up as an application does that runs beside others which carry the X-Ray SDK: both
 * headers are read and written. Name, version and where spans go to are in the environment.
 */
export function startOpenTelemetry(): OpenTelemetry {
  const resource = defaultResource().merge(detectResources({ detectors: [envDetector] }))
  const processor = new BatchSpanProcessor({
    // A server that is away must not keep the process from ending.
    exporter: new OTLPTraceExporter({ timeoutMillis: 1000 }),
    scheduledDelayMillis: 200,
  })
  const provider = new TracerProvider({ resource, spanProcessors: [processor] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new AWSXRayPropagator()],
    }),
  )
  const instrumentations = [
    new HttpInstrumentation({ requireParentforOutgoingSpans: true }),
    new PgInstrumentation({ requireParentSpan: true }),
  ]
  registerInstrumentations({ tracerProvider: provider, instrumentations })
  // What is required passes the instrumentations, what is imported does not.
  const require = createRequire(import.meta.url)
  return {
    http: require('node:http'),
    postgres: require('pg'),
    stop: () => provider.shutdown(),
  }
}
