import { endOf, outcomeOf, type Segment, type Subsegment, type UnixNanos } from '@fluoroscope/model'
import { rowText } from '../timeline/row-text.ts'
import { GrowingColumn } from './growing-column.ts'
import { rowKind, rowTerms, similarText } from './row-meaning.ts'
import { StringInterner } from './string-table.ts'
import { FLAG, outcomeBits, ROW_KINDS } from './trace-rows.ts'

const bytes = () => new GrowingColumn((length) => new Uint8Array(length))
const shorts = () => new GrowingColumn((length) => new Uint16Array(length))
const words = () => new GrowingColumn((length) => new Uint32Array(length))
const integers = () => new GrowingColumn((length) => new Int32Array(length))
const doubles = () => new GrowingColumn((length) => new Float64Array(length))

type Pending = {
  readonly entity: Segment | Subsegment
  readonly parent: number
}

/**
 * The rows of a trace in the order in which its documents came, a segment followed by what is embedded
 * in it. What is kept of each is what every view needs; the rest stays in the documents.
 */
export class RowStore {
  readonly strings = new StringInterner()
  /** `key`, a zero character, value: what rows can be searched by besides their columns. */
  readonly terms = new StringInterner()
  readonly idHigh = words()
  readonly idLow = words()
  /** The row it is embedded in; -1 for a segment. */
  readonly parent = integers()
  /** Of a segment the id of its caller; 0 where it names none. */
  readonly callerHigh = words()
  readonly callerLow = words()
  /** The row of its segment. */
  readonly segment = integers()
  /** Epoch microseconds, as documents carry them: exact in a double. */
  readonly start = doubles()
  /** NaN while in progress. */
  readonly end = doubles()
  readonly flags = shorts()
  readonly kind = bytes()
  readonly status = shorts()
  readonly name = words()
  readonly service = words()
  readonly text = words()
  readonly similar = words()
  /** Which document the row came with, and the how manieth of it. */
  readonly document = words()
  readonly ordinal = words()
  /** Where the terms of a row begin in {@link termList}. */
  readonly termStart = words()
  readonly termList = words()
  readonly #similar = new StringInterner()
  readonly #similarOfText = new Map<number, Map<number, number>>()

  get count(): number {
    return this.parent.length
  }

  /** Lets go of what only arranging the rows needs: nothing is added or arranged from here on. */
  settle(): void {
    const arranged = [
      this.idHigh,
      this.idLow,
      this.parent,
      this.callerHigh,
      this.callerLow,
      this.segment,
      this.start,
      this.end,
      this.flags,
      this.kind,
      this.status,
      this.name,
      this.service,
      this.text,
      this.similar,
    ]
    for (const column of arranged) column.clear()
  }

  /** Adds a segment with all that is embedded in it, as the document with the number `document`. */
  add(segment: Segment, document: number): void {
    const segmentRow = this.count
    const service = this.strings.add(segment.name)
    const open: Pending[] = [{ entity: segment, parent: -1 }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const row = this.count
      this.#push(next, segmentRow, service)
      this.document.push(document)
      this.ordinal.push(row - segmentRow)
      const { subsegments } = next.entity
      for (let index = subsegments.length - 1; index >= 0; index--) {
        const entity = subsegments[index]
        if (entity !== undefined) open.push({ entity, parent: row })
      }
    }
  }

  #push({ entity, parent }: Pending, segmentRow: number, service: number): void {
    this.idHigh.push(Number.parseInt(entity.id.slice(0, 8), 16))
    this.idLow.push(Number.parseInt(entity.id.slice(8), 16))
    this.parent.push(parent)
    const caller = entity.kind === 'segment' ? (entity.parentId ?? '') : ''
    this.callerHigh.push(caller === '' ? 0 : Number.parseInt(caller.slice(0, 8), 16))
    this.callerLow.push(caller === '' ? 0 : Number.parseInt(caller.slice(8), 16))
    this.segment.push(segmentRow)
    this.start.push(microsOf(entity.start))
    const end = endOf(entity)
    this.end.push(end === undefined ? Number.NaN : microsOf(end))
    this.flags.push(flagsOf(entity))
    this.kind.push(ROW_KINDS.indexOf(rowKind(entity)))
    this.status.push(Math.min(0xffff, Math.max(0, entity.http?.status ?? 0)))
    const name = this.strings.add(entity.name)
    const words = rowText(entity)
    const text = this.strings.add(words)
    this.name.push(name)
    this.service.push(service)
    this.text.push(text)
    this.similar.push(this.#similarOf(entity, name, text, words))
    this.termStart.push(this.termList.length)
    for (const [key, value] of rowTerms(entity)) {
      this.termList.push(this.terms.add(`${key}\u0000${value}`))
    }
  }

  /** Most rows say what another said: the text is only taken apart once. */
  #similarOf(entity: Segment | Subsegment, name: number, text: number, words: string): number {
    const known = this.#similarOfText.get(name) ?? new Map<number, number>()
    this.#similarOfText.set(name, known)
    const similar = known.get(text) ?? this.#similar.add(similarText(entity, words))
    known.set(text, similar)
    return similar
  }
}

function microsOf(instant: UnixNanos): number {
  return Number(instant / 1000n)
}

function flagsOf(entity: Segment | Subsegment): number {
  const isSegment = entity.kind === 'segment'
  return (
    outcomeBits(outcomeOf(entity)) |
    (isSegment ? FLAG.segment : 0) |
    (isSegment && entity.inferred ? FLAG.inferred : 0) |
    (entity.progress.state === 'in-progress' ? FLAG.inProgress : 0) |
    (entity.cause === undefined ? 0 : FLAG.cause) |
    (entity.links.length === 0 ? 0 : FLAG.links)
  )
}
