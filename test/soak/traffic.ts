import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { generateOtlpTraces } from '../../bench/support/generate-otlp.ts'
import { newEntityId, newTraceId, segmentDocument } from '../support/segments.ts'
import type { RunningServer } from '../support/server.ts'

/** Documents or spans of one source, as the sender knows them from the answers. */
export type Tally = { sent: number; rejected: number }

/** A trace of requests that were answered, the last of them when the sender's `performance.now` said so. */
export type Acknowledged = { readonly segments: number; readonly atMs: number }

/** What a sender knows of one life of a server. */
export class Traffic {
  /** By the source's name in the ledger. */
  readonly tallies = new Map<string, Tally>()
  /** By trace id. */
  readonly acknowledged: Map<string, Acknowledged>
  /** Requests that broke off, whose fate nobody knows. */
  broken = 0
  readonly #server: RunningServer
  readonly #udp = createSocket('udp4')
  /** What was acknowledged last, to be sent once more. */
  #earlier: readonly object[] = goodTraces()
  #turn = 0

  /** @param acknowledged what earlier lives acknowledged; added to */
  constructor(server: RunningServer, acknowledged: Map<string, Acknowledged>) {
    this.#server = server
    this.acknowledged = acknowledged
  }

  /** One request or packet of the next kind. @throws Error where an answer is not what was due */
  async next(): Promise<void> {
    const kinds = [
      () => this.#segments(goodTraces(), 0),
      () => this.#segments([...goodTraces().slice(0, 8), '{"name":', badId()], 2),
      () => this.#segments(this.#earlier, 0),
      () => this.#segments(lateTrace(), 0),
      () => this.#segments([oversize()], 1),
      () => this.#otlp(),
      () => this.#otlpJson(),
      () => this.#zipkin(),
      () => this.#datagrams(),
    ]
    const kind = kinds[this.#turn++ % kinds.length]
    await kind?.()
  }

  async close(): Promise<void> {
    this.#udp.close()
    await once(this.#udp, 'close')
  }

  async #segments(documents: readonly (object | string)[], rejected: number): Promise<void> {
    const texts = documents.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
    const body = JSON.stringify({ TraceSegmentDocuments: texts })
    const answer = await this.#post('/TraceSegments', 'application/json', body)
    if (answer === undefined) return
    const { UnprocessedTraceSegments } = JSON.parse(answer)
    this.#count('http', texts.length, UnprocessedTraceSegments.length, rejected)
    const good = documents.filter((each) => typeof each === 'object')
    for (const [id, segments] of segmentsByTrace(rejected === 1 ? [] : good)) {
      this.acknowledged.set(id, { segments, atMs: performance.now() })
    }
    if (rejected === 0) this.#earlier = good
  }

  async #otlp(): Promise<void> {
    const start = BigInt(Date.now()) * 1_000_000n
    const { bytes } = generateOtlpTraces(2, start, Math.random)
    const answer = await this.#post('/v1/traces', 'application/x-protobuf', bytes)
    if (answer !== undefined) this.#count('otlp-http', 16, answer.length === 0 ? 0 : 16, 0)
  }

  async #otlpJson(): Promise<void> {
    const nanos = `${Date.now()}000000`
    const span = { name: 'work', startTimeUnixNano: nanos, endTimeUnixNano: nanos }
    const spans = [
      {
        ...span,
        traceId: randomBytes(16).toString('hex'),
        spanId: newEntityId(),
      },
      { ...span, traceId: 'not an id', spanId: newEntityId() },
    ]
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
    const answer = await this.#post('/v1/traces', 'application/json', body)
    if (answer === undefined) return
    const rejected = Number(JSON.parse(answer).partialSuccess?.rejectedSpans ?? 0)
    this.#count('otlp-http', 2, rejected, 1)
  }

  async #zipkin(): Promise<void> {
    const traceId = newEntityId()
    const timestamp = Date.now() * 1000
    const spans = Array.from({ length: 2 }, () => ({
      traceId,
      id: newEntityId(),
      name: 'get',
      timestamp,
      duration: 1000,
      localEndpoint: { serviceName: 'soak' },
    }))
    const answer = await this.#post('/api/v2/spans', 'application/json', JSON.stringify(spans))
    if (answer !== undefined) this.#count('zipkin', 2, 0, 0)
  }

  /** Nobody answers these. */
  async #datagrams(): Promise<void> {
    const header = '{"format":"json","version":1}\n'
    const packets = [`${header}${JSON.stringify(segmentDocument())}`, `${header}{"name":`, 'junk']
    for (const packet of packets) {
      await new Promise<void>((done, failed) => {
        this.#udp.send(packet, this.#server.ready.udp, '127.0.0.1', (error) =>
          error === null ? done() : failed(error),
        )
      })
    }
    const tally = this.#tally('udp')
    tally.sent += packets.length
    tally.rejected += 2
  }

  /** The answer's text; undefined where the connection broke. */
  async #post(path: string, type: string, body: string | Uint8Array): Promise<string | undefined> {
    try {
      const response = await fetch(`${this.#server.endpoint}${path}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : Uint8Array.from(body),
      })
      const text = await response.text()
      if (response.status === 200 || response.status === 202) return text
      throw new Refused(`${path} answered ${response.status}: ${text.slice(0, 300)}`)
    } catch (cause) {
      if (cause instanceof Refused) throw cause
      this.broken += 1
      return undefined
    }
  }

  #count(source: string, sent: number, rejected: number, due: number): void {
    if (rejected !== due) throw new Error(`${source}: ${rejected} of ${sent} rejected, not ${due}`)
    const tally = this.#tally(source)
    tally.sent += sent
    tally.rejected += rejected
  }

  #tally(source: string): Tally {
    const known = this.tallies.get(source) ?? { sent: 0, rejected: 0 }
    this.tallies.set(source, known)
    return known
  }
}

class Refused extends Error {
  override readonly name = 'Refused'
}

function goodTraces(): readonly object[] {
  return [newTraceId(), newTraceId()].flatMap((trace_id) =>
    Array.from({ length: 5 }, () => segmentDocument({ trace_id })),
  )
}

const THREE_DAYS = 3 * 86_400

function lateTrace(): readonly object[] {
  const start_time = Date.now() / 1000 - THREE_DAYS
  const times = { start_time, end_time: start_time + 1, subsegments: [] }
  return [segmentDocument({ trace_id: newTraceId(Math.floor(start_time)), ...times })]
}

function badId(): string {
  return JSON.stringify(segmentDocument({ id: 'short' }))
}

/** More values than a document may have. */
function oversize(): object {
  return segmentDocument({ metadata: { list: Array.from({ length: 70_000 }, () => 0) } })
}

function segmentsByTrace(documents: readonly object[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const document of documents) {
    const id = String((document as { trace_id: unknown }).trace_id)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}
