import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newTraceId, segmentDocument } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

let directory: string
let server: RunningServer | undefined

beforeEach(async () => {
  directory = await temporaryDirectory()
})

afterEach(async () => {
  await server?.kill()
  server = undefined
  await removeDirectory(directory)
})

test('damaged journal files of earlier runs are told of until they are gone', async () => {
  const journal = join(directory, 'journal')
  const file = join(journal, '0000000000000007.journal.corrupt')
  await mkdir(journal)
  await writeFile(file, 'damaged')
  server = await startServer(directory)
  const health = await ask('/healthz')
  expect(health.status).toBe(200)
  expect(JSON.parse(health.text)).toMatchObject({
    status: 'ok',
    warnings: [expect.stringMatching(/1 damaged journal file is set aside in .*journal.*delete/)],
  })
  expect((await ask('/metrics')).text).toContain('\nfluoroscope_set_aside_files 1\n')
  await rm(file)
  const warnings = async () => JSON.parse((await ask('/healthz')).text).warnings
  await expect.poll(warnings, { timeout: 60_000 }).toEqual([])
})

test('metrics are Prometheus text: each family told once, no sample outside its family', async () => {
  server = await startServer(directory)
  await fetch(`${server.endpoint}/TraceSegments`, {
    method: 'POST',
    body: '{"TraceSegmentDocuments":["x"]}',
  })
  await fetch(`${server.endpoint}/"quoted"`, { method: 'POST' })
  const { text, type } = await ask('/metrics')
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(text.endsWith('\n')).toBe(true)
  const families = new Set<string>()
  const samples = new Set<string>()
  let family = ''
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) \S/.exec(line) ?? []
    if (kind === 'HELP') {
      expect(families).not.toContain(name)
      families.add(name)
      family = name
      continue
    }
    if (kind === 'TYPE') {
      expect(name).toBe(family)
      expect(line).toMatch(/ (counter|gauge)$/)
      if (line.endsWith(' counter')) expect(name).toMatch(/_total$/)
      continue
    }
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$/.exec(
        line,
      )
    expect(sample, line).not.toBeNull()
    expect(sample?.[1]).toBe(family)
    expect(Number.isFinite(Number(sample?.[3])), line).toBe(true)
    expect(samples).not.toContain(`${sample?.[1]}${sample?.[2]}`)
    samples.add(`${sample?.[1]}${sample?.[2]}`)
  }
  expect(families.size).toBeGreaterThan(20)
})

test('a request that is still being sent when the server is told to stop is answered and kept', async () => {
  server = await startServer(directory)
  const traceId = newTraceId()
  const body = JSON.stringify({
    TraceSegmentDocuments: [JSON.stringify(segmentDocument({ trace_id: traceId }))],
  })
  const socket = connect(server.ready.http, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /TraceSegments HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
  )
  socket.write(body.slice(0, 100))
  await new Promise((resolve) => setTimeout(resolve, 200))
  const stopped = server.stop()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  socket.write(body.slice(100))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /)
  expect(await stopped).toBe(0)
  server = await startServer(directory)
  const found = async () => {
    const response = await fetch(`${server?.endpoint}/Traces`, {
      method: 'POST',
      body: JSON.stringify({ TraceIds: [traceId] }),
    })
    return ((await response.json()) as { Traces: unknown[] }).Traces.length
  }
  await expect.poll(found, { timeout: 5000 }).toBe(1)
})

async function ask(path: string) {
  const response = await fetch(`${server?.endpoint}${path}`)
  const type = response.headers.get('content-type')
  return { status: response.status, type, text: await response.text() }
}
