import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { selfSignedCertificate } from '../support/certificate.ts'
import { segmentDocument } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { StandInStore } from '../support/stand-in-store.ts'

let store: StandInStore
let directory: string
let server: RunningServer | undefined

beforeAll(async () => {
  store = await StandInStore.start()
})

afterAll(() => store.stop())

beforeEach(async () => {
  directory = await temporaryDirectory()
})

afterEach(async () => {
  await server?.kill()
  server = undefined
  await removeDirectory(directory)
})

test('by its URL: the database is made, what is put is read back, and the password shown nowhere', async () => {
  server = await startServer(join(directory, 'data'), [`--store=${store.url('made_for_it')}`])
  const document = segmentDocument()
  expect((await post('/TraceSegments', put(document))).status).toBe(200)
  await untilFound(document)
  await untilHealth(200)
  const commandLine = await readFile(`/proc/${server.ready.pid}/cmdline`, 'utf8')
  const told = [server.log(), await metrics(), (await health()).text, commandLine]
  for (const text of told) expectNoPassword(text)
  expect(await server.stop()).toBe(0)
})

test('over TLS, with user and password from the environment', async () => {
  const certificate = selfSignedCertificate()
  const authority = join(directory, 'authority.pem')
  await writeFile(authority, certificate.cert)
  const secure = await StandInStore.start({ tls: certificate })
  try {
    server = await startServer(join(directory, 'data'), [`--store=${secure.origin}/traces`], {
      NODE_EXTRA_CA_CERTS: authority,
      FLUOROSCOPE_STORE_USER: 'fluoroscope',
      FLUOROSCOPE_STORE_PASSWORD: secure.password,
    })
    const document = segmentDocument()
    expect((await post('/TraceSegments', put(document))).status).toBe(200)
    await untilFound(document)
    expect(server.log() + (await metrics())).not.toContain(secure.password)
    await server.kill()
    server = await startServer(join(directory, 'other'), [`--store=${secure.origin}/traces`])
    await expect.poll(() => health()).toMatchObject({ status: 503 })
    expect(server.log()).toContain('self-signed certificate')
  } finally {
    await secure.stop()
  }
})

test('one that is away: rows are kept for it, reads say so, and both mend', async () => {
  await store.cut()
  server = await startServer(join(directory, 'data'), [`--store=${store.url()}`])
  const document = segmentDocument()
  expect((await post('/TraceSegments', put(document))).status).toBe(200)
  const read = await post('/Traces', { TraceIds: [document['trace_id']] })
  expect(read).toMatchObject({ status: 503, type: 'ServiceUnavailableException' })
  const { status, text } = await health()
  expect(status).toBe(503)
  const { problems, canStore } = JSON.parse(text) as { problems: string[]; canStore: boolean }
  expect(canStore).toBe(true)
  expect(problems.join()).toContain(`--store ${store.origin}/default`)
  expectNoPassword(server.log() + text)
  await store.resume()
  await untilFound(document)
  await untilHealth(200)
})

test.each([
  ['a wrong password', () => store.url('', { password: 'not-the-secret' }), 'The secret is wrong'],
  ['a setting that is unknown', () => store.url('', { search: '?no_such_setting=1' }), 'setting'],
  [
    'a cluster that is unknown',
    () => store.url('elsewhere', { search: '?cluster=no_such_cluster' }),
    'no_such_cluster',
  ],
])('%s is told at the start by the name of the flag', async (_, url, reason) => {
  const problem = await problemOf(url())
  expect(problem).toContain('cannot start')
  expect(problem).toContain(`--store ${store.origin}/`)
  expect(problem).toContain(reason)
  expect(problem).not.toContain('not-the-secret')
  expectNoPassword(problem)
})

test('an address where something else answers is told at the start', async () => {
  server = await startServer(join(directory, 'other'))
  const { endpoint } = server
  const problem = await problemOf(`${endpoint}/traces`)
  expect(problem).toContain(`--store ${endpoint}/traces: this is not the HTTP interface`)
})

test('a URL that cannot be used is refused without its password', async () => {
  for (const url of ['ftp://user:not-the-secret@127.0.0.1', 'user:not-the-secret@127.0.0.1:8123']) {
    const problem = await problemOf(url)
    expect(problem).toContain('--store')
    expect(problem).not.toContain('not-the-secret')
  }
})

/** Why a server does not start with this store. */
async function problemOf(url: string): Promise<string> {
  return await startServer(join(directory, 'data'), [`--store=${url}`]).then(async (started) => {
    await started.kill()
    return 'started'
  }, String)
}

/** Neither as it is nor as it stands in the URL. */
function expectNoPassword(text: string): void {
  expect(text).not.toContain(store.password)
  expect(text).not.toContain(encodeURIComponent(store.password))
  expect(text).not.toContain(store.password.slice(0, 24))
}

function put(document: object): object {
  return { TraceSegmentDocuments: [JSON.stringify(document)] }
}

async function untilFound(document: Record<string, unknown>): Promise<void> {
  await expect
    .poll(() => post('/Traces', { TraceIds: [document['trace_id']] }), { timeout: 60_000 })
    .toMatchObject({ status: 200, body: { Traces: [{ Id: document['trace_id'] }] } })
}

async function untilHealth(status: number): Promise<void> {
  await expect.poll(() => health()).toMatchObject({ status })
}

async function health() {
  const response = await fetch(`${server?.endpoint}/healthz`)
  return { status: response.status, text: await response.text() }
}

async function metrics(): Promise<string> {
  return await (await fetch(`${server?.endpoint}/metrics`)).text()
}

async function post(path: string, input: object) {
  const response = await fetch(`${server?.endpoint}${path}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  const type = response.headers.get('x-amzn-errortype')
  return { status: response.status, type, body: (await response.json()) as unknown }
}
