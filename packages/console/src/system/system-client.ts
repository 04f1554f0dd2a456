import { bad, isJsonObject, ok, type Result } from '@fluoroscope/model'
import { type ClientProblem, fetchText } from '../client.ts'
import { type Metrics, parseMetrics } from './parse-metrics.ts'

/** What the server tells of itself: whether it works, and its numbers. */
export type SystemState = {
  readonly canStore: boolean
  readonly canAnswer: boolean
  /** In the server's own words. */
  readonly problems: readonly string[]
  readonly metrics: Metrics
}

/** Health and metrics at about the same instant. */
export async function fetchSystem(): Promise<Result<SystemState, ClientProblem>> {
  const [health, metrics] = await Promise.all([
    // A server that is not able says so with 503, and why.
    fetchText('/healthz', [503]),
    fetchText('/metrics'),
  ])
  if (!health.ok) return health
  if (!metrics.ok) return metrics
  const read = readHealth(health.value)
  if (read === undefined) return bad({ kind: 'unreadable', message: '/healthz is not JSON' })
  return ok({ ...read, metrics: parseMetrics(metrics.value) })
}

function readHealth(text: string): Omit<SystemState, 'metrics'> | undefined {
  const value = parseJson(text)
  if (!isJsonObject(value)) return undefined
  const texts = (member: string) => {
    const list = value[member]
    return Array.isArray(list) ? list.map(String) : []
  }
  return {
    canStore: value['canStore'] === true,
    canAnswer: value['canAnswer'] === true,
    problems: [...texts('problems'), ...texts('warnings')],
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
