import {
  bad,
  ok,
  parseTraceQuery,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { SpanSearch } from '../../analyse/span-search.ts'
import type { SpanTree } from '../../analyse/span-tree.ts'
import { serviceOfSpan, textOfValue } from '../../analyse/span-tree.ts'
import { compileTraceQuery, type TraceMatcher } from '../../analyse/traceql/compile-query.ts'
import type { Spanset } from '../../analyse/traceql/spanset.ts'
import { readInstant, readLength, readWhole } from '../query-parameters.ts'

/** What `/api/search` is asked for (grafana/tempo, docs/sources/tempo/api_docs). */
export type TempoSearch = Pick<SpanSearch, 'range' | 'implied' | 'limit'> & {
  readonly matcher: TraceMatcher
  /** Spans of each spanset that are shown. */
  readonly spansPerSpanset: number
}

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 1000
const DEFAULT_SPANS = 3
const MAX_SPANS = 1000

/** @returns the search, or what is wrong with which parameter */
export function readTempoSearch(
  query: URLSearchParams,
  now: UnixNanos,
): Result<TempoSearch, string> {
  const range = readTempoRange(query, now)
  if (!range.ok) return range
  const limit = readWhole(query, 'limit', DEFAULT_LIMIT, [1, MAX_LIMIT])
  if (!limit.ok) return limit
  const spans = readWhole(query, 'spss', DEFAULT_SPANS, [1, MAX_SPANS])
  if (!spans.ok) return spans
  const wanted = readWanted(query)
  if (!wanted.ok) return wanted
  return ok({
    range: range.value,
    limit: limit.value,
    spansPerSpanset: spans.value,
    ...wanted.value,
  })
}

type Wanted = Pick<TempoSearch, 'matcher' | 'implied'>

function readWanted(query: URLSearchParams): Result<Wanted, string> {
  const text = query.get('q') ?? ''
  const hasTags = ['tags', 'minDuration', 'maxDuration'].some((name) => query.has(name))
  if (text !== '') {
    if (hasTags) return bad("'q' goes without 'tags', 'minDuration' and 'maxDuration'")
    return readTraceQuery(text)
  }
  return readTagSearch(query)
}

/** A query in TraceQL and what it asks of traces. */
export function readTraceQuery(text: string): Result<Wanted, string> {
  const parsed = parseTraceQuery(text)
  if (!parsed.ok) return bad(parsed.problem.message)
  const compiled = compileTraceQuery(parsed.value, text)
  if (!compiled.ok) return bad(compiled.problem.message)
  return ok({ implied: parsed.value, matcher: compiled.value })
}

const NANOS_PER_SECOND = 1_000_000_000n

/** Whole seconds, both of which belong to the range; without them everything that is kept. */
export function readTempoRange(
  query: URLSearchParams,
  now: UnixNanos,
): Result<SpanSearch['range'], string> {
  const start = readInstant(query, 'start', NANOS_PER_SECOND)
  if (!start.ok) return start
  const end = readInstant(query, 'end', NANOS_PER_SECOND)
  if (!end.ok) return end
  const [from, to] = [start.value ?? 0n, end.value ?? 0n]
  if (from === 0n && to === 0n) {
    return ok({ from: unixNanos(0n), until: unixNanos(now + NANOS_PER_SECOND) })
  }
  if (from === 0n || to === 0n) return bad("'start' and 'end' go together")
  if (from >= to) return bad(`'start' has to lie before 'end'`)
  return ok({ from: unixNanos(from), until: unixNanos(to + NANOS_PER_SECOND) })
}

/** Every tag has to be told by some span, and the trace to last so long; tags are part of the value. */
function readTagSearch(query: URLSearchParams): Result<Wanted, string> {
  const tags = readLogfmt(query.get('tags') ?? '')
  if (!tags.ok) return tags
  const least = readLength(query, 'minDuration')
  if (!least.ok) return least
  const most = readLength(query, 'maxDuration')
  if (!most.ok) return most
  const match = (tree: SpanTree): readonly Spanset[] => {
    if (least.value !== undefined && tree.duration < least.value) return []
    if (most.value !== undefined && tree.duration > most.value) return []
    const spans = tree.nodes.filter((node) => tags.value.some((tag) => isTold(tag, node, tree)))
    const areAllTold = tags.value.every((tag) => tree.nodes.some((node) => isTold(tag, node, tree)))
    if (!areAllTold) return []
    return [{ spans: tags.value.length === 0 ? tree.nodes : spans, attributes: new Map() }]
  }
  return ok({ implied: undefined, matcher: { match, fields: [] } })
}

type Tag = readonly [key: string, value: string]

/** `key=value key2="with spaces"`, as logfmt has them. */
function readLogfmt(text: string): Result<readonly Tag[], string> {
  const tags: Tag[] = []
  const rest = text.replace(PAIR, (_, key: string, quoted?: string, plain?: string) => {
    tags.push([key, quoted === undefined ? (plain ?? '') : unquote(quoted)])
    return ''
  })
  if (rest.trim() === '') return ok(tags)
  return bad(`malformed 'tags' parameter, expecting key=value, received: ${rest.trim()}`)
}

const PAIR = /(?<!\S)([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=\s|$)/g

function unquote(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

type Node = SpanTree['nodes'][number]

function isTold([key, value]: Tag, { span }: Node, { root }: SpanTree): boolean {
  const wanted = value.toLowerCase()
  return told(key).some((text) => text.toLowerCase().includes(wanted))

  function told(name: string): readonly string[] {
    switch (name) {
      case 'name':
        return [span.name]
      case 'status.code':
        return [span.status.code]
      case 'error':
        return [String(span.status.code === 'error')]
      case 'root.name':
        return root === undefined ? [] : [root.span.name]
      case 'root.service.name':
        return root === undefined ? [] : [serviceOfSpan(root.span)]
    }
    const values = [span.attributes.get(name), span.resource.attributes.get(name)]
    return values.flatMap((each) => (each === undefined ? [] : [textOfValue(each)]))
  }
}
