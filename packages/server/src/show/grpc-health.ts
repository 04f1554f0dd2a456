import { MessageWriter } from '../lib/message-writer.ts'
import { TRACE_SERVICE } from './otlp-grpc.ts'

/** The service of grpc.health.v1. */
export const HEALTH_SERVICE = 'grpc.health.v1.Health'

/** Numbers of HealthCheckResponse.ServingStatus. */
const SERVING = { serving: 1, notServing: 2, serviceUnknown: 3 } as const

export type ServingStatus = keyof typeof SERVING

/**
 * How a service does; they all do as `/healthz` says.
 * @param service as in HealthCheckRequest: empty for the whole server
 */
export function servingStatus(service: string, isAble: boolean): ServingStatus {
  if (!SERVICES.has(service)) return 'serviceUnknown'
  return isAble ? 'serving' : 'notServing'
}

const SERVICES: ReadonlySet<string> = new Set(['', TRACE_SERVICE, HEALTH_SERVICE])

/** A HealthCheckResponse. */
export function healthResponse(status: ServingStatus): Uint8Array {
  const writer = new MessageWriter()
  writer.varint(1, BigInt(SERVING[status]))
  return writer.finish()
}
