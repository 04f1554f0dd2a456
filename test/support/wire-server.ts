import { newEntityId, newTraceId } from './segments.ts'
import { type RunningServer, removeDirectory, startServer, temporaryDirectory } from './server.ts'

export type Json = Readonly<Record<string, unknown>>

/** A running server as the tests of the wire talk to it; AWS's limits are on. */
export class WireServer {
  readonly #directory: string
  readonly #server: RunningServer
  #windows = 0
  /** All windows count from here: with the clock's time each, a later one may meet an earlier. */
  readonly #firstSeconds = Math.floor(Date.now() / 1000)

  private constructor(directory: string, server: RunningServer) {
    this.#directory = directory
    this.#server = server
  }

  static async start(): Promise<WireServer> {
    const directory = await temporaryDirectory()
    return new WireServer(directory, await startServer(directory, ['--strict-limits']))
  }

  get udpPort(): number {
    return this.#server.ready.udp
  }

  get pid(): number {
    return this.#server.ready.pid
  }

  get endpoint(): string {
    return this.#server.endpoint
  }

  get otlpEndpoint(): string {
    return `http://127.0.0.1:${this.#server.ready.otlpHttp}`
  }

  get zipkinEndpoint(): string {
    return `http://127.0.0.1:${this.#server.ready.zipkin}`
  }

  /** Host and port of OTLP over gRPC. */
  get grpcAddress(): string {
    return `127.0.0.1:${this.#server.ready.otlpGrpc}`
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await removeDirectory(this.#directory)
  }

  /** A trace that has its time range to itself: two minutes, an hour ago and before. */
  trace(): WireTrace {
    this.#windows += 1
    return new WireTrace(this, this.#firstSeconds - HOUR - this.#windows * WINDOW)
  }

  async send(path: string, init: RequestInit) {
    const response = await fetch(this.#server.endpoint + path, init)
    return {
      status: response.status,
      type: response.headers.get('x-amzn-errortype'),
      body: (await response.json()) as Json,
    }
  }

  call(path: string, input: unknown, headers: Record<string, string> = {}) {
    const body = typeof input === 'string' ? input : JSON.stringify(input)
    return this.send(path, { method: 'POST', body, headers })
  }

  put(...documents: readonly (Json | string)[]) {
    const texts = documents.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))
    return this.call('/TraceSegments', { TraceSegmentDocuments: texts })
  }

  /** Puts documents none of which may be refused. */
  async accept(...documents: readonly Json[]): Promise<void> {
    const { status, body } = await this.put(...documents)
    const refused = body['UnprocessedTraceSegments']
    if (status === 200 && Array.isArray(refused) && refused.length === 0) return
    throw new Error(`refused with ${status}: ${JSON.stringify(body)}`)
  }

  /** What the server wrote to its log so far. */
  log(): string {
    return this.#server.log()
  }

  async metrics(): Promise<string> {
    return await (await fetch(`${this.#server.endpoint}/metrics`)).text()
  }
}

const HOUR = 3600
const WINDOW = 120

export class WireTrace {
  readonly #server: WireServer
  readonly traceId = newTraceId()
  /** Unix seconds that the times of its documents count from. */
  readonly base: number

  constructor(server: WireServer, base: number) {
    this.#server = server
    this.base = base
  }

  /** Complete, or in progress without an end. */
  segment(
    name: string,
    [start, end]: readonly [number, number | undefined],
    more: Json = {},
  ): Json {
    return { ...this.subsegment(name, [start, end], more), trace_id: this.traceId }
  }

  subsegment(
    name: string,
    [start, end]: readonly [number, number | undefined],
    more: Json = {},
  ): Json {
    const ending = end === undefined ? { in_progress: true } : { end_time: this.base + end }
    return { id: newEntityId(), name, start_time: this.base + start, ...ending, ...more }
  }

  get range(): Json {
    return { StartTime: this.base - 10, EndTime: this.base + WINDOW - 20 }
  }

  /** Its parsed documents, once `ready` holds of them; without it once there are some. */
  async documents(ready = hasSome): Promise<readonly Json[]> {
    const read = async () => {
      const { body } = await this.#server.call('/Traces', { TraceIds: [this.traceId] })
      const [trace] = body['Traces'] as { Segments: { Document: string }[] }[]
      return trace?.Segments.map(({ Document }) => JSON.parse(Document) as Json) ?? []
    }
    return await until(read, ready)
  }

  async summary(): Promise<Json> {
    const find = async () => {
      const { body } = await this.#server.call('/TraceSummaries', this.range)
      return (body['TraceSummaries'] as Json[]).find(({ Id }) => Id === this.traceId)
    }
    const summary = await until(find, (each) => each !== undefined)
    if (summary === undefined) throw new Error(`there is no summary of ${this.traceId}`)
    return summary
  }

  /** The services of its graph. */
  async graph(): Promise<readonly Json[]> {
    const ask = () => this.#server.call('/TraceGraph', { TraceIds: [this.traceId] })
    const { body } = await until(ask, ({ status }) => status === 200)
    return body['Services'] as Json[]
  }
}

function hasSome(documents: readonly Json[]): boolean {
  return documents.length > 0
}

/** Asks until the answer is ready, 60 seconds at most for slow machines, and gives the last answer. */
export async function until<Value>(
  ask: () => Promise<Value>,
  ready: (value: Value) => boolean,
): Promise<Value> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const value = await ask()
    if (ready(value) || performance.now() > deadline) return value
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
