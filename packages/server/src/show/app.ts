import type { IncomingMessage } from 'node:http'
import type { RequestContext, Result } from '@fluoroscope/model'
import { type Context, Hono } from 'hono'
import {
  type AllowedHosts,
  type Asking,
  isCrossSite,
  isKnownHost,
  SECURITY_HEADERS,
} from './browser-guard.ts'
import { assetResponse, type ConsoleAssets } from './console-assets.ts'
import { type AllowedOrigins, corsHeaders, preflightResponse } from './cors.ts'
import {
  PUT_TRACE_SEGMENTS,
  putTraceSegments,
  type StoreSegments,
} from './operation/put-trace-segments.ts'
import type { Operation } from './operation.ts'
import { errorResponse, type OperationError } from './operation-error.ts'
import { otlpError } from './otlp-answer.ts'
import { answerFormat, EXPORT_TRACES, exportTraces, type StoreSpans } from './otlp-traces.ts'
import type { ReadRoute } from './read-route.ts'
import type { Bodies, BodySource } from './request-body.ts'
import { requestContext } from './request-context.ts'
import type { RequestCounts } from './request-counts.ts'
import { REPORT_SPANS, reportSpans, zipkinError } from './zipkin-spans.ts'

export type AppOptions = SpanAppOptions & {
  readonly operations: readonly Operation[]
  /** Of the APIs that tracing tools read by. */
  readonly readRoutes: readonly ReadRoute[]
  readonly storeSegments: StoreSegments
  readonly assets: ConsoleAssets
  readonly health: () => Promise<Health>
  /** Prometheus text. */
  readonly metrics: () => Promise<string>
}

export type SpanAppOptions = {
  readonly storeSpans: StoreSpans
  readonly bodies: Bodies
  readonly defaults: RequestContext
  readonly corsOrigins: AllowedOrigins
  readonly allowedHosts: AllowedHosts
  readonly counts: RequestCounts
  /** What a thrown error means to a client, where it is not a fault of the program. */
  readonly explain: (error: unknown) => OperationError | undefined
  /** Told of every error that {@link explain} does not know. */
  readonly onFailure: (error: unknown, operation: string) => void
  readonly newRequestId: () => string
}

/** Able to store and to answer when there are no problems. */
export type Health = { readonly problems: readonly string[] } & Readonly<Record<string, unknown>>

type Environment = {
  Bindings: { readonly incoming?: IncomingMessage }
  Variables: { operation: string }
}

/** Everything the main port answers: the X-Ray API, OTLP, Zipkin, what Jaeger and Tempo answer, health, metrics and the console. */
export function createApp(options: AppOptions): Hono<Environment> {
  const app = guardedApp(options)
  addOperations(app, options)
  addTraceExport(app, options)
  addSpanReport(app, options)
  addReadRoutes(app, options.readRoutes)
  addOwnPages(app, options)
  return app
}

/** What the port of OTLP over HTTP answers: trace requests alone. */
export function createOtlpApp(options: SpanAppOptions): Hono<Environment> {
  const app = guardedApp(options)
  addTraceExport(app, options)
  app.notFound(unknownRoute)
  return app
}

/** What Zipkin's port answers: reports of spans alone. */
export function createZipkinApp(options: SpanAppOptions): Hono<Environment> {
  const app = guardedApp(options)
  addSpanReport(app, options)
  app.notFound(unknownRoute)
  return app
}

function guardedApp(options: SpanAppOptions): Hono<Environment> {
  const app = new Hono<Environment>()
  app.use(async (c, next) => {
    c.set('operation', 'other')
    await next()
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value)
    // Traces are not for the browser's disk; files of the console say what they are.
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
    c.res.headers.set('x-amzn-RequestId', options.newRequestId())
    options.counts.add(c.get('operation'), c.res.status)
  })
  app.use(async (c, next) => {
    const host = c.req.header('host') ?? new URL(c.req.url).host
    if (!isKnownHost(host, options.allowedHosts)) return errorResponse(UNKNOWN_HOST)
    if (!isCrossSite(askingOf(c, host))) return next()
    const cors = corsHeaders(c.req.header('origin'), options.corsOrigins)
    if (cors === undefined || c.req.path !== EXPORT_TRACES.path) {
      return errorResponse({ kind: 'forbidden', message: 'Requests of other sites are refused' })
    }
    if (c.req.method === 'OPTIONS') {
      c.set('operation', EXPORT_TRACES.name)
      return preflightResponse(cors, c.req.header('access-control-request-headers'))
    }
    await next()
    for (const [name, value] of Object.entries(cors)) c.res.headers.set(name, value)
    return undefined
  })
  app.onError((error, c) => {
    const explained = options.explain(error)
    if (explained === undefined) options.onFailure(error, c.get('operation'))
    const told = explained ?? { kind: 'failure', message: '' }
    if (c.req.path === REPORT_SPANS.path) return zipkinError(told)
    if (c.req.path !== EXPORT_TRACES.path) return errorResponse(told)
    return otlpError(answerFormat(c.req.header('content-type')), told)
  })
  return app
}

const UNKNOWN_HOST: OperationError = {
  kind: 'forbidden',
  message:
    'The Host header names no host of this server; besides localhost and addresses it answers to names given with --allowed-host',
}

function askingOf(c: Context<Environment>, host: string): Asking {
  return {
    method: c.req.method,
    isSecure: c.req.url.startsWith('https:'),
    host,
    origin: c.req.header('origin'),
    site: c.req.header('sec-fetch-site'),
    mode: c.req.header('sec-fetch-mode'),
    destination: c.req.header('sec-fetch-dest'),
  }
}

function addSpanReport(app: Hono<Environment>, options: SpanAppOptions): void {
  app.post(REPORT_SPANS.path, (c) => {
    c.set('operation', REPORT_SPANS.name)
    return reportSpans(
      options.storeSpans,
      c.req.header('content-type'),
      () => options.bodies.read(sourceOf(c)),
      contextOf(c, options),
    )
  })
  app.all(REPORT_SPANS.path, (c) => methodNotAllowed(c, REPORT_SPANS.name))
}

function addTraceExport(app: Hono<Environment>, options: SpanAppOptions): void {
  app.post(EXPORT_TRACES.path, (c) => {
    c.set('operation', EXPORT_TRACES.name)
    return exportTraces(
      options.storeSpans,
      c.req.header('content-type'),
      () => options.bodies.read(sourceOf(c)),
      contextOf(c, options),
    )
  })
  app.all(EXPORT_TRACES.path, (c) => methodNotAllowed(c, EXPORT_TRACES.name))
}

function addOperations(app: Hono<Environment>, options: AppOptions): void {
  app.post(PUT_TRACE_SEGMENTS.path, async (c) => {
    c.set('operation', PUT_TRACE_SEGMENTS.name)
    const body = await options.bodies.read(sourceOf(c))
    if (!body.ok) return errorResponse(body.problem)
    return answer(await putTraceSegments(options.storeSegments, body.value, contextOf(c, options)))
  })
  for (const operation of options.operations) {
    app.post(operation.path, async (c) => {
      c.set('operation', operation.name)
      const body = await options.bodies.readText(sourceOf(c))
      if (!body.ok) return errorResponse(body.problem)
      return answer(await operation.answer(body.value, contextOf(c, options)))
    })
  }
  for (const { name, path } of [PUT_TRACE_SEGMENTS, ...options.operations]) {
    app.all(path, (c) => methodNotAllowed(c, name))
  }
}

function methodNotAllowed(c: Context<Environment>, operation: string): Response {
  c.set('operation', operation)
  const response = errorResponse({ kind: 'method-not-allowed', message: 'Use POST' })
  response.headers.set('Allow', 'POST')
  return response
}

function contextOf(c: Context<Environment>, { defaults }: SpanAppOptions): RequestContext {
  return requestContext(c.req.header('authorization'), defaults)
}

function addReadRoutes(app: Hono<Environment>, routes: readonly ReadRoute[]): void {
  for (const route of routes) {
    app.get(route.path, async (c) => {
      c.set('operation', route.name)
      return await route.answer({
        query: new URL(c.req.url).searchParams,
        part: (name) => c.req.param(name) ?? '',
        accept: c.req.header('accept') ?? '',
      })
    })
  }
}

function addOwnPages(app: Hono<Environment>, options: AppOptions): void {
  app.get('/healthz', async (c) => {
    c.set('operation', 'healthz')
    const health = await options.health()
    return c.json(health, health.problems.length === 0 ? 200 : 503)
  })
  app.get('/metrics', async (c) => {
    c.set('operation', 'metrics')
    const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }
    return c.body(await options.metrics(), 200, headers)
  })
  app.get('*', (c) => {
    const asset = options.assets.get(c.req.path) ?? pageAsset(c, options.assets)
    if (asset === undefined) return unknownRoute()
    c.set('operation', 'console')
    return assetResponse(asset, c.req.header('if-none-match'), c.req.header('accept-encoding'))
  })
  app.notFound(unknownRoute)
}

/** The console finds its own way from its first page, whatever address it was opened at. */
function pageAsset(c: Context<Environment>, assets: ConsoleAssets) {
  const wantsPage = c.req.path === '/' || (c.req.header('accept') ?? '').includes('text/html')
  return wantsPage ? assets.get('/index.html') : undefined
}

function unknownRoute(): Response {
  return errorResponse({ kind: 'unknown-operation', message: 'There is nothing at this address' })
}

function answer(result: Result<object, OperationError>): Response {
  return result.ok ? Response.json(result.value) : errorResponse(result.problem)
}

function sourceOf(c: Context<Environment>): BodySource {
  return { request: c.req.raw, incoming: c.env?.incoming }
}
