import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClickHouseClient, ClickHouseError } from './click-house-client.ts'

type Seen = { readonly url: URL; readonly authorization: string; readonly body: string }

let server: Server
let port: number
let seen: Seen[]
let connections: number
let answer: (response: ServerResponse, request: IncomingMessage) => void

beforeEach(async () => {
  seen = []
  connections = 0
  answer = (response) => void response.end('fine')
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const authorization = request.headers.authorization ?? ''
    seen.push({ url, authorization, body: await text(request) })
    answer(response, request)
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const each of texts) yield Buffer.from(each)
}

test('user, password, database and settings may stand in the URL', async () => {
  const client = new ClickHouseClient({
    url: `http://me:p%40ss%3Aword@127.0.0.1:${port}/traces?session_timezone=UTC`,
  })
  const settings = { max_result_rows: 5 }
  const parameters = { p0: "it's\t\\N\n\r& 100%" }
  const response = await client.send({ statement: 'SELECT 1', settings, parameters })
  expect(await text(response)).toBe('fine')
  const [request] = seen
  expect(request?.body).toBe('SELECT 1')
  expect(request?.authorization).toBe(`Basic ${btoa('me:p@ss:word')}`)
  expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
    session_timezone: 'UTC',
    database: 'traces',
    max_result_rows: '5',
    param_p0: "it\\'s\\t\\\\N\\n\\r& 100%",
  })
  client.stop()
})

test('rows are the body and their statement is in the address', async () => {
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  for (let round = 0; round < 3; round++) {
    const rows = pieces('first ', 'second')
    await text(await client.send({ statement: 'INSERT INTO t FORMAT CSV', rows }))
  }
  expect(seen.map(({ body }) => body)).toEqual(Array(3).fill('first second'))
  expect(seen[0]?.url.searchParams.get('query')).toBe('INSERT INTO t FORMAT CSV')
  expect(seen[0]?.authorization).toBe(`Basic ${btoa('default:')}`)
  client.stop()
})

test('connections of queries are kept', async () => {
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  for (let round = 0; round < 3; round++) await text(await client.send({ statement: 'SELECT 1' }))
  expect(connections).toBe(1)
  client.stop()
})

test('a change has a connection of its own: it is not sent again where a kept one was closed', async () => {
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  await text(await client.send({ statement: 'SELECT 1' }))
  const change = { statement: 'ALTER TABLE t DROP PARTITION 1', isChange: true }
  for (let round = 0; round < 2; round++) await text(await client.send(change))
  expect(connections).toBe(3)
  client.stop()
})

const UNKNOWN_TABLE =
  'Code: 60. DB::Exception: Unknown table t (of us). (UNKNOWN_TABLE) (version 25.8.1 (official build))'

test.each([
  ['in a header', 500, { 'x-clickhouse-exception-code': '60' }, UNKNOWN_TABLE],
  ['in its text', 500, {}, UNKNOWN_TABLE],
  ['behind a good status', 200, { 'x-clickhouse-exception-code': '60' }, UNKNOWN_TABLE],
])('an exception whose code is %s is thrown', async (_, status, headers, body) => {
  answer = (response) => void response.writeHead(status, headers).end(body)
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  const failure = await client.send({ statement: 'SELECT 1' }).catch((cause: unknown) => cause)
  expect(failure).toBeInstanceOf(ClickHouseError)
  expect(failure).toMatchObject({ code: 60, message: 'Unknown table t (of us).' })
  client.stop()
})

test('what stands before the server and answers in its place is not the server', async () => {
  answer = (response) => void response.writeHead(502).end('<html>Bad Gateway</html>')
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  const failure = await client.send({ statement: 'SELECT 1' }).catch((cause: unknown) => cause)
  expect(failure).toBeInstanceOf(Error)
  expect(failure).not.toBeInstanceOf(ClickHouseError)
  expect(failure).toMatchObject({ message: '<html>Bad Gateway</html>' })
  client.stop()
})

test('rows that cannot be read, a request given up and a broken connection fail', async () => {
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  const statement = 'INSERT INTO t FORMAT CSV'
  const unreadable = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a')
    throw new Error('the file is gone')
  }
  await expect(client.send({ statement, rows: unreadable() })).rejects.toThrow('the file is gone')
  answer = () => {}
  const signal = AbortSignal.timeout(20)
  await expect(client.send({ statement: 'SELECT 1', signal })).rejects.toThrow(/abort/)
  answer = (response) => response.destroy()
  await expect(client.send({ statement: 'SELECT 1' })).rejects.toMatchObject({ code: 'ECONNRESET' })
  client.stop()
})

test('rows do not go out on a connection that the other side has closed unseen', async () => {
  const client = new ClickHouseClient({ url: `http://127.0.0.1:${port}` })
  expect(await text(await client.send({ statement: 'SELECT 1' }))).toBe('fine')
  server.closeAllConnections()
  // The event loop has had no turn in which to see it.
  const rows = pieces('a', 'b')
  expect(await text(await client.send({ statement: 'INSERT INTO t FORMAT RowBinary', rows }))).toBe(
    'fine',
  )
  expect(seen.map(({ body }) => body)).toEqual(['SELECT 1', 'ab'])
  client.stop()
})
