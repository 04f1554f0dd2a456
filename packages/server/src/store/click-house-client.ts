import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

/** Where an engine listens; user, password and database (the path) may also stand in the URL. */
export type Endpoint = {
  readonly url: string
  readonly username?: string
  readonly password?: string
}

export type ClickHouseRequest = {
  readonly statement: string
  /** Values by name, as they are: the escaping is done here. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, string | number>>
  /** The rows of an insert, as the statement's format wants them. */
  readonly rows?: AsyncIterable<Uint8Array>
  /** It changes something, and is not sent again in doubt; so is everything with rows. */
  readonly isChange?: boolean
  /** Gives the request up, and what is left of its answer. */
  readonly signal?: AbortSignal | undefined
}

/** What the server said in place of a result. */
export class ClickHouseError extends Error {
  override readonly name = 'ClickHouseError'
  /** As `system.errors` numbers them. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** The code of an answer that is not ClickHouse's; its own begin with 1. */
export const NOT_CLICK_HOUSE = 0

/** What proxies say of a server that is away or overloaded. */
function isPassing(status: number | undefined): boolean {
  return status === 429 || (status !== undefined && status >= 500)
}

/** ClickHouse's HTTP interface with connections that are kept, and nothing else. */
export class ClickHouseClient {
  readonly #agent: Agent
  readonly #ownAgent: Agent
  readonly #request: typeof request
  readonly #target: { readonly hostname: string; readonly port: string; readonly auth: string }
  readonly #search: string

  constructor({ url: text, username, password }: Endpoint) {
    const url = new URL(text)
    const isSecure = url.protocol === 'https:'
    const options = { maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS }
    const agentFor = (keepAlive: boolean) =>
      isSecure ? new SecureAgent({ ...options, keepAlive }) : new Agent({ ...options, keepAlive })
    this.#agent = agentFor(true)
    this.#ownAgent = agentFor(false)
    this.#request = isSecure ? secureRequest : request
    const user = username ?? (decodeURIComponent(url.username) || 'default')
    const secret = password ?? decodeURIComponent(url.password)
    this.#target = {
      // A URL writes the address of IPv6 in brackets, a socket does not.
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port,
      auth: `${user}:${secret}`,
    }
    const search = new URLSearchParams(url.searchParams)
    const database = decodeURIComponent(url.pathname.slice(1))
    if (database !== '') search.set('database', database)
    this.#search = search.toString()
  }

  /** Closes all connections; what is under way on them fails. */
  stop(): void {
    this.#agent.destroy()
    this.#ownAgent.destroy()
  }

  /**
   * The answer, to be read to its end or destroyed.
   * @throws ClickHouseError for what the server answers, the system's error where nothing is answered
   */
  async send(request: ClickHouseRequest): Promise<IncomingMessage> {
    const response = await this.#answer(request)
    const code = response.headers['x-clickhouse-exception-code']
    if (response.statusCode === 200 && code === undefined) return response
    const text = await textOf(response)
    const error = serverError(text, Number(code ?? Number.NaN))
    if (error instanceof ClickHouseError || isPassing(response.statusCode)) throw error
    // Who answers is no ClickHouse, nor a proxy that misses one: trying again does not help.
    const status = `HTTP ${response.statusCode}, no answer of ClickHouse`
    throw new ClickHouseError(NOT_CLICK_HOUSE, `${status}: ${text.slice(0, 200)}`)
  }

  #answer({
    statement,
    rows,
    signal,
    isChange,
    ...rest
  }: ClickHouseRequest): Promise<IncomingMessage> {
    const search = new URLSearchParams(this.#search)
    for (const [name, value] of Object.entries(rest.settings ?? {})) search.set(name, String(value))
    for (const [name, value] of Object.entries(rest.parameters ?? {})) {
      search.set(`param_${name}`, escaped(value))
    }
    // The body is the statement, or else the rows.
    if (rows !== undefined) search.set('query', statement)
    return new Promise((resolve, reject) => {
      const sending = this.#request({
        ...this.#target,
        method: 'POST',
        path: `/?${search}`,
        // What is not sent twice does not go on a connection that is perhaps being closed: while this program
        // is busy it sees that late.
        agent: rows !== undefined || isChange ? this.#ownAgent : this.#agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: { 'User-Agent': 'fluoroscope' },
        ...(signal === undefined ? {} : { signal }),
      })
      sending.once('response', resolve)
      sending.on('error', reject)
      sending.on('timeout', () => sending.destroy(new Error('no answer in time')))
      if (rows === undefined) sending.end(statement)
      // An answer that comes before the rows' end has been resolved with, and this changes nothing.
      else pipeline(Readable.from(rows, { objectMode: false }), sending).catch(reject)
    })
  }
}

/** An exception as the server words it; not the server's, where no code is in it. */
export function serverError(text: string, knownCode = Number.NaN): Error {
  const found = EXCEPTION.exec(text)
  const code = Number.isNaN(knownCode) ? Number(found?.[1] ?? Number.NaN) : knownCode
  const message = (found?.[2] ?? text).trim()
  return Number.isNaN(code) ? new Error(message.slice(0, 1000)) : new ClickHouseError(code, message)
}

/** `Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE) (version 25.8.1)`. */
const EXCEPTION = /Code: (\d+)\b.*?Exception: (.*?)\s*(?:\([A-Z\d_]*[A-Z]{3}[A-Z\d_]*\)|$)/s

const MAX_CONNECTIONS = 64
/** Shorter than servers keep an idle connection (3 to 10 s), so that only one side closes it. */
const IDLE_MS = 2500
/** Beyond any limit of a statement itself. */
const REQUEST_TIMEOUT_MS = 600_000

/** Parameters travel as fields of TabSeparated. */
function escaped(value: string): string {
  return value.replaceAll(/[\\\t\n\r']/g, (each) => ESCAPES[each] ?? each)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  "'": "\\'",
}
