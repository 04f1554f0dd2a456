import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { checkServer, explainServer } from './check-server.ts'
import { ClickHouseDatabase } from './click-house-database.ts'
import { StoreError } from './database.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { storeAddress } from './store-address.ts'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** What the check of a server says that answers all statements with this. */
async function problemOf(status: number, code: number, body: Uint8Array | string): Promise<string> {
  server = createServer((request, response) => {
    request.resume()
    if (code > 0) response.setHeader('X-ClickHouse-Exception-Code', code)
    response.writeHead(status)
    response.end(body)
  })
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const address = storeAddress(new URL(`http://me:hidden@127.0.0.1:${port}/traces?cluster=main`))
  const database = new ClickHouseDatabase(async () => address.endpoint)
  const problem = await checkServer(database, address).then(
    () => undefined,
    (cause: unknown) => cause,
  )
  database.stop()
  if (!(problem instanceof StoreError)) return 'none'
  const { message, reason } = explainServer(problem, address)
  expect(message).toContain(`--store http://127.0.0.1:${port}/traces?cluster=main: `)
  expect(message).not.toContain('hidden')
  return `${reason}: ${message.slice(message.indexOf('main: ') + 6)}`
}

/** As `SELECT version() AS version` is answered, in RowBinaryWithNamesAndTypes. */
function versionRow(version: string): Uint8Array {
  const writer = new RowBinaryWriter(256)
  writer.uint8(1)
  for (const text of ['version', 'String', version]) writer.text(text)
  return writer.take()
}

test('a release that is too old is refused, newer ones are not', async () => {
  expect(await problemOf(200, 0, versionRow('25.3.9.1'))).toBe(
    'failed: ClickHouse 25.3.9.1 is too old: 25.8 or newer is needed',
  )
  for (const version of ['25.8.1.1', '25.12.1.1', '26.3.2.1']) {
    expect(await problemOf(200, 0, versionRow(version))).toBe('none')
  }
})

test.each([
  [403, 516, 'me: Authentication failed', 'failed: the user or the password is wrong; see'],
  [403, 497, 'me: Not enough privileges', 'failed: the user lacks a right; docs/operations.md'],
  [404, 81, 'Database traces does not exist', 'failed: the database does not exist and could not'],
  [404, 115, 'Unknown setting x', 'failed: the address says a setting that this server'],
  [400, 701, "Requested cluster 'main' not found", 'failed: the server knows no cluster of that'],
  [503, 242, 'Table is in readonly mode', 'unavailable: query failed: SELECT version()'],
] as const)('%i with code %i', async (status, code, text, problem) => {
  const body = `Code: ${code}. DB::Exception: ${text}. (NAME)`
  expect(await problemOf(status, code, body)).toContain(problem)
})

test('what is no ClickHouse is a mistake, unless a proxy says that it is away', async () => {
  expect(await problemOf(404, 0, '<html>')).toContain('failed: this is not the HTTP interface')
  expect(await problemOf(502, 0, '<html>')).toContain('unavailable: ')
})
