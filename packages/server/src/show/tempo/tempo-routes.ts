import type { OtlpSpan } from '@fluoroscope/model'
import type { SpanTrace } from '../../analyse/span-search.ts'
import { readTraceId } from '../query-parameters.ts'
import type { ReadRequest, ReadRoute, SpanReads } from '../read-route.ts'
import { GO_FORM, resourceSpansJson } from './otlp-json.ts'
import { traceResponseMessage, tracesMessage } from './otlp-message.ts'
import { readTempoSearch } from './tempo-request.ts'
import { searchMatch, searchMetrics } from './tempo-search.ts'
import {
  findTagNames,
  findTagValues,
  INTRINSIC_TAGS,
  plainTagField,
  readTagField,
  readTagSearch,
  TAG_SCOPES,
} from './tempo-tags.ts'

/**
 * The HTTP API that Grafana's Tempo data source reads by, below `/tempo` (grafana/tempo,
 * docs/sources/tempo/api_docs). Errors are plain text, as Tempo's are.
 */
export function tempoRoutes(reads: SpanReads): readonly ReadRoute[] {
  const route = (path: string, answer: ReadRoute['answer']): ReadRoute => ({
    name: 'tempo',
    path: `/tempo${path}`,
    answer,
  })
  return [
    route('/api/echo', () => plain(200, 'echo')),
    route('/ready', () => plain(200, 'ready')),
    route('/api/status/buildinfo', () => Response.json(BUILD)),
    route('/api/traces/:id', (request) => trace(reads, request, TRACE)),
    route('/api/v2/traces/:id', (request) => trace(reads, request, TRACE_RESPONSE)),
    route('/api/search', (request) => search(reads, request)),
    route('/api/search/tags', (request) => tagNames(reads, request)),
    route('/api/v2/search/tags', (request) => scopedTagNames(reads, request)),
    route('/api/search/tag/:tag/values', (request) => tagValues(reads, request)),
    route('/api/v2/search/tag/:tag/values', (request) => typedTagValues(reads, request)),
    ...['/api/metrics/query_range', '/api/metrics/query', '/api/metrics/summary'].map((path) =>
      route(path, () =>
        plain(501, 'metrics of TraceQL are not supported: search for traces instead'),
      ),
    ),
  ]
}

/** The version of Tempo whose API this is: clients decide by it what they may ask for. */
const BUILD = {
  version: '2.7.0',
  revision: '',
  branch: 'fluoroscope',
  buildUser: '',
  buildDate: '',
  goVersion: '',
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}

/** One form of the answer for those who take protobuf, and one for the others. */
type TraceForm = {
  readonly message: (
    spans: Iterable<OtlpSpan>,
    partial: string | undefined,
  ) => Uint8Array<ArrayBuffer>
  readonly json: (spans: Iterable<OtlpSpan>, partial: string | undefined) => object
}

const TRACE: TraceForm = {
  message: (spans) => tracesMessage(spans),
  json: (spans) => ({ batches: resourceSpansJson(spans, GO_FORM) }),
}

const TRACE_RESPONSE: TraceForm = {
  message: traceResponseMessage,
  json: (spans, partial) => ({
    trace: { resourceSpans: resourceSpansJson(spans, GO_FORM) },
    metrics: {},
    ...(partial === undefined ? {} : { status: 'PARTIAL', message: partial }),
  }),
}

/** The range that clients may send along spares nothing here: a trace is found by its id. */
async function trace(
  reads: SpanReads,
  { part, accept }: ReadRequest,
  form: TraceForm,
): Promise<Response> {
  const id = readTraceId(part('id'))
  if (id === undefined) return plain(400, `'${part('id')}' is no trace id`)
  const found = await reads.findTrace(id)
  if (found === undefined) return plain(404, 'trace not found')
  const spans = found.tree.nodes.map(({ span }) => span)
  const partial = partialMessage(found)
  if (!accept.includes('application/protobuf')) return Response.json(form.json(spans, partial))
  const headers = { 'Content-Type': 'application/protobuf' }
  return new Response(form.message(spans, partial), { headers })
}

function partialMessage({ limitExceeded }: SpanTrace): string | undefined {
  return limitExceeded ? 'the trace is too large to be shown whole' : undefined
}

async function search(reads: SpanReads, { query }: ReadRequest): Promise<Response> {
  const wanted = readTempoSearch(query, reads.now())
  if (!wanted.ok) return plain(400, wanted.problem)
  const result = await reads.search(wanted.value, (each) => searchMatch(wanted.value, each))
  return Response.json({ traces: result.matches, metrics: searchMetrics(result) })
}

async function tagNames(reads: SpanReads, { query }: ReadRequest): Promise<Response> {
  const wanted = readTagSearch(query, reads)
  if (!wanted.ok) return plain(400, wanted.problem)
  const scope = readScope(query)
  if (scope === undefined) return unknownScope(query)
  if (scope === 'intrinsic') return Response.json({ tagNames: INTRINSIC_TAGS, metrics: {} })
  const { tags, result } = await findTagNames(reads, wanted.value)
  const wantedTags = tags.filter((each) => scope === 'all' || each.scope === scope)
  const names = new Set(wantedTags.flatMap((each) => each.names))
  return Response.json({ tagNames: [...names].sort(), metrics: searchMetrics(result) })
}

async function scopedTagNames(reads: SpanReads, { query }: ReadRequest): Promise<Response> {
  const wanted = readTagSearch(query, reads)
  if (!wanted.ok) return plain(400, wanted.problem)
  const scope = readScope(query)
  if (scope === undefined) return unknownScope(query)
  const intrinsics = { name: 'intrinsic', tags: INTRINSIC_TAGS }
  if (scope === 'intrinsic') return Response.json({ scopes: [intrinsics], metrics: {} })
  const { tags, result } = await findTagNames(reads, wanted.value)
  const scopes = tags
    .filter((each) => (scope === 'all' ? each.names.length > 0 : each.scope === scope))
    .map((each) => ({ name: each.scope, tags: each.names }))
  return Response.json({
    scopes: scope === 'all' ? [...scopes, intrinsics] : scopes,
    metrics: searchMetrics(result),
  })
}

const SCOPES = [...TAG_SCOPES, 'intrinsic', 'all'] as const

/** Undefined for a scope there is not; `none` is Grafana's word for all. */
function readScope(query: URLSearchParams): (typeof SCOPES)[number] | undefined {
  const text = query.get('scope') ?? ''
  return text === '' || text === 'none' ? 'all' : SCOPES.find((scope) => scope === text)
}

function unknownScope(query: URLSearchParams): Response {
  const told = `'${query.get('scope') ?? ''}' is no scope`
  return plain(400, `${told}: ${SCOPES.join(', ')} are`)
}

async function tagValues(reads: SpanReads, { part, query }: ReadRequest): Promise<Response> {
  const wanted = readTagSearch(query, reads)
  if (!wanted.ok) return plain(400, wanted.problem)
  const field = plainTagField(tagOf(part('tag')))
  const { tags, result } = await findTagValues(reads, wanted.value, field)
  const values = [...new Set(tags.map(({ value }) => value))]
  return Response.json({ tagValues: values, metrics: searchMetrics(result) })
}

async function typedTagValues(reads: SpanReads, { part, query }: ReadRequest): Promise<Response> {
  const wanted = readTagSearch(query, reads)
  if (!wanted.ok) return plain(400, wanted.problem)
  const field = readTagField(tagOf(part('tag')))
  if (!field.ok) return plain(400, field.problem)
  const { tags, result } = await findTagValues(reads, wanted.value, field.value)
  return Response.json({ tagValues: tags, metrics: searchMetrics(result) })
}

/** Grafana encodes tags twice. */
function tagOf(text: string): string {
  if (!/%[\dA-Fa-f]{2}/.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return text
  }
}
