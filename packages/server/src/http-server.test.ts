import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpServer } from './http-server.ts'

const MAX_CONNECTIONS = 20

let server: HttpServer
let port: number
let refused: number
let errors: unknown[]

beforeEach(async () => {
  refused = 0
  errors = []
  server = new HttpServer(async (request) => new Response(await request.text()), {
    host: '127.0.0.1',
    port: 0,
    maxConnections: MAX_CONNECTIONS,
    headersMs: 200,
    onError: (error) => errors.push(error),
    onRefused: () => {
      refused += 1
    },
  })
  port = await server.start()
})

afterEach(async () => {
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('')
  await server.stop()
  expect(errors).toEqual([])
})

function open(text: string): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(text)
  return socket
}

/** What a connection that sends this is told until it is closed. */
async function told(text: string): Promise<string> {
  const socket = open(text)
  let answer = ''
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part
  })
  await once(socket, 'close')
  return answer.split('\r\n')[0] ?? ''
}

const POST = 'POST / HTTP/1.1\r\nhost: localhost\r\n'

test.each([
  ['headers that do not arrive', 'GET / HTTP/1.1\r\nhost: loc', '408'],
  ['headers beyond 16 KiB', `GET / HTTP/1.1\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`, '431'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', '400'],
  ['no HTTP', '\0\x01\x02 junk\r\n\r\n', '400'],
  ['two lengths', `${POST}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`, '400'],
  [
    'a length beside chunks',
    `${POST}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    '400',
  ],
  ['a chunk that lies', `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n`, '400'],
])('%s: closed with %s', async (_what, sent, status) => {
  expect(await told(sent)).toContain(`HTTP/1.1 ${status}`)
})

test('connections beyond the limit are closed and counted, the others go on', async () => {
  const sockets = Array.from({ length: MAX_CONNECTIONS + 10 }, () => open('GET /'))
  let closed = 0
  for (const socket of sockets) socket.on('close', () => closed++)
  await expect.poll(() => refused).toBe(10)
  await expect.poll(() => closed).toBeGreaterThanOrEqual(10)
  for (const socket of sockets) socket.destroy()
  await expect.poll(() => closed).toBe(MAX_CONNECTIONS + 10)
})
