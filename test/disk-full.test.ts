import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newEntityId, newTraceId, segmentDocument } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

const run = promisify(execFile)
const DISK_BYTES = 192 * 1024 * 1024

let directory: string
let disk: string
let mounted = false
let server: RunningServer | undefined

beforeAll(async () => {
  directory = await temporaryDirectory()
  disk = join(directory, 'disk')
  await mkdir(disk)
  mounted = await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${DISK_BYTES}`,
    'fluoroscope',
    disk,
  ]).then(
    () => true,
    () => false,
  )
})

afterAll(async () => {
  await server?.kill()
  if (mounted) await run('umount', ['-l', disk])
  await removeDirectory(directory)
})

test('a full disk: nothing is acknowledged and why is said, reading goes on, and it mends', async (context) => {
  context.skip(!mounted, 'mounting a small file system needs root')
  server = await startServer(join(disk, 'data'))
  const kept: string[] = []
  for (let n = 0; n < 20; n++) {
    const traceId = newTraceId()
    expect((await put(traceId)).status).toBe(200)
    kept.push(traceId)
  }
  await untilFound(kept)

  const refused = await firstRefusal(kept)
  expect(refused).toEqual({
    status: 503,
    type: 'ServiceUnavailableException',
    body: { message: expect.stringMatching(/no space|disk is full/i) },
  })
  const health = await fetch(`${server.endpoint}/healthz`)
  expect(health.status).toBe(503)
  expect(await health.json()).toMatchObject({
    status: 'failing',
    canStore: false,
    problems: [expect.stringMatching(/no space|disk is full/i)],
  })
  expect(await metric('fluoroscope_can_store')).toBe(0)
  expect(await metric('fluoroscope_journal_refused_total')).toBeGreaterThan(0)
  const droppedBefore = await metric('fluoroscope_documents_dropped_total')
  await sendDatagram(newTraceId())
  await expect.poll(() => metric('fluoroscope_documents_dropped_total')).toBe(droppedBefore + 1)
  expect(server.log()).toContain('cannot write to the journal')

  await untilFound(kept.slice(0, 20))
  const now = Date.now() / 1000
  const summaries = await post('/TraceSummaries', { StartTime: now - 600, EndTime: now + 60 })
  expect(summaries.status).toBe(200)
  expect((await post('/ServiceGraph', { StartTime: now - 600, EndTime: now + 60 })).status).toBe(
    200,
  )

  const second = await startServer(join(disk, 'second')).catch(String)
  expect(second).toContain('free some space, or choose another with --data-dir')

  const fillers = (await readdir(disk)).filter((name) => name.startsWith('filler'))
  for (const name of fillers) await rm(join(disk, name))
  const after = newTraceId()
  await expect.poll(async () => (await put(after)).status, { timeout: 60_000 }).toBe(200)
  kept.push(after)
  await untilFound(kept)
  await expect
    .poll(async () => (await fetch(`${server?.endpoint}/healthz`)).status, { timeout: 60_000 })
    .toBe(200)
  const sums = await Promise.all(
    ['received', 'stored', 'rejected', 'dropped'].map((name) =>
      metric(`fluoroscope_documents_${name}_total`),
    ),
  )
  const [received = 0, ...parts] = sums
  expect(parts.reduce((sum, part) => sum + part, 0)).toBe(received)
  expect(await server.stop()).toBe(0)
}, 300_000)

/** Takes all that is left of the disk. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w')
  const part = Buffer.alloc(1024 * 1024, 1)
  try {
    for (;;) await file.write(part)
  } catch (cause) {
    expect((cause as NodeJS.ErrnoException).code).toBe('ENOSPC')
  } finally {
    await file.close()
  }
}

/** Puts until a put is refused: the engine frees room by itself now and then. */
async function firstRefusal(kept: string[]) {
  for (let n = 0; n < 200; n++) {
    await fill(join(disk, `filler-${n}`))
    const traceId = newTraceId()
    const answer = await put(traceId)
    if (answer.status !== 200) return answer
    kept.push(traceId)
  }
  throw new Error('a full disk refused nothing')
}

function put(traceId: string) {
  const document = segmentDocument({ trace_id: traceId, id: newEntityId() })
  return post('/TraceSegments', { TraceSegmentDocuments: [JSON.stringify(document)] })
}

async function post(path: string, input: object) {
  const response = await fetch(`${server?.endpoint}${path}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  const type = response.headers.get('x-amzn-errortype')
  return { status: response.status, type, body: (await response.json()) as unknown }
}

async function untilFound(traceIds: readonly string[]): Promise<void> {
  for (let at = 0; at < traceIds.length; at += 5) {
    const asked = traceIds.slice(at, at + 5)
    const found = async () => {
      const { body } = await post('/Traces', { TraceIds: asked })
      return (body as { Traces?: { Id: string }[] }).Traces?.map(({ Id }) => Id)
    }
    await expect.poll(found, { timeout: 60_000 }).toEqual(asked)
  }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server?.endpoint}/metrics`)).text()
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

async function sendDatagram(traceId: string): Promise<void> {
  const socket = createSocket('udp4')
  const text = `{"format":"json","version":1}\n${JSON.stringify(segmentDocument({ trace_id: traceId }))}`
  await new Promise((resolve) => socket.send(text, server?.ready.udp, '127.0.0.1', resolve))
  socket.close()
}
