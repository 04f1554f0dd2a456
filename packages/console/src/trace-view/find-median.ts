import { ok, type Result, secondsFromUnixNanos, type TraceId } from '@fluoroscope/model'
import type { ListedTrace } from '../answer/trace-list.ts'
import { type ClientProblem, fetchTraceList } from '../client.ts'
import { quoted } from '../filter-box/complete-filter.ts'
import { urlParts } from '../request-text.ts'
import { instantAt } from '../trace-rows/trace-rows.ts'
import type { TracePicture } from '../trace-rows/trace-session.ts'

/** The trace in the middle of those of the same request, and how many these were. */
export type MedianTrace = { readonly id: TraceId; readonly of: number; readonly isAll: boolean }

const HOUR_SECONDS = 3600
/** Pages of the list that are looked through; what lies beyond is said. */
const MAX_PAGES = 5

/**
 * The trace whose response time is the median of those of the hour up to this one that entered at the
 * same service by the same method and path. Undefined where there is no other.
 */
export async function findMedian(
  id: TraceId,
  { rows, root }: TracePicture,
): Promise<Result<MedianTrace | undefined, ClientProblem>> {
  const end = Math.ceil(secondsFromUnixNanos(instantAt(rows, 0)))
  const range = { from: end - HOUR_SECONDS, to: end }
  const filter = root === undefined ? '' : `service(${quoted(root.name)})`
  const path = root?.http?.url === undefined ? undefined : urlParts(root.http.url).path
  const isSame = ({ entryPoint, http }: ListedTrace) =>
    entryPoint?.name === root?.name &&
    http.method === root?.http?.method &&
    (http.url === undefined ? undefined : urlParts(http.url).path) === path
  const found: ListedTrace[] = []
  let token: string | undefined
  let pages = 0
  do {
    const answer = await fetchTraceList({ range, filter }, token)
    if (!answer.ok) return answer
    found.push(...answer.value.traces.filter((trace) => trace.id !== id && isSame(trace)))
    token = answer.value.nextToken
  } while (token !== undefined && ++pages < MAX_PAGES)
  return ok(medianOf(found, token === undefined))
}

/** Of an even number the lower one of the two in the middle; traces in progress have no response time. */
export function medianOf(traces: readonly ListedTrace[], isAll: boolean): MedianTrace | undefined {
  const timed = traces.flatMap(({ id, responseTime }) =>
    responseTime === undefined ? [] : [{ id, responseTime }],
  )
  const sorted = timed.toSorted((left, right) => left.responseTime - right.responseTime)
  const middle = sorted[Math.ceil(sorted.length / 2) - 1]
  return middle === undefined ? undefined : { id: middle.id, of: sorted.length, isAll }
}
