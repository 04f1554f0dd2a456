import type { Outcome, ServiceKey } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { type GraphSpan, OUTCOMES } from '../query/graph-spans.ts'
import { boundLinks } from './linked-producers.ts'
import type { CallingSegment, Subcall, TraceCalls } from './trace-calls.ts'

/**
 * One trace from its rows of the span table, in the order of `graphSpans`: what `assembleTrace` and
 * `graphOfTrace` make of its documents. Not told apart are two documents of one id in one put
 * request: they count as one that holds what both hold.
 */
export function traceCallsOf(rows: readonly GraphSpan[]): TraceCalls {
  const versions = chooseRows(rows)
  const segments = new Map<bigint, MutableSegment>()
  for (const [id, row] of versions) {
    if (row.is_segment) segments.set(id, segmentOf(row))
  }
  const owners = new Map<bigint, MutableSegment | undefined>(segments)
  for (const [id, row] of versions) {
    if (!row.is_segment) ownerOf(id, versions, owners)?.subsegments.push(subcallOf(row))
  }
  const calling = [...segments.values()]
  return { start: startOf(calling, rows), ...boundLinks(calling) }
}

type MutableSegment = CallingSegment & { readonly subsegments: Subcall[] }

/** The version of each id that stands (`chooseVersions`); most traces have one row an id. */
function chooseRows(rows: readonly GraphSpan[]): ReadonlyMap<bigint, GraphSpan> {
  const versions = new Map(rows.map((row) => [row.id, row]))
  if (versions.size === rows.length) return versions
  versions.clear()
  for (const document of documentsOf(rows)) addDocument(versions, document)
  return versions
}

/** Rows of one receipt and one document id, in the order of both. */
function documentsOf(rows: readonly GraphSpan[]): readonly (readonly GraphSpan[])[] {
  const documents: GraphSpan[][] = []
  for (const row of rows) {
    const document = documents.at(-1)
    const first = document?.[0]
    const isSame = first?.received === row.received && first.document_id === row.document_id
    if (document !== undefined && isSame) document.push(row)
    else documents.push([row])
  }
  return documents
}

/** What stands complete keeps its place, and what a later version embeds is not looked at. */
function addDocument(versions: Map<bigint, GraphSpan>, document: readonly GraphSpan[]): void {
  const embedded = new Map<bigint, GraphSpan[]>()
  const open: GraphSpan[] = []
  for (const row of document) {
    const siblings = embedded.get(row.parent_id)
    if (row.id === row.document_id) open.push(row)
    else if (siblings === undefined) embedded.set(row.parent_id, [row])
    else siblings.push(row)
  }
  open.reverse()
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    const standing = versions.get(row.id)
    if (standing !== undefined && !standing.in_progress) continue
    versions.set(row.id, row)
    const children = embedded.get(row.id) ?? []
    // Taken once: ids from outside may lead in a circle.
    embedded.delete(row.id)
    for (const child of children.reverse()) open.push(child)
  }
}

/** The segment above a subsegment; undefined for an orphan. Fills `owners` for all it passes. */
function ownerOf(
  id: bigint,
  versions: ReadonlyMap<bigint, GraphSpan>,
  owners: Map<bigint, MutableSegment | undefined>,
): MutableSegment | undefined {
  const path: bigint[] = []
  let at = id
  while (!owners.has(at)) {
    const row = versions.get(at)
    // Undefined for now: who comes back here has gone in a circle, and belongs to no segment.
    owners.set(at, undefined)
    if (row === undefined) break
    path.push(at)
    at = row.parent_id
  }
  const owner = owners.get(at)
  for (const passed of path) owners.set(passed, owner)
  return owner
}

/** Spelled out: spreading objects took half of the time of a graph. */
function segmentOf(row: GraphSpan): MutableSegment {
  return {
    id: row.id,
    start: row.start,
    end: row.in_progress ? undefined : row.start + row.duration,
    outcome: OUTCOMES[row.outcome] ?? UNKNOWN_OUTCOME,
    parentId: row.parent_id === 0n ? undefined : row.parent_id,
    service: keyOf(row),
    subsegments: [],
    links: row.link_traces.length === 0 ? NO_LINKS : linksOf(row),
  }
}

const NO_LINKS: CallingSegment['links'] = []

function linksOf({ link_traces, link_ids }: GraphSpan): CallingSegment['links'] {
  return link_traces.map((traceId, index) => ({ traceId, id: link_ids[index] ?? 0n }))
}

function subcallOf(row: GraphSpan): Subcall {
  return {
    id: row.id,
    start: row.start,
    end: row.in_progress ? undefined : row.start + row.duration,
    outcome: OUTCOMES[row.outcome] ?? UNKNOWN_OUTCOME,
    callee: row.type === '' ? undefined : keyOf(row),
  }
}

const UNKNOWN_OUTCOME: Outcome = 'ok'

function keyOf({ name, type, account }: GraphSpan): ServiceKey {
  return { name, type: type || undefined, account: account || undefined }
}

/** As `traceStart` tells it. */
function startOf(segments: readonly CallingSegment[], rows: readonly GraphSpan[]) {
  let start: bigint | undefined
  for (const segment of segments) {
    if (segment.start > 0n && (start === undefined || segment.start < start)) start = segment.start
  }
  // Rows are in the order of their receipt.
  return unixNanos(start ?? rows[0]?.received ?? 0n)
}
