import {
  type Result,
  type ServiceGraph,
  traceIdHex,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { serviceOfSpan } from '../../analyse/span-tree.ts'
import { readInstant, readTraceId, readWhole } from '../query-parameters.ts'
import type { ReadRequest, ReadRoute, SpanReads } from '../read-route.ts'
import {
  impliedQuery,
  type JaegerQuery,
  matchesJaegerQuery,
  readJaegerQuery,
} from './jaeger-query.ts'
import { type JaegerTrace, jaegerTrace } from './jaeger-trace.ts'

/**
 * The HTTP API that Jaeger's console and Grafana's Jaeger data source read by, below `/jaeger`
 * (jaegertracing/jaeger, cmd/query/app/http_handler.go).
 */
export function jaegerRoutes(reads: SpanReads): readonly ReadRoute[] {
  const route = (path: string, answer: ReadRoute['answer']): ReadRoute => ({
    name: 'jaeger',
    path: `/jaeger${path}`,
    answer,
  })
  return [
    route('/api/services', async () => envelope(await reads.findServices())),
    route('/api/services/:service/operations', async ({ part }) => {
      const operations = await findOperations(reads, part('service'))
      return envelope([...new Set(operations.map(({ name }) => name))])
    }),
    route('/api/operations', (request) => operationsOf(reads, request)),
    route('/api/traces', (request) => searchTraces(reads, request)),
    route('/api/traces/:id', (request) => oneTrace(reads, request)),
    route('/api/dependencies', (request) => dependencies(reads, request)),
  ]
}

type StructuredError = { readonly code: number; readonly msg: string; readonly traceID?: string }

/** `total` counts what there is; Jaeger fills limit and offset with zeros. */
function envelope(data: readonly unknown[], errors: readonly StructuredError[] = []): Response {
  const told = errors.length === 0 ? null : errors
  return Response.json({ data, total: data.length, limit: 0, offset: 0, errors: told })
}

function refused(code: 400 | 404, msg: string): Response {
  const body = { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] }
  return Response.json(body, { status: code })
}

/** Operations are those of so many of the newest traces of their service. */
const MAX_TRACES_OF_SERVICE = 1000

type OperationOfService = { readonly name: string; readonly spanKind: string }

/** By name, then kind. */
async function findOperations(
  reads: SpanReads,
  service: string,
): Promise<readonly OperationOfService[]> {
  const found = new Map<string, OperationOfService>()
  const range = { from: unixNanos(0n), until: unixNanos(reads.now() + 1n) }
  const search = {
    range,
    implied: impliedQuery({ service }),
    limit: Number.POSITIVE_INFINITY,
    maxInspected: MAX_TRACES_OF_SERVICE,
  }
  await reads.search(search, ({ tree }) => {
    for (const { span } of tree.nodes) {
      if (serviceOfSpan(span) !== service) continue
      const spanKind = span.kind === 'unspecified' ? '' : span.kind
      found.set(`${spanKind} ${span.name}`, { name: span.name, spanKind })
    }
    return undefined
  })
  return [...found.values()].sort((left, right) =>
    left.name === right.name
      ? compareText(left.spanKind, right.spanKind)
      : compareText(left.name, right.name),
  )
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

async function operationsOf(reads: SpanReads, { query }: ReadRequest): Promise<Response> {
  const service = query.get('service') ?? ''
  if (service === '') return refused(400, "parameter 'service' is required")
  const spanKind = query.get('spanKind') ?? ''
  const operations = await findOperations(reads, service)
  return envelope(operations.filter((each) => spanKind === '' || each.spanKind === spanKind))
}

async function searchTraces(reads: SpanReads, { query }: ReadRequest): Promise<Response> {
  const read = readJaegerQuery(query, reads.now())
  if (!read.ok) return refused(400, read.problem)
  const wanted = read.value
  if (wanted.traceIds.length > 0) return tracesById(reads, wanted)
  const { from, to, limit } = wanted
  const range = { from, until: unixNanos(to + 1n) }
  const search = { range, implied: impliedQuery(wanted), limit, maxSpans: MAX_SPANS }
  const result = await reads.search(search, (trace) =>
    matchesJaegerQuery(wanted, trace.tree) ? jaegerTrace(trace) : undefined,
  )
  if (result.isComplete) return envelope(result.matches)
  const msg = `the search ended after ${result.inspected} traces: narrow the range or the query`
  return envelope(result.matches, [{ code: PARTIAL, msg }])
}

/** Spans of one answer, which are all in memory; a trace is always whole. */
const MAX_SPANS = 200_000

const PARTIAL = 206

async function tracesById(reads: SpanReads, { traceIds }: JaegerQuery): Promise<Response> {
  const errors: StructuredError[] = []
  const traces: JaegerTrace[] = []
  let spans = 0
  for (const id of new Set(traceIds)) {
    const traceID = traceIdHex(id)
    if (spans > MAX_SPANS) {
      errors.push({ code: PARTIAL, msg: 'left out: the answer is too large', traceID })
      continue
    }
    const trace = await reads.findTrace(id)
    spans += trace?.tree.nodes.length ?? 0
    if (trace === undefined) errors.push({ code: 404, msg: 'trace not found', traceID })
    else traces.push(jaegerTrace(trace))
  }
  return envelope(traces, errors)
}

/** The range that clients may send along spares nothing here: a trace is found by its id. */
async function oneTrace(reads: SpanReads, { part }: ReadRequest): Promise<Response> {
  const id = readTraceId(part('id'))
  if (id === undefined) return refused(400, `cannot parse trace id '${part('id')}'`)
  const trace = await reads.findTrace(id)
  return trace === undefined ? refused(404, 'trace not found') : envelope([jaegerTrace(trace)])
}

const NANOS_PER_MILLI = 1_000_000n
const DEFAULT_LOOK_BACK_MS = 86_400_000
const MAX_LOOK_BACK_MS = 2_592_000_000

async function dependencies(reads: SpanReads, { query }: ReadRequest): Promise<Response> {
  const range = dependencyRange(query, reads.now())
  if (!range.ok) return refused(400, range.problem)
  const graph = await reads.findGraph(range.value.from, range.value.to)
  return envelope(linksOf(graph))
}

function dependencyRange(
  query: URLSearchParams,
  now: UnixNanos,
): Result<{ readonly from: UnixNanos; readonly to: UnixNanos }, string> {
  const end = readInstant(query, 'endTs', NANOS_PER_MILLI)
  if (!end.ok) return end
  const lookBack = readWhole(query, 'lookback', DEFAULT_LOOK_BACK_MS, [1, MAX_LOOK_BACK_MS])
  if (!lookBack.ok) return lookBack
  const to = end.value ?? now
  const from = to - BigInt(lookBack.value) * NANOS_PER_MILLI
  return { ok: true, value: { from: unixNanos(from < 0n ? 0n : from), to } }
}

/** Calls between services, clients of the first ones left out; nodes of one name are one service. */
function linksOf({ edges }: ServiceGraph) {
  const links = new Map<string, { parent: string; child: string; callCount: number }>()
  for (const { from, to, type, statistics } of edges) {
    if (type !== 'call' || from.type === 'client') continue
    const { ok, error, throttle, fault } = statistics
    const callCount = ok + error + throttle + fault
    const key = JSON.stringify([from.name, to.name])
    const link = links.get(key)
    if (link === undefined) links.set(key, { parent: from.name, child: to.name, callCount })
    else link.callCount += callCount
  }
  return [...links.values()]
}
