import { createHash, timingSafeEqual } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { cancelled, type Engine, type RequestContext } from './engine.ts'
import {
  AUTHENTICATION_FAILED,
  BAD_ARGUMENTS,
  EngineError,
  engineErrorOf,
  isOutOfSpace,
} from './engine-error.ts'
import { type BodyInsert, parseStatement } from './statement.ts'

/**
 * ClickHouse's HTTP interface over the embedded engine, as far as our client speaks it:
 * `/ping`; a statement in the body, or in `?query=` with the rows of an insert in the body; `param_x`;
 * settings by name. Not there: compression, sessions, temporary tables, progress.
 *
 * A result is complete before its first byte is sent, so an error is always a status of its own.
 * With `wait_end_of_query=1` it is kept in memory, else in a file.
 */
export function createHttpInterface(engine: Engine, secret: string): Server {
  const expected = digest(`Basic ${Buffer.from(`${ENGINE_USER}:${secret}`).toString('base64')}`)
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    const allowed = timingSafeEqual(digest(request.headers.authorization ?? ''), expected)
    void answer(engine, request, response, allowed)
  })
  server.maxConnections = MAX_CONNECTIONS
  // A body may take as long as the engine is slow; the peer is our own server.
  server.requestTimeout = 0
  server.keepAliveTimeout = KEEP_ALIVE_MS
  return server
}

/** The name that goes with the secret. */
const ENGINE_USER = 'fluoroscope'

const MAX_CONNECTIONS = 512
const MAX_HEADER_BYTES = 4 * 1024 * 1024
const MAX_STATEMENT_BYTES = 4 * 1024 * 1024
const MAX_INSERT_BYTES = 4 * 1024 * 1024 * 1024
/** Longer than the client keeps an idle connection, so that only one side closes it. */
const KEEP_ALIVE_MS = 10_000

/** Members of the query string that are no settings of the engine. */
const TRANSPORT = new Set([
  'query',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'database',
  'default_format',
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
  'compress',
  'decompress',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'role',
])

async function answer(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
  allowed: boolean,
): Promise<void> {
  const aborted = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) aborted.abort(cancelled())
  })
  try {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname === '/ping') {
      response.end('Ok.\n')
      return
    }
    if (!allowed) throw new EngineError(AUTHENTICATION_FAILED, 'The secret is wrong')
    await execute(engine, request, response, url.searchParams, aborted.signal)
  } catch (cause) {
    refuse(request, response, engineErrorOf(cause))
  }
}

async function execute(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
  search: URLSearchParams,
  signal: AbortSignal,
): Promise<void> {
  const context = contextOf(search, signal)
  const inUrl = search.get('query')
  const text = inUrl ?? (await readText(request))
  const statement = parseStatement(text)
  response.setHeader('X-ClickHouse-Query-Id', search.get('query_id') ?? '')
  response.setHeader('X-ClickHouse-Timezone', 'UTC')
  switch (statement.kind) {
    case 'body-insert':
      if (inUrl === null) {
        // Rows behind their statement would be parsed as SQL beyond the first blank line.
        throw new EngineError(
          BAD_ARGUMENTS,
          'Rows are taken in the body only, with ?query=INSERT …',
        )
      }
      await insert(engine, statement, request, context)
      send(response, Buffer.alloc(0), statement.format)
      return
    case 'command':
      send(response, await engine.command(statement.text, context), context.defaultFormat)
      return
    case 'read': {
      const format = statement.format ?? context.defaultFormat
      if (search.get('wait_end_of_query') === '1') {
        send(response, await engine.readBuffered(statement, context), format)
        return
      }
      try {
        const file = await engine.readToFile(statement, context)
        await sendFile(response, file.path, format)
      } catch (cause) {
        // On a full disk reading goes on, as far as memory allows.
        if (response.headersSent || !isOutOfSpace(engineErrorOf(cause))) throw cause
        send(response, await engine.readBuffered(statement, context), format)
      }
      return
    }
  }
}

function contextOf(search: URLSearchParams, signal: AbortSignal): RequestContext {
  const parameters = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [name, value] of search) {
    if (TRANSPORT.has(name)) continue
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw new EngineError(BAD_ARGUMENTS, `${JSON.stringify(name)} is not the name of a setting`)
    }
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value)
    else settings.set(name, value)
  }
  const defaultFormat = search.get('default_format') ?? 'TabSeparated'
  if (!/^\w+$/.test(defaultFormat))
    throw new EngineError(BAD_ARGUMENTS, 'default_format is no name')
  const database = search.get('database') ?? 'default'
  return { parameters, settings, database, defaultFormat, signal }
}

async function insert(
  engine: Engine,
  statement: BodyInsert,
  request: IncomingMessage,
  context: RequestContext,
): Promise<void> {
  const path = engine.spoolPath()
  try {
    let size = 0
    const counted = async function* (body: AsyncIterable<Buffer>) {
      for await (const chunk of body) {
        size += chunk.length
        if (size > MAX_INSERT_BYTES) throw new EngineError(BAD_ARGUMENTS, 'The body is too large')
        yield chunk
      }
    }
    await pipeline(request, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    if (size > 0) await engine.insert(statement, path, context)
  } finally {
    await rm(path, { force: true })
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_STATEMENT_BYTES)
      throw new EngineError(BAD_ARGUMENTS, 'The statement is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, bytes: Uint8Array, format: string): void {
  response.writeHead(200, { ...headersOf(format), 'Content-Length': bytes.length })
  response.end(bytes)
}

async function sendFile(response: ServerResponse, path: string, format: string): Promise<void> {
  try {
    const { size } = await stat(path)
    response.writeHead(200, { ...headersOf(format), 'Content-Length': size })
    await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), response)
  } finally {
    await rm(path, { force: true })
  }
}

function headersOf(format: string): Record<string, string> {
  const type = format.startsWith('JSON') ? 'application/json' : 'application/octet-stream'
  return {
    'Content-Type': type,
    'X-ClickHouse-Format': format,
    'X-ClickHouse-Server-Display-Name': 'fluoroscope',
    'X-ClickHouse-Summary': '{}',
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: EngineError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const headers = {
    'X-ClickHouse-Exception-Code': String(error.code),
    'Content-Type': 'text/plain',
  }
  // What is left of a body is not read: the connection ends with the answer.
  if (!request.complete) response.setHeader('Connection', 'close')
  response.writeHead(error.status, headers)
  response.end(error.body)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
