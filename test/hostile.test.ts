import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { residentBytes } from '../bench/support/processes.ts'
import { type HostileDocument, hostileDocuments } from './hostile-documents.ts'
import { newTraceId, segmentDocument } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

const MIB = 2 ** 20
const HEADER = '{"format": "json", "version": 1}\n'
const LARGEST_DATAGRAM = 65_507
/** What the server may hold more than before: buffers of bodies, and garbage not yet collected. */
const MEMORY_SLACK_BYTES = 256 * MIB

let directory: string
let server: RunningServer

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
})

afterAll(async () => {
  expect(await server.stop()).toBe(0)
  await removeDirectory(directory)
})

async function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(server.endpoint + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: (await response.json()) as Record<string, unknown>,
  }
}

/** The metric's samples by their labels as printed; a family without samples has none. */
async function samples(metric: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${server.endpoint}/metrics`)).text()
  const found = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === metric) found.set(labels, Number(value))
  }
  return found
}

/** Packets of spans among the datagrams have a source of their own, `otlp-udp`. */
const FROM_DATAGRAMS = 'udp"'

function total(counts: Map<string, number>, label: string): number {
  let sum = 0
  for (const [labels, count] of counts) if (labels.includes(label)) sum += count
  return sum
}

/** The same text reaches JSON in an HTTP body only where its bytes are UTF-8. */
function isUtf8({ bytes }: HostileDocument): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes)
}

test('two hundred hostile documents beside good ones in one request each end as named', async () => {
  const hostile = hostileDocuments(newTraceId()).filter(isUtf8)
  expect(hostile.length).toBeGreaterThanOrEqual(190)
  const before = residentBytes(server.ready.pid)
  const goodTrace = newTraceId()
  for (let at = 0; at < hostile.length; at += 20) {
    const batch = hostile.slice(at, at + 20)
    const good = JSON.stringify(segmentDocument({ trace_id: goodTrace }))
    const documents = [good, ...batch.map(({ bytes }) => bytes.toString('utf8')), good]
    const answer = await post(
      '/TraceSegments',
      JSON.stringify({ TraceSegmentDocuments: documents }),
    )
    expect(answer.status).toBe(200)
    const unprocessed = answer.body['UnprocessedTraceSegments'] as { ErrorCode: string }[]
    const expected = batch.flatMap(({ expected }) =>
      expected.kind === 'rejected' ? [expected.code] : [],
    )
    expect(unprocessed.map(({ ErrorCode }) => ErrorCode)).toEqual(expected)
  }
  expect(residentBytes(server.ready.pid) - before).toBeLessThan(MEMORY_SLACK_BYTES)
  const kept = async () => {
    const { body } = await post('/Traces', JSON.stringify({ TraceIds: [goodTrace] }))
    const [trace] = body['Traces'] as { Segments: { Document: string }[] }[]
    return trace?.Segments.filter(({ Document }) => !Document.includes('"inferred":true')).length
  }
  // The good document stood in each request twice.
  await expect.poll(kept).toBe(Math.ceil(hostile.length / 20))
  expect(server.log()).not.toContain('"level":"error"')
})

test('the same documents as datagrams are counted by reason, to the unit', async () => {
  const hostile = hostileDocuments(newTraceId()).filter(
    ({ bytes }) => bytes.length > 0 && bytes.length + HEADER.length <= LARGEST_DATAGRAM,
  )
  const before = await samples('fluoroscope_documents_rejected_total')
  const storedBefore = total(await samples('fluoroscope_documents_stored_total'), FROM_DATAGRAMS)
  const receivedBefore = total(
    await samples('fluoroscope_documents_received_total'),
    FROM_DATAGRAMS,
  )
  const socket = createSocket('udp4')
  for (const { bytes } of hostile) {
    const datagram = Buffer.concat([Buffer.from(HEADER), bytes])
    await new Promise((sent, failed) =>
      socket.send(datagram, server.ready.udp, '127.0.0.1', (error) =>
        error === null ? sent(undefined) : failed(error),
      ),
    )
  }
  socket.close()
  await expect
    .poll(async () => total(await samples('fluoroscope_documents_in_flight'), FROM_DATAGRAMS))
    .toBe(0)
  const wanted = new Map<string, number>()
  let tolerated = 0
  for (const { expected } of hostile) {
    if (expected.kind === 'tolerated') tolerated++
    else wanted.set(expected.code, (wanted.get(expected.code) ?? 0) + 1)
  }
  await expect
    .poll(async () => total(await samples('fluoroscope_documents_received_total'), FROM_DATAGRAMS))
    .toBe(receivedBefore + hostile.length)
  // A body of white space is a ParseError over HTTP and an empty datagram here; the sum has it too.
  const after = await samples('fluoroscope_documents_rejected_total')
  const difference = (code: string) => {
    const labels = `source="udp",reason="${code}"`
    return (after.get(labels) ?? 0) - (before.get(labels) ?? 0)
  }
  const stored = total(await samples('fluoroscope_documents_stored_total'), FROM_DATAGRAMS)
  expect(stored - storedBefore).toBe(tolerated)
  for (const [code, count] of wanted) {
    if (code !== 'ParseError') expect([code, difference(code)]).toEqual([code, count])
  }
  const rejected = [...wanted.values()].reduce((sum, count) => sum + count, 0)
  expect(total(after, FROM_DATAGRAMS) - total(before, FROM_DATAGRAMS)).toBe(rejected)
})

test.each([
  ['no header', '{"name":"a"}', 'no-header'],
  ['an empty datagram', '', 'no-header'],
  ['another format', '{"format":"xml","version":1}\n{}', 'unknown-format'],
  ['another version', '{"format":"json","version":2}\n{}', 'unknown-version'],
  ['a header that is no JSON', '{format}\n{}', 'bad-header'],
  ['no body', HEADER, 'empty-body'],
  ['binary junk', Buffer.alloc(3000, 0xff), 'no-header'],
])('a datagram with %s is counted as %s', async (_name, content, reason) => {
  const count = async () =>
    total(await samples('fluoroscope_documents_rejected_total'), `reason="${reason}"`)
  const before = await count()
  const socket = createSocket('udp4')
  socket.send(Buffer.from(content), server.ready.udp, '127.0.0.1')
  await expect.poll(count).toBe(before + 1)
  socket.close()
})

test('bombs and lies in HTTP bodies get a named error, and neighbours their answer', async () => {
  const zeros = Buffer.alloc(128 * MIB)
  const deep = `{"TraceSegmentDocuments":[${'['.repeat(1_000_000)}`
  const empties = `{"TraceSegmentDocuments":[${'[],'.repeat(1_000_000)}[]]}`
  const attacks: [string, BodyInit, Record<string, string>, number][] = [
    ['a gzip bomb', gzipSync(zeros), { 'content-encoding': 'gzip' }, 413],
    ['gzip that is none', Buffer.from('not gzip'), { 'content-encoding': 'gzip' }, 400],
    ['gzip cut short', gzipSync('{}').subarray(0, 12), { 'content-encoding': 'gzip' }, 400],
    ['zstd that is none', Buffer.from('not zstd'), { 'content-encoding': 'zstd' }, 400],
    ['an unknown encoding', '{}', { 'content-encoding': 'lzma' }, 415],
    ['a body beyond the limit', Buffer.alloc(20 * MIB, 0x20), {}, 413],
    ['a million levels', deep, {}, 400],
    ['a million empty lists', empties, {}, 400],
    ['no list', '{"TraceSegmentDocuments":{}}', {}, 400],
    ['numbers in the list', '{"TraceSegmentDocuments":[1,2]}', {}, 400],
    ['no JSON', '{"TraceSegmentDocuments":', {}, 400],
  ]
  const before = residentBytes(server.ready.pid)
  for (const [name, body, headers, status] of attacks) {
    const answer = await post('/TraceSegments', body, headers)
    expect([name, answer.status]).toEqual([name, status])
    expect([name, answer.type]).toEqual([name, expect.any(String)])
    const honest = await post(
      '/TraceSegments',
      JSON.stringify({ TraceSegmentDocuments: [JSON.stringify(segmentDocument())] }),
    )
    expect(honest).toMatchObject({ status: 200, body: { UnprocessedTraceSegments: [] } })
  }
  expect(residentBytes(server.ready.pid) - before).toBeLessThan(MEMORY_SLACK_BYTES)
})

test('slow and broken senders cost nobody else anything', async () => {
  const { connect } = await import('node:net')
  const sockets = Array.from({ length: 50 }, () => connect(server.ready.http, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  for (const socket of sockets) {
    socket.on('error', () => socket.destroy())
    socket.write(
      'POST /TraceSegments HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n{"Trace',
    )
  }
  const answer = await post(
    '/TraceSegments',
    JSON.stringify({ TraceSegmentDocuments: [JSON.stringify(segmentDocument())] }),
  )
  expect(answer).toMatchObject({ status: 200, body: { UnprocessedTraceSegments: [] } })
  for (const socket of sockets) socket.destroy()
  await expect
    .poll(async () => [...(await samples('fluoroscope_documents_in_flight')).values()])
    .toEqual([0, 0, 0])
})
