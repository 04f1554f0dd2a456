import { vi } from 'vitest'
import { type RunningServer, removeDirectory, startServer, temporaryDirectory } from './server.ts'

type Json = Readonly<Record<string, unknown>>

/** A server whose traces the APIs of Jaeger and Tempo are asked for. */
export class ReadServer {
  readonly #directory: string
  readonly #server: RunningServer
  /** Unix seconds that the times of the traces count from: ten minutes ago. */
  readonly base = Math.floor(Date.now() / 1000) - 600

  private constructor(directory: string, server: RunningServer) {
    this.#directory = directory
    this.#server = server
  }

  static async start(): Promise<ReadServer> {
    const directory = await temporaryDirectory()
    return new ReadServer(directory, await startServer(directory))
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    await removeDirectory(this.#directory)
  }

  get(path: string, parameters: Record<string, string> = {}, accept = 'application/json') {
    const url = new URL(this.#server.endpoint + path)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value)
    return fetch(url, { headers: { accept } })
  }

  async json(path: string, parameters?: Record<string, string>): Promise<unknown> {
    const response = await this.get(path, parameters)
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
    return await response.json()
  }

  /** Sends {@link TRACES} and waits until they are found. */
  async fill(): Promise<void> {
    const documents = [...this.#orders(), ...this.#failed()]
    const response = await fetch(`${this.#server.endpoint}/TraceSegments`, {
      method: 'POST',
      body: JSON.stringify({
        TraceSegmentDocuments: documents.map((each) => JSON.stringify(each)),
      }),
    })
    const { UnprocessedTraceSegments: refused } = (await response.json()) as Json
    if (JSON.stringify(refused) !== '[]') throw new Error(JSON.stringify(refused))
    const sent = await fetch(`${this.#server.endpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(this.#payment()),
    })
    if (sent.status !== 200) throw new Error(await sent.text())
    const ids = Object.values(TRACES)
    const areFound = async () => {
      for (const id of ids) await this.json(`/jaeger/api/traces/${id}`)
    }
    await vi.waitFor(areFound, { timeout: 60_000, interval: 100 })
  }

  #orders(): readonly Json[] {
    const at = (seconds: number) => this.base + seconds
    return [
      {
        trace_id: xrayId(TRACES.orders),
        id: '0000000000000001',
        name: 'shop',
        start_time: at(0),
        end_time: at(1),
        http: {
          request: { method: 'GET', url: 'https://shop.test/checkout' },
          response: { status: 200 },
        },
        annotations: { tier: 'gold', items: 3, vip: true, ratio: 0.5 },
        subsegments: [
          {
            id: '0000000000000002',
            name: 'orders',
            namespace: 'remote',
            start_time: at(0.25),
            end_time: at(0.75),
          },
        ],
      },
      {
        trace_id: xrayId(TRACES.orders),
        id: '0000000000000003',
        parent_id: '0000000000000002',
        name: 'orders',
        origin: 'AWS::ECS::Container',
        service: { version: '1.2' },
        start_time: at(0.375),
        end_time: at(0.625),
        aws: { xray: { sdk: 'X-Ray for Node.js', sdk_version: '3.12.0' } },
      },
    ]
  }

  #failed(): readonly Json[] {
    const at = (seconds: number) => this.base + seconds
    return [
      {
        trace_id: xrayId(TRACES.failed),
        id: '0000000000000011',
        name: 'shop',
        start_time: at(60),
        end_time: at(62),
        fault: true,
        annotations: { tier: 'silver' },
        cause: {
          exceptions: [{ id: '00000000000000e0', type: 'TimeoutError', message: 'too late' }],
        },
      },
    ]
  }

  /** Of OpenTelemetry, with what X-Ray has no word for. */
  #payment(): Json {
    const at = (seconds: number) => String(BigInt(this.base * 1000 + seconds * 1000) * 1_000_000n)
    const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
    return {
      resourceSpans: [
        {
          resource: { attributes: [text('service.name', 'pay-service'), text('host.name', 'h1')] },
          scopeSpans: [
            {
              scope: { name: 'http-lib', version: '0.9' },
              spans: [
                {
                  traceId: TRACES.payment,
                  spanId: '0000000000000021',
                  traceState: 'a=b',
                  name: 'POST /pay',
                  kind: 2,
                  startTimeUnixNano: at(120),
                  endTimeUnixNano: at(120.5),
                  attributes: [
                    text('http.route', '/pay'),
                    { key: 'retries', value: { intValue: '9007199254740993' } },
                    {
                      key: 'cards',
                      value: {
                        arrayValue: { values: [{ stringValue: 'visa' }, { intValue: '4' }] },
                      },
                    },
                  ],
                  events: [
                    {
                      timeUnixNano: at(120.25),
                      name: 'charged',
                      attributes: [text('currency', 'eur')],
                    },
                  ],
                  status: { code: 1 },
                },
                {
                  traceId: TRACES.payment,
                  spanId: '0000000000000022',
                  parentSpanId: '0000000000000021',
                  name: 'SELECT cards',
                  kind: 3,
                  startTimeUnixNano: at(120.125),
                  endTimeUnixNano: at(120.25),
                  attributes: [text('db.system', 'postgresql'), text('db.name', 'cards')],
                  links: [{ traceId: TRACES.orders, spanId: '0000000000000003' }],
                  status: { code: 2, message: 'deadlock' },
                },
              ],
            },
          ],
        },
      ],
    }
  }
}

/** Ids in W3C's form. */
export const TRACES = {
  orders: '68f0000011112222333344445555aaaa',
  failed: '68f0000011112222333344445555bbbb',
  payment: '68f0000011112222333344445555cccc',
}

function xrayId(hex: string): string {
  return `1-${hex.slice(0, 8)}-${hex.slice(8)}`
}
