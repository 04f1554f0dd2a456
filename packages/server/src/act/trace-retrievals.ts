import {
  addNanos,
  bad,
  type Nanos,
  ok,
  type Result,
  type TraceId,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { TraceRetrieval, TraceRetrievals } from '../store/trace-retrievals.ts'
import type { Refusal } from './refusal.ts'

export type RetrievalOptions = {
  readonly retrievals: TraceRetrievals
  readonly now: () => UnixNanos
  /** 16 bytes by chance: who does not know a token cannot guess it. */
  readonly randomBytes: () => Uint8Array
}

/** Traces are read when their pages are asked for, so a retrieval is complete at once. */
export type RetrievalStatus = 'complete' | 'cancelled' | 'timeout'

export type KnownRetrieval = {
  readonly retrieval: TraceRetrieval
  readonly status: RetrievalStatus
}

/** @returns the token @throws StoreError */
export async function startRetrieval(
  { retrievals, now, randomBytes }: RetrievalOptions,
  request: Pick<TraceRetrieval, 'from' | 'to'> & { readonly traceIds: readonly TraceId[] },
): Promise<Result<string, Refusal>> {
  const created = now()
  const number = await retrievals.countSince(unixNanos(created - BigInt(LIFE_NANOS)))
  if (number >= MAX_RETRIEVALS) {
    const message = `At most ${MAX_RETRIEVALS} trace retrievals can be started within 60 minutes`
    return bad({ kind: 'throttled', message })
  }
  const id = Array.from(randomBytes(), (byte) => byte.toString(16).padStart(2, '0')).join('')
  await retrievals.put({ ...request, id, created, cancelled: false })
  return ok(id)
}

/** @throws StoreError */
export async function findRetrieval(
  { retrievals, now }: RetrievalOptions,
  token: string,
): Promise<Result<KnownRetrieval, Refusal>> {
  const retrieval = await retrievals.find(token)
  if (retrieval === undefined) {
    const message = `Retrieval token ${token} not found`
    return bad({ kind: 'resource-not-found', message, resourceName: token })
  }
  return ok({ retrieval, status: statusOf(retrieval, now()) })
}

/** What has ended already stays as it is. @throws StoreError */
export async function cancelRetrieval(
  options: RetrievalOptions,
  token: string,
): Promise<Result<undefined, Refusal>> {
  const known = await findRetrieval(options, token)
  if (!known.ok) return known
  const { retrieval, status } = known.value
  if (status === 'complete') await options.retrievals.put({ ...retrieval, cancelled: true })
  return ok(undefined)
}

/** xray-behaviour 12.8. */
function statusOf({ cancelled, created }: TraceRetrieval, now: UnixNanos): RetrievalStatus {
  if (cancelled) return 'cancelled'
  return now >= addNanos(created, LIFE_NANOS) ? 'timeout' : 'complete'
}

const LIFE_NANOS = 3_600_000_000_000 as Nanos

/** Within 60 minutes, over all servers of a store; each is a row and a part of the table for a while. */
const MAX_RETRIEVALS = 1000
