import { setTimeout as sleep } from 'node:timers/promises'
import { bad, ok, type RequestContext, type Result } from '@fluoroscope/model'
import { GRPC_CODE, GRPC_OK, type GrpcStatus } from './lib/grpc-status.ts'
import { parseHealthCheckRequest } from './parse/health-check-request.ts'
import type { GrpcCall } from './receive/grpc-call.ts'
import type { GrpcMethod } from './receive/grpc-server.ts'
import { inflate } from './receive/inflate.ts'
import { HEALTH_SERVICE, healthResponse, servingStatus } from './show/grpc-health.ts'
import { exportSpans, TRACE_SERVICE } from './show/otlp-grpc.ts'
import type { StoreSpans } from './show/otlp-traces.ts'
import { requestContext } from './show/request-context.ts'

export type GrpcMethodsOptions = {
  readonly storeSpans: StoreSpans
  readonly defaults: RequestContext
  /** What `/healthz` says. */
  readonly isAble: () => boolean
}

/** What the port of OTLP over gRPC answers: trace requests, and whether the server can take any. */
export function createGrpcMethods(options: GrpcMethodsOptions): ReadonlyMap<string, GrpcMethod> {
  const watchers = { count: 0 }
  return new Map([
    [
      `/${TRACE_SERVICE}/Export`,
      { name: 'ExportTraces', answer: (call) => exportTraces(call, options) },
    ],
    [
      `/${HEALTH_SERVICE}/Check`,
      { name: 'HealthCheck', answer: (call) => checkHealth(call, options) },
    ],
    [
      `/${HEALTH_SERVICE}/Watch`,
      {
        name: 'HealthWatch',
        answer: (call, stopping) => admitWatcher(call, stopping, options, watchers),
      },
    ],
  ])
}

async function exportTraces(
  call: GrpcCall,
  { storeSpans, defaults }: GrpcMethodsOptions,
): Promise<GrpcStatus> {
  const body = await call.read()
  if (!body.ok) return body.problem
  const context = requestContext(call.header('authorization'), defaults)
  const stored = await exportSpans(storeSpans, body.value, context)
  if (!stored.ok) return stored.problem
  call.send(stored.value)
  return GRPC_OK
}

async function checkHealth(call: GrpcCall, { isAble }: GrpcMethodsOptions): Promise<GrpcStatus> {
  const service = await readService(call)
  if (!service.ok) return service.problem
  const status = servingStatus(service.value, isAble())
  if (status === 'serviceUnknown') {
    return { code: GRPC_CODE.notFound, message: 'There is no such service here' }
  }
  call.send(healthResponse(status))
  return GRPC_OK
}

async function admitWatcher(
  call: GrpcCall,
  stopping: AbortSignal,
  options: GrpcMethodsOptions,
  watchers: { count: number },
): Promise<GrpcStatus> {
  if (watchers.count === MAX_WATCHERS) {
    return { code: GRPC_CODE.unavailable, message: 'Too many watch the health', retrySeconds: 60 }
  }
  watchers.count += 1
  try {
    return await watchHealth(call, stopping, options)
  } finally {
    watchers.count -= 1
  }
}

/** Tells the status at once and whenever it changes, until the caller leaves or the server stops. */
async function watchHealth(
  call: GrpcCall,
  stopping: AbortSignal,
  { isAble }: GrpcMethodsOptions,
): Promise<GrpcStatus> {
  const service = await readService(call)
  if (!service.ok) return service.problem
  const over = AbortSignal.any([call.signal, stopping])
  let told: string | undefined
  while (!over.aborted) {
    const status = servingStatus(service.value, isAble())
    if (status !== told) call.send(healthResponse(status))
    told = status
    await sleep(WATCH_MS, undefined, { signal: over }).catch(ignoreAbort)
  }
  call.send(healthResponse('notServing'))
  return { code: GRPC_CODE.unavailable, message: 'The server stops' }
}

/** Each keeps a call open for good. */
const MAX_WATCHERS = 512
/** How often a watcher's status is looked at. */
const WATCH_MS = 500
const MAX_HEALTH_REQUEST_BYTES = 4096

async function readService(call: GrpcCall): Promise<Result<string, GrpcStatus>> {
  const body = await call.read()
  if (!body.ok) return body
  const { bytes, encoding, release } = body.value
  const inflated = inflate(encoding, bytes, MAX_HEALTH_REQUEST_BYTES)
  release()
  if (!inflated.ok) return invalid(`The message is ${inflated.problem}`)
  const service = parseHealthCheckRequest(inflated.value)
  return service.ok ? ok(service.value) : invalid(service.problem)
}

function invalid(message: string): Result<never, GrpcStatus> {
  return bad({ code: GRPC_CODE.invalidArgument, message })
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}
