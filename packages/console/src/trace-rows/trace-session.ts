import {
  isJsonObject,
  type JsonValue,
  parseSegmentDocument,
  type Segment,
  type Subsegment,
} from '@fluoroscope/model'
import { entityJson } from '../timeline/entity-json.ts'
import { type ArrangedRows, arrangeRows } from './arrange-rows.ts'
import { type CriticalPath, findCriticalPath } from './critical-path.ts'
import { type Density, measureDensity } from './density.ts'
import { type Flame, flameOfRows } from './flame.ts'
import { type Folds, foldRows } from './fold-rows.ts'
import { type Direction, type MergedNode, mergeAround, mergeTree } from './merged-tree.ts'
import { RowStore } from './row-store.ts'
import { parseSearch } from './search-query.ts'
import { searchRows } from './search-rows.ts'
import { type OperationStatistics, summarise } from './statistics.ts'
import type { TimePart } from './time-part.ts'
import { FLAG, type TraceRows } from './trace-rows.ts'

/** All that is computed of a trace at once; crosses from the worker. */
export type TracePicture = {
  readonly rows: TraceRows
  readonly critical: CriticalPath
  readonly folds: Folds
  readonly density: Density
  readonly counts: TraceCounts
  /** The first segment, which is the request itself where its sender is known. */
  readonly root: Segment | undefined
  /** Documents that could not be read, with the reason: shown, never left out silently. */
  readonly unreadable: readonly UnreadableDocument[]
}

type TraceCounts = {
  readonly services: number
  readonly parentMissing: number
  readonly inProgress: number
}

type UnreadableDocument = { readonly text: string; readonly reason: string }

/** A row with everything its document says of it; what is embedded in it is rows of its own. */
export type RowDetails = {
  readonly entity: Segment | Subsegment
  readonly segment: Segment
  /** Where the exceptions that it refers to were recorded, by their ids. */
  readonly owners: ReadonlyMap<string, ExceptionOwner>
}

export type ExceptionOwner = {
  readonly row: number
  readonly name: string
  readonly type: string | undefined
}

export type SearchAnswer =
  | { readonly ok: true; readonly hits: Uint8Array; readonly count: number }
  | { readonly ok: false; readonly message: string }

/** The server nests subsegments that were sent apart: its documents outgrow the bounds of one put. */
const LIMITS = {
  maxLength: 256 * 1024 * 1024,
  maxDepth: 2000,
  maxSubsegments: 2_000_000,
  maxValues: 100_000_000,
}

/** The documents of one trace, and everything that is asked about it. */
export class TraceSession {
  readonly #store = new RowStore()
  readonly #documents: string[] = []
  readonly #unreadable: UnreadableDocument[] = []
  /** Store rows by the ids of the exceptions recorded there. */
  readonly #exceptions = new Map<
    string,
    { readonly row: number; readonly type: string | undefined }
  >()
  #arranged: ArrangedRows | undefined
  #critical: CriticalPath | undefined
  #asOfMicros: number | undefined
  /** The document that was read last, and its number. */
  #read: { readonly document: number; readonly segment: Segment } | undefined

  get documents(): readonly string[] {
    return this.#documents
  }

  get rowCount(): number {
    return this.#store.count
  }

  /** Adds the text of a segment's document; one that cannot be read is kept aside with the reason. */
  add(text: string): void {
    const document = this.#documents.push(text) - 1
    const segment = readSegment(text)
    if (typeof segment === 'string') {
      this.#unreadable.push({ text, reason: segment })
      return
    }
    const first = this.#store.count
    this.#store.add(segment, document)
    let row = first
    for (const entity of entitiesOf(segment)) this.#noteExceptions(entity, row++)
  }

  /** Everything there is to see, of the documents added so far. */
  picture(asOfMicros?: number): TracePicture {
    this.#asOfMicros = asOfMicros
    this.#arranged = arrangeRows(this.#store, asOfMicros)
    const { rows } = this.#arranged
    this.#critical = findCriticalPath(rows)
    return {
      rows,
      critical: this.#critical,
      folds: foldRows(rows),
      density: measureDensity(rows),
      counts: countRows(rows),
      root: this.details(0)?.segment,
      unreadable: this.#unreadable,
    }
  }

  /** The same of what was added so far, to be given away: who asks about it makes it once more. */
  partPicture(asOfMicros: number): TracePicture {
    const picture = this.picture(asOfMicros)
    this.#critical = undefined
    return picture
  }

  /**
   * The same, when all documents were added: what is only needed to add more is let go, so that the
   * rows of a large trace are kept once.
   */
  lastPicture(asOfMicros: number): TracePicture {
    const picture = this.picture(asOfMicros)
    this.#store.settle()
    return picture
  }

  /** The rows and the critical path of the last {@link picture}. */
  get seen(): { readonly rows: TraceRows; readonly critical: CriticalPath } {
    if (this.#arranged === undefined || this.#critical === undefined) this.picture(this.#asOfMicros)
    const [arranged, critical] = [this.#arranged, this.#critical]
    if (arranged === undefined || critical === undefined) throw new Error('no picture was made')
    return { rows: arranged.rows, critical }
  }

  /** What is known of a row of the last picture; undefined where it has no such row. */
  details(row: number): RowDetails | undefined {
    const stored = this.#arranged?.order[row]
    if (stored === undefined) return undefined
    const segment = this.#segmentOf(stored)
    if (segment === undefined) return undefined
    const entity = nthEntity(segment, this.#store.ordinal.values[stored] ?? 0)
    if (entity === undefined) return undefined
    const owners = new Map<string, ExceptionOwner>()
    for (const id of referredExceptions(entity)) {
      const owner = this.#exceptionOwner(id)
      if (owner !== undefined) owners.set(id, owner)
    }
    return {
      entity: { ...entity, subsegments: [] },
      segment: { ...segment, subsegments: [] },
      owners,
    }
  }

  /** The part of the document that is the row, with what is embedded in it. */
  document(row: number): JsonValue | undefined {
    const stored = this.#arranged?.order[row]
    const text = this.#documents[this.#store.document.values[stored ?? -1] ?? -1]
    const id = this.details(row)?.entity.id
    return text === undefined || id === undefined ? undefined : entityJson(text, id)
  }

  /** Which rows of the last picture a search finds. */
  search(text: string): SearchAnswer {
    const query = parseSearch(text)
    if (!query.ok) return query
    const order = this.#arranged?.order ?? new Uint32Array()
    const { termStart, termList, terms } = this.#store
    const [starts, list] = [termStart.values, termList.values]
    const hits = searchRows(
      {
        ...this.seen,
        terms: terms.table(),
        termList: list,
        termRange: (row) => {
          const stored = order[row] ?? 0
          return [starts[stored] ?? 0, starts[stored + 1] ?? list.length]
        },
      },
      query.terms,
    )
    let count = 0
    for (const hit of hits) count += hit
    return { ok: true, hits, count }
  }

  /** The rows by time. */
  flame(): Flame {
    return flameOfRows(this.seen.rows)
  }

  /** The tree with identical paths merged. */
  merged(): readonly MergedNode[] {
    const { rows, critical } = this.seen
    return mergeTree(rows, critical)
  }

  /** What led to an operation, or what it called. */
  around(service: string, name: string, direction: Direction): readonly MergedNode[] {
    const { rows, critical } = this.seen
    return mergeAround(rows, critical, { service, name }, direction)
  }

  /** All documents as they came. */
  texts(): readonly string[] {
    return this.#documents
  }

  /** What ran, in `part` of the time or in all of it. */
  statistics(part?: TimePart): readonly OperationStatistics[] {
    const { rows, critical } = this.seen
    return summarise(rows, critical, part)
  }

  #noteExceptions(entity: Segment | Subsegment, row: number): void {
    if (entity.cause?.kind !== 'exceptions') return
    for (const { id, type } of entity.cause.exceptions) {
      if (id !== undefined && !this.#exceptions.has(id)) this.#exceptions.set(id, { row, type })
    }
  }

  #exceptionOwner(id: string): ExceptionOwner | undefined {
    const known = this.#exceptions.get(id)
    const row = known === undefined ? -1 : (this.#arranged?.order.indexOf(known.row) ?? -1)
    if (known === undefined || row < 0) return undefined
    const segment = this.#segmentOf(known.row)
    const entity = segment && nthEntity(segment, this.#store.ordinal.values[known.row] ?? 0)
    return entity === undefined ? undefined : { row, name: entity.name, type: known.type }
  }

  #segmentOf(stored: number): Segment | undefined {
    const document = this.#store.document.values[stored] ?? -1
    if (this.#read?.document === document) return this.#read.segment
    const text = this.#documents[document]
    const segment = text === undefined ? undefined : readSegment(text)
    if (segment === undefined || typeof segment === 'string') return undefined
    this.#read = { document, segment }
    return segment
  }
}

/** The segment of a document, or why there is none. */
function readSegment(text: string): Segment | string {
  const parsed = parseSegmentDocument(text, LIMITS)
  if (!parsed.ok) {
    const { message, field } = parsed.problem
    return field === undefined ? message : `${message} (${field})`
  }
  const { document } = parsed.value
  if (document.kind !== 'segment') return 'A subsegment without its segment'
  return isInferred(text) ? { ...document.segment, inferred: true } : document.segment
}

/** `inferred` is only ever written by the service, so the reader of sent documents leaves it out. */
function isInferred(text: string): boolean {
  if (!text.includes('"inferred"')) return false
  const document: unknown = JSON.parse(text)
  return isJsonObject(document) && document['inferred'] === true
}

function* entitiesOf(segment: Segment): Generator<Segment | Subsegment> {
  const open: (Segment | Subsegment)[] = [segment]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    const { subsegments } = next
    for (let index = subsegments.length - 1; index >= 0; index--) {
      const child = subsegments[index]
      if (child !== undefined) open.push(child)
    }
  }
}

function nthEntity(segment: Segment, wanted: number): Segment | Subsegment | undefined {
  let ordinal = 0
  for (const entity of entitiesOf(segment)) if (ordinal++ === wanted) return entity
  return undefined
}

function referredExceptions({ cause }: Segment | Subsegment): readonly string[] {
  if (cause === undefined) return []
  if (cause.kind === 'reference') return [cause.exceptionId]
  return cause.exceptions.flatMap((exception) => exception.cause ?? [])
}

function countRows(rows: TraceRows): TraceCounts {
  let [parentMissing, inProgress] = [0, 0]
  for (const flags of rows.flags) {
    if ((flags & FLAG.parentMissing) !== 0) parentMissing++
    if ((flags & FLAG.inProgress) !== 0) inProgress++
  }
  return { services: new Set(rows.service).size, parentMissing, inProgress }
}
