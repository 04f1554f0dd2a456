import type { Rejection } from '@fluoroscope/model'
import type { EncodedRows } from './store/segment-row.ts'

/** What became of a batch: rows for the journal, and a reason for all that is not in them. */
export type EncodedBatch = {
  readonly rows: EncodedRows
  readonly counts: readonly SourceCounts[]
  /** In the order of the documents; empty for datagrams, which nobody answers. */
  readonly rejections: readonly Rejection[]
  /** The first of what was wrong with single spans, each with its path. */
  readonly spanMessages: readonly string[]
  /** Values left out because their type was wrong. */
  readonly ignoredValues: number
  /** Oddities of spans that were kept all the same, by what they are. */
  readonly oddities: ReadonlyMap<string, number>
}

/** Documents, or spans of OTLP, by where they came from. */
type SourceCounts = {
  readonly source: IngestSource
  readonly received: number
  /** How many are in the rows. */
  readonly accepted: number
  /** Left out on purpose, by reason. */
  readonly sampledOut: ReadonlyMap<string, number>
  readonly rejected: ReadonlyMap<string, number>
}

/** The sources of OTLP and Zipkin count spans, the others documents. `otlp-udp`: the daemon's protocol, also relayed. */
export type IngestSource = 'http' | 'udp' | 'otlp-http' | 'otlp-grpc' | 'otlp-udp' | 'zipkin'

/** What becomes of a batch while it is encoded. */
export class BatchOutcome {
  readonly #counts = new Map<IngestSource, OpenCounts>()
  readonly rejections: Rejection[] = []
  readonly spanMessages: string[] = []
  readonly #oddities = new Map<string, number>()
  ignoredValues = 0

  accept(source: IngestSource, count = 1): void {
    const counts = this.#of(source)
    counts.received += count
    counts.accepted += count
  }

  reject(source: IngestSource, reason: string, count = 1): void {
    const counts = this.#of(source)
    counts.received += count
    add(counts.rejected, reason, count)
  }

  sampleOut(source: IngestSource, reason: string, count = 1): void {
    const counts = this.#of(source)
    counts.received += count
    add(counts.sampledOut, reason, count)
  }

  tolerate(oddity: string, count: number): void {
    if (count > 0) add(this.#oddities, oddity, count)
  }

  encoded(rows: EncodedRows): EncodedBatch {
    const { rejections, spanMessages, ignoredValues } = this
    const counts = [...this.#counts.values()]
    return { rows, counts, rejections, spanMessages, ignoredValues, oddities: this.#oddities }
  }

  #of(source: IngestSource): OpenCounts {
    const known = this.#counts.get(source)
    if (known !== undefined) return known
    const counts = {
      source,
      received: 0,
      accepted: 0,
      sampledOut: new Map<string, number>(),
      rejected: new Map<string, number>(),
    }
    this.#counts.set(source, counts)
    return counts
  }
}

type OpenCounts = SourceCounts & {
  received: number
  accepted: number
  readonly sampledOut: Map<string, number>
  readonly rejected: Map<string, number>
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}
