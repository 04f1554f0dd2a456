import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type EntityId,
  type Segment,
  type TraceId,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FileSystem, NODE_FILE_SYSTEM } from '../lib/file-system.ts'
import { createLog } from '../lib/log.ts'
import { UINT64 } from './column.ts'
import { Journal } from './journal.ts'
import { type EncodedRows, RowEncoder } from './segment-row.ts'
import { sql } from './sql.ts'
import { Store, type StoreOptions } from './store.ts'
import { storeAddress } from './store-address.ts'

const LOG = createLog({ level: 'silent' })

let directory: string
const opened: Store[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'))
})

afterEach(async () => {
  for (const store of opened.splice(0)) await store.stop(100)
  await rm(directory, { recursive: true, force: true })
})

test('what is appended is visible, and stays over a restart', async () => {
  const store = await open()
  expect(store.health()).toMatchObject({ canStore: true })
  await expect.poll(() => store.health().canAnswer).toBe(true)
  expect(await store.append(batch(0, 3))).toEqual({ ok: true, value: undefined })
  await expect.poll(() => count(store), { interval: 20, timeout: 60_000 }).toEqual(shown(3))
  expect(store.statistics().writer).toMatchObject({ insertedSpans: 3, insertedDocuments: 3 })
  await store.append(batch(3, 2))
  await store.stop()
  expect(await store.append(batch(5, 1))).toMatchObject({ problem: { code: 'stopping' } })
  expect(await readdir(join(directory, 'journal'))).toEqual([])
  const again = await open()
  expect(await count(again)).toEqual(shown(5))
})

test('a second store on the same directory is refused, with the reason', async () => {
  const store = await open()
  await expect(open()).rejects.toThrow(/in use.*process id \d+/)
  expect((await store.append(batch(0, 1))).ok).toBe(true)
})

test('files of an earlier run are replayed, and a file replayed twice shows nothing twice', async () => {
  await leaveJournal(20)
  const copy = join(directory, 'copy')
  await cp(join(directory, 'journal'), copy, { recursive: true })
  const store = await open()
  expect(store.statistics().replayedFiles).toBeGreaterThan(1)
  await expect.poll(() => count(store), { timeout: 60_000 }).toEqual(shown(20))
  await store.stop()
  await cp(copy, join(directory, 'journal'), { recursive: true })
  const again = await open()
  const files = again.statistics().replayedFiles
  await expect.poll(() => again.statistics().writer.insertedFiles, { timeout: 60_000 }).toBe(files)
  expect(await count(again)).toEqual(shown(20))
})

test('kill -9 of the engine during inserts loses nothing and shows nothing twice', async () => {
  const store = await open({ journalLimits: { fileAgeMs: 30 } })
  let sent = 0
  for (let kill = 0; kill < 4; kill++) {
    const until = performance.now() + 300 + kill * 130
    while (performance.now() < until) {
      expect((await store.append(batch(sent, 20))).ok).toBe(true)
      sent += 20
      await sleep(10)
    }
    const pid = store.enginePid
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }
  await expect.poll(() => store.statistics().writer.files, { timeout: 60_000 }).toBe(0)
  await expect.poll(() => count(store), { timeout: 60_000 }).toEqual(shown(sent))
  expect(store.statistics().engineRestarts).toBeGreaterThan(0)
}, 600_000)

test('a full disk refuses and says so, reading goes on, and room is found without a restart', async () => {
  let full = false
  const files: FileSystem = {
    ...NODE_FILE_SYSTEM,
    create: async (path) => {
      if (full)
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      return await NODE_FILE_SYSTEM.create(path)
    },
  }
  const store = await open({ files, journalLimits: { fileSpans: 1 } })
  await store.append(batch(0, 1))
  await expect.poll(() => count(store), { timeout: 5000 }).toEqual(shown(1))
  full = true
  expect(await store.append(batch(1, 1))).toMatchObject({ problem: { code: 'disk-full' } })
  expect(store.health()).toMatchObject({
    canStore: false,
    canAnswer: true,
    problems: [expect.stringContaining('no space left')],
  })
  expect(await count(store)).toEqual(shown(1))
  full = false
  expect((await store.append(batch(2, 1))).ok).toBe(true)
  expect(store.health()).toMatchObject({ canStore: true, problems: [] })
})

test('a server that is away does not keep rows from being accepted', async () => {
  const address = storeAddress(new URL('http://x:y@127.0.0.1:1'))
  const store = await open({ engine: { kind: 'server', address } })
  expect((await store.append(batch(0, 1))).ok).toBe(true)
  expect(store.health()).toMatchObject({ canStore: true, canAnswer: false })
  await store.stop(200)
  expect(await readdir(join(directory, 'journal'))).toHaveLength(1)
  const back = await open()
  await expect.poll(() => count(back), { timeout: 5000 }).toEqual(shown(1))
})

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = new Store({
    directory,
    engine: { kind: 'embedded', memoryBytes: 2 * 1024 ** 3, readers: 2 },
    retentionDays: 30,
    log: LOG,
    now: () => NOW,
    monotonicMs: () => performance.now(),
    ...options,
  })
  await store.start()
  opened.push(store)
  return store
}

const NOW: UnixNanos = unixNanos(1_795_388_400_000_000_000n)

/** Documents of one span each, with ids of their own from `from` on. */
function batch(from: number, documents: number): EncodedRows {
  const encoder = new RowEncoder()
  for (let serial = from + 1; serial <= from + documents; serial++) {
    const hex = serial.toString(16)
    const segment: Segment = {
      kind: 'segment',
      id: hex.padStart(16, '0') as EntityId,
      traceId: `1-68f00000-${hex.padStart(24, '0')}` as TraceId,
      name: 'orders',
      start: NOW,
      progress: { state: 'complete', end: NOW },
      parentId: undefined,
      user: undefined,
      origin: undefined,
      resourceArn: undefined,
      service: undefined,
      account: undefined,
      inferred: false,
      fault: false,
      error: false,
      throttle: false,
      http: undefined,
      aws: undefined,
      cause: undefined,
      annotations: new Map(),
      metadata: undefined,
      links: [],
      subsegments: [],
    }
    const received = { document: { kind: 'segment', segment } as const, received: NOW }
    encoder.add({ ...received, account: '0', region: 'r' }, `{"id":"${hex}"}`)
  }
  return encoder.take()
}

/** Of `documents` with one span each: every row is there, once. */
function shown(documents: number) {
  const n = BigInt(documents)
  return { spans: n, documents: n, minutes: n, ids: n, texts: n }
}

async function count(store: Store) {
  const query = sql`SELECT assumeNotNull((SELECT count() FROM spans)) AS spans,
    assumeNotNull((SELECT uniqExact(id) FROM spans)) AS ids,
    assumeNotNull((SELECT count() FROM documents)) AS documents,
    assumeNotNull((SELECT uniqExact(document) FROM documents)) AS texts,
    assumeNotNull((SELECT count() FROM trace_minutes)) AS minutes`
  const columns = { spans: UINT64, ids: UINT64, documents: UINT64, texts: UINT64, minutes: UINT64 }
  return (await store.database.rows(query, columns))[0]
}

/** The journal of a server that was killed before it inserted anything. */
async function leaveJournal(documents: number): Promise<void> {
  const journal = new Journal({
    directory: join(directory, 'journal'),
    files: NODE_FILE_SYSTEM,
    log: LOG,
    writer: randomBytes(16),
    monotonicMs: () => performance.now(),
    limits: { fileSpans: 5 },
    waitedMs: () => undefined,
    onClosed() {},
  })
  await journal.start()
  for (let serial = 0; serial < documents; serial++) await journal.append(batch(serial, 1))
  await journal.stop()
}
