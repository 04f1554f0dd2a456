import { mkdir, readFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLog } from '../packages/server/src/lib/log.ts'
import { EmbeddedEngine } from '../packages/server/src/store/engine/embedded-engine.ts'
import { segmentDocument } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

let directory: string
let engine: EmbeddedEngine
let door: Door
let server: RunningServer | undefined

/** An engine of our own stands for the ClickHouse server: it answers the same interface. */
beforeEach(async () => {
  directory = await temporaryDirectory()
  await Promise.all(['engine', 'spool'].map((name) => mkdir(join(directory, name))))
  engine = new EmbeddedEngine({
    directory: join(directory, 'engine'),
    spoolDirectory: join(directory, 'spool'),
    memoryBytes: 1024 ** 3,
    readers: 2,
    log: createLog({ level: 'error' }),
  })
  await engine.start()
  door = await openDoor(Number(new URL((await engine.endpoint()).url).port))
})

afterEach(async () => {
  await server?.kill()
  server = undefined
  await door.close()
  await engine.stop()
  await removeDirectory(directory)
})

test('a ClickHouse server by its URL: put, read back, and the password shown nowhere', async () => {
  const { password = '' } = await engine.endpoint()
  server = await startServer(join(directory, 'data'), [`--store=${await storeUrl()}`])
  const document = segmentDocument()
  expect((await post('/TraceSegments', put(document))).status).toBe(200)
  await untilFound(document)
  expect((await fetch(`${server.endpoint}/healthz`)).status).toBe(200)
  const commandLine = await readFile(`/proc/${server.ready.pid}/cmdline`, 'utf8')
  const told = [
    server.log(),
    await (await fetch(`${server.endpoint}/metrics`)).text(),
    await (await fetch(`${server.endpoint}/healthz`)).text(),
    commandLine,
  ]
  for (const text of told) expect(text).not.toContain(password)
  expect(await server.stop()).toBe(0)
})

test('a ClickHouse server that is away: rows are kept for it, reads say so, and both mend', async () => {
  const { password = '' } = await engine.endpoint()
  await door.close()
  server = await startServer(join(directory, 'data'), [`--store=${await storeUrl()}`])
  const document = segmentDocument()
  expect((await post('/TraceSegments', put(document))).status).toBe(200)
  const read = await post('/Traces', { TraceIds: [document['trace_id']] })
  expect(read).toMatchObject({ status: 503, type: 'ServiceUnavailableException' })
  const health = await fetch(`${server.endpoint}/healthz`)
  expect(health.status).toBe(503)
  const { problems, canStore } = (await health.json()) as { problems: string[]; canStore: boolean }
  expect(canStore).toBe(true)
  expect(problems.join()).toMatch(/does not answer|not ready/)
  expect(server.log() + problems.join()).not.toContain(password)
  await door.open()
  await untilFound(document)
})

test('a wrong password is told at the start, without the password', async () => {
  const url = new URL(await storeUrl())
  url.password = 'not-the-secret'
  const problem = await startServer(join(directory, 'data'), [`--store=${url.href}`]).then(
    (started) => {
      server = started
      return 'started'
    },
    String,
  )
  expect(problem).toContain('cannot start')
  expect(problem).toContain('The secret is wrong')
  expect(problem).not.toContain('not-the-secret')
})

test('a URL that cannot be used is refused without its password', async () => {
  for (const url of ['ftp://user:not-the-secret@127.0.0.1', 'user:not-the-secret@127.0.0.1:8123']) {
    const problem = await startServer(join(directory, 'data'), [`--store=${url}`]).catch(String)
    expect(problem).toContain('--store')
    expect(problem).not.toContain('not-the-secret')
  }
})

async function storeUrl(): Promise<string> {
  const { username = '', password = '' } = await engine.endpoint()
  return `http://${username}:${encodeURIComponent(password)}@127.0.0.1:${door.port}`
}

function put(document: object): object {
  return { TraceSegmentDocuments: [JSON.stringify(document)] }
}

async function untilFound(document: Record<string, unknown>): Promise<void> {
  await expect
    .poll(() => post('/Traces', { TraceIds: [document['trace_id']] }), { timeout: 60_000 })
    .toMatchObject({ status: 200, body: { Traces: [{ Id: document['trace_id'] }] } })
}

async function post(path: string, input: object) {
  const response = await fetch(`${server?.endpoint}${path}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  const type = response.headers.get('x-amzn-errortype')
  return { status: response.status, type, body: (await response.json()) as unknown }
}

/** A port of its own in front of the engine, to be closed and opened again. */
type Door = { readonly port: number; open(): Promise<void>; close(): Promise<void> }

async function openDoor(target: number): Promise<Door> {
  const sockets = new Set<Socket>()
  let listening: Server | undefined
  const listen = async (port: number): Promise<Server> => {
    const through = createServer((incoming) => {
      const outgoing = connect(target, '127.0.0.1')
      for (const [socket, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        sockets.add(socket)
        socket.on('error', () => other.destroy())
        socket.on('close', () => other.destroy())
        socket.pipe(other)
      }
    })
    await new Promise<void>((resolve) => through.listen(port, '127.0.0.1', resolve))
    return through
  }
  listening = await listen(0)
  const address = listening.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    port,
    open: async () => {
      listening = await listen(port)
    },
    close: async () => {
      const closing = listening
      listening = undefined
      if (closing === undefined) return
      const closed = new Promise((resolve) => closing.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
