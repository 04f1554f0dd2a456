import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** How a system is asked. */
export const DIALECTS = ['x-ray', 'jaeger', 'tempo', 'zipkin'] as const
export type DialectName = (typeof DIALECTS)[number]

/** What is looked for, in a range of unix seconds; every condition that is there holds. */
export type Search = {
  readonly from: number
  readonly to: number
  readonly service: string
  /** Only traces with a failure in that service. */
  readonly failed?: boolean
  /** Only traces with a span of that service that takes longer. */
  readonly longerThanMillis?: number
  /** The value of `shop.order`. */
  readonly order?: string
}

export type Dialect = {
  /** Segments and subsegments, or spans, that the system has of a trace; 0 for none. */
  spansOf(url: string, traceId: string): Promise<number>
  /** Traces on the first page, of at most 100. */
  search(url: string, search: Search): Promise<number>
  /** Services in the graph; undefined where the system has none. */
  graph: ((url: string, range: Pick<Search, 'from' | 'to'>) => Promise<number>) | undefined
}

const PAGE = 100
const agent = new Agent({ keepAlive: true })

type Answer = { readonly status: number; readonly json: unknown }

/** @throws Error for what is neither an answer nor "not found" */
async function ask(url: string, body?: object): Promise<Answer> {
  const response = await new Promise<import('node:http').IncomingMessage>((done, failed) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const sent = request(url, { method: body ? 'POST' : 'GET', agent, headers }, done)
    sent.on('error', failed)
    sent.end(body && JSON.stringify(body))
  })
  const words = await text(response)
  const status = response.statusCode ?? 0
  if (status === 404) return { status, json: undefined }
  if (status !== 200) throw new Error(`${url} answered ${status}: ${words.slice(0, 200)}`)
  return { status, json: JSON.parse(words) }
}

/** What lies at a path of members; undefined where one is missing. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value
  for (const name of path) found = (found as Record<string | number, unknown> | undefined)?.[name]
  return found
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function query(values: Readonly<Record<string, string | number>>): string {
  return new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
}

const xray: Dialect = {
  async spansOf(url, traceId) {
    const id = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`
    const { json } = await ask(`${url}/Traces`, { TraceIds: [id] })
    const segments = list(at(json, 'Traces', 0, 'Segments'))
    // What a system infers from a call was not sent.
    return segments
      .map((segment): unknown => JSON.parse(String(at(segment, 'Document'))))
      .filter((document) => at(document, 'inferred') !== true)
      .reduce((sum: number, document) => sum + entities(document), 0)
  },
  async search(url, { from, to, service, failed, longerThanMillis, order }) {
    const terms = [`service("${service}")`]
    if (failed) terms.push(`service("${service}") { fault OR error }`)
    if (longerThanMillis !== undefined) terms.push(`responsetime > ${longerThanMillis / 1000}`)
    if (order !== undefined) terms.push(`annotation[shop.order] = "${order}"`)
    const range = { StartTime: from, EndTime: to, FilterExpression: terms.join(' AND ') }
    const { json } = await ask(`${url}/TraceSummaries`, range)
    return list(at(json, 'TraceSummaries')).length
  },
  async graph(url, { from, to }) {
    const { json } = await ask(`${url}/ServiceGraph`, { StartTime: from, EndTime: to })
    return list(at(json, 'Services')).length
  },
}

function entities(document: unknown): number {
  return list(at(document, 'subsegments')).reduce((sum: number, child) => sum + entities(child), 1)
}

const jaeger: Dialect = {
  async spansOf(url, traceId) {
    const { json } = await ask(`${url}/api/traces/${traceId}`)
    return list(at(json, 'data', 0, 'spans')).length
  },
  async search(url, { from, to, service, failed, longerThanMillis, order }) {
    const tags = {
      ...(failed ? { error: 'true' } : {}),
      ...(order === undefined ? {} : { 'shop.order': order }),
    }
    const values = {
      service,
      start: from * 1e6,
      end: to * 1e6,
      limit: PAGE,
      ...(Object.keys(tags).length === 0 ? {} : { tags: JSON.stringify(tags) }),
      ...(longerThanMillis === undefined ? {} : { minDuration: `${longerThanMillis}ms` }),
    }
    const { json } = await ask(`${url}/api/traces?${query(values)}`)
    return list(at(json, 'data')).length
  },
  async graph(url, { from, to }) {
    const values = { endTs: to * 1000, lookback: (to - from) * 1000 }
    const { json } = await ask(`${url}/api/dependencies?${query(values)}`)
    return servicesOf(list(at(json, 'data')))
  },
}

/** Of calls `{parent, child}`. */
function servicesOf(calls: readonly unknown[]): number {
  return new Set(calls.flatMap((call) => [at(call, 'parent'), at(call, 'child')])).size
}

const tempo: Dialect = {
  async spansOf(url, traceId) {
    const { json } = await ask(`${url}/api/traces/${traceId}`)
    return list(at(json, 'batches') ?? at(json, 'resourceSpans'))
      .flatMap((batch) => list(at(batch, 'scopeSpans')))
      .reduce((sum: number, scope) => sum + list(at(scope, 'spans')).length, 0)
  },
  async search(url, { from, to, service, failed, longerThanMillis, order }) {
    const terms = [`resource.service.name = "${service}"`]
    if (failed) terms.push('status = error')
    if (longerThanMillis !== undefined) terms.push(`duration > ${longerThanMillis}ms`)
    if (order !== undefined) terms.push(`span.shop.order = "${order}"`)
    const values = { q: `{ ${terms.join(' && ')} }`, start: from, end: to, limit: PAGE }
    const { json } = await ask(`${url}/api/search?${query(values)}`)
    return list(at(json, 'traces')).length
  },
  graph: undefined,
}

const zipkin: Dialect = {
  async spansOf(url, traceId) {
    return list((await ask(`${url}/api/v2/trace/${traceId}`)).json).length
  },
  async search(url, { from, to, service, failed, longerThanMillis, order }) {
    const annotations = [
      ...(failed ? ['error'] : []),
      ...(order === undefined ? [] : [`shop.order=${order}`]),
    ]
    const values = {
      serviceName: service,
      endTs: to * 1000,
      lookback: (to - from) * 1000,
      limit: PAGE,
      ...(annotations.length === 0 ? {} : { annotationQuery: annotations.join(' and ') }),
      ...(longerThanMillis === undefined ? {} : { minDuration: longerThanMillis * 1000 }),
    }
    return list((await ask(`${url}/api/v2/traces?${query(values)}`)).json).length
  },
  async graph(url, { from, to }) {
    const values = { endTs: to * 1000, lookback: (to - from) * 1000 }
    return servicesOf(list((await ask(`${url}/api/v2/dependencies?${query(values)}`)).json))
  },
}

export const DIALECT: Readonly<Record<DialectName, Dialect>> = {
  'x-ray': xray,
  jaeger,
  tempo,
  zipkin,
}
