import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FileSystem, NODE_FILE_SYSTEM } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { Journal, type JournalLimits } from './journal.ts'
import type { ClosedFile } from './journal-directory.ts'
import { FILE_HEADER_BYTES, readJournal, UnknownJournalVersion } from './journal-format.ts'
import type { EncodedRows } from './segment-row.ts'

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

test('what is acknowledged is read back by another journal', async () => {
  const { journal } = await openJournal()
  expect(await journal.append(rowsOf('one'))).toEqual({ ok: true, value: undefined })
  expect(await journal.append(rowsOf('two'))).toEqual({ ok: true, value: undefined })
  // No stop: as after a kill.
  expect(await readBack()).toEqual(['one', 'two'])
  await journal.stop()
})

test('the sections keep their bytes and counts', async () => {
  const { journal, closed } = await openJournal()
  const first = { ...rowsOf('a'), spans: randomBytes(300), spanCount: 3 }
  const second = { ...rowsOf('b'), minutes: new Uint8Array(0) }
  await Promise.all([journal.append(first), journal.append(second)])
  await journal.stop()
  const file = closed[0] as ClosedFile
  const { frames } = readJournal(await readFile(file.path), file.sequence)
  expect(Buffer.concat(frames.map(({ rows }) => rows.spans))).toEqual(
    Buffer.concat([first.spans, second.spans]),
  )
  expect(Buffer.concat(frames.map(({ rows }) => rows.minutes))).toEqual(Buffer.from(first.minutes))
  expect(frames.reduce((sum, { rows }) => sum + rows.spanCount, 0)).toBe(4)
  expect(frames.reduce((sum, { rows }) => sum + rows.documentCount, 0)).toBe(2)
})

test('many appends share few commits', async () => {
  let syncs = 0
  const counting = withFaults(async (call) => {
    if (call === 'sync') syncs += 1
    return undefined
  })
  const { journal } = await openJournal({ files: counting })
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => journal.append(rowsOf(`row ${index}`))),
  )
  expect(answers.every((answer) => answer.ok)).toBe(true)
  expect(syncs).toBeLessThanOrEqual(3)
  expect(journal.statistics()).toMatchObject({ appends: 1000, commits: syncs })
  await journal.stop()
})

test('a file is closed by size, by rows and by age', async () => {
  const bySize = await openJournal({ limits: { fileBytes: 1000, fileAgeMs: 60_000 } })
  for (let index = 0; index < 10; index++) await bySize.journal.append(rowsOf('x'.repeat(400)))
  await bySize.journal.stop()
  expect(bySize.closed.length).toBe(5)

  const byRows = await openJournal({ limits: { fileSpans: 3, fileAgeMs: 60_000 } })
  const before = byRows.closed.length
  for (let index = 0; index < 6; index++) await byRows.journal.append(rowsOf('x'))
  await byRows.journal.stop()
  expect(byRows.closed.length - before).toBe(2)

  const byAge = await openJournal({ limits: { fileAgeMs: 20 } })
  const left = byAge.closed.length
  await byAge.journal.append(rowsOf('old'))
  await expect.poll(() => byAge.closed.length - left, { timeout: 2000 }).toBe(1)
  await byAge.journal.stop()
  expect(await readBack()).toHaveLength(17)
})

test('while earlier files are not inserted, a file grows older, but not for ever', async () => {
  const limits = { fileAgeMs: 10, fileAgeBehindMs: 300 }
  const { journal, closed } = await openJournal({ limits, waitedMs: () => 1 })
  const begun = performance.now()
  await journal.append(rowsOf('one'))
  await expect.poll(() => closed.length, { interval: 10 }).toBe(1)
  expect(performance.now() - begun).toBeGreaterThan(290)
  await journal.stop()
})

test.each([
  ['half of what the longest has waited', 800, 60_000, 390],
  ['at most so long', 60_000, 350, 340],
])('files that wait make the next one grow older: %s', async (_, waited, fileAgeMostMs, least) => {
  const limits = { fileAgeMs: 10, fileAgeBehindMs: 20, fileAgeMostMs }
  const { journal, closed } = await openJournal({ limits, waitedMs: () => waited })
  const begun = performance.now()
  await journal.append(rowsOf('one'))
  await expect.poll(() => closed.length, { interval: 10 }).toBe(1)
  expect(performance.now() - begun).toBeGreaterThan(least)
  await journal.stop()
})

test('tokens differ between files, also when a server begins its sequence anew', async () => {
  const tokens = new Set<string>()
  for (let run = 0; run < 3; run++) {
    const { journal, closed } = await openJournal()
    await journal.append(rowsOf('same'))
    await journal.stop()
    for (const file of closed) {
      tokens.add(readJournal(await readFile(file.path), file.sequence).token)
      await journal.release(file)
    }
  }
  expect(tokens.size).toBe(3)
})

test('the directory has a bound, and room again once files are released', async () => {
  const { journal, closed } = await openJournal({ limits: { totalBytes: 3000, fileBytes: 1000 } })
  const answers = []
  for (let index = 0; index < 10; index++)
    answers.push(await journal.append(rowsOf('y'.repeat(400))))
  expect(answers.filter((answer) => answer.ok).length).toBe(3)
  expect(answers.at(-1)).toMatchObject({ ok: false, problem: { code: 'journal-full' } })
  await journal.release(closed[0] as ClosedFile)
  expect((await journal.append(rowsOf('y'.repeat(400)))).ok).toBe(true)
  expect(journal.statistics().refused).toBe(7)
  await journal.stop()
})

test('what waits for the disk has a bound', async () => {
  let letGo: () => void = () => undefined
  const slow = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const files = withFaults(async (call) => {
    if (call === 'sync') await slow
    return undefined
  })
  const { journal } = await openJournal({ files, limits: { waitingBytes: 1000 } })
  const answers = [0, 1, 2, 3].map(() => journal.append(rowsOf('z'.repeat(300))))
  expect(await answers[3]).toMatchObject({ ok: false, problem: { code: 'journal-full' } })
  letGo()
  expect(await answers[0]).toMatchObject({ ok: true })
  await journal.stop()
})

test('a stopping journal commits what waits and refuses what comes', async () => {
  const { journal, closed } = await openJournal()
  const waiting = journal.append(rowsOf('before'))
  const stopped = journal.stop()
  expect(await journal.append(rowsOf('after'))).toMatchObject({
    ok: false,
    problem: { code: 'stopping' },
  })
  await stopped
  await journal.stop()
  expect((await waiting).ok).toBe(true)
  expect(closed).toHaveLength(1)
  expect(await readBack()).toEqual(['before'])
})

test('an unfinished write at the end is cut, whatever length of it reached the medium', async () => {
  const whole = await oneFile(['one', 'two', 'three'])
  const bytes = await readFile(whole.path)
  const { frames } = readJournal(bytes, whole.sequence)
  const lastAt = frames[2]?.offset as number
  for (let length = 0; length < bytes.length; length += 1) {
    await writeFile(whole.path, bytes.subarray(0, length))
    const { journal, closed } = await openJournal()
    await journal.stop()
    if (length < FILE_HEADER_BYTES) expect(closed).toEqual([])
    if (length >= lastAt) expect(closed[0]?.bytes).toBe(lastAt)
    expect(await readBack()).toEqual(
      ['one', 'two', 'three'].slice(0, frames.filter((f) => endOfFrame(f) <= length).length),
    )
    await rm(whole.path, { force: true })
  }
})

test('a length that reached the medium without its bytes is an unfinished write', async () => {
  const file = await oneFile(['one'])
  await appendFile(file.path, new Uint8Array(5000))
  const { closed, journal } = await openJournal()
  await journal.stop()
  expect(closed[0]?.bytes).toBe(file.bytes)
})

test('a flipped bit in any byte is seen, and costs only its frame', async () => {
  const texts = ['one', 'two', 'three']
  const file = await oneFile(texts)
  const bytes = await readFile(file.path)
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    const contents = readJournal(flipped, file.sequence)
    expect(contents.damage.length, `byte ${at}`).toBe(1)
    const kept = contents.frames.map(({ rows }) => textOf(rows))
    const lost = texts.length - kept.length
    expect(lost, `byte ${at}`).toBe(at < FILE_HEADER_BYTES ? 0 : 1)
    expect(texts.filter((text) => kept.includes(text))).toEqual(kept)
  }
})

test('a page of zeros in the middle is damage, and the frames after it are found', async () => {
  const file = await oneFile(Array.from({ length: 20 }, (_, index) => `${index} `.repeat(200)))
  const bytes = await readFile(file.path)
  bytes.fill(0, 4096, 8192)
  const { frames, damage, tornAt } = readJournal(bytes, file.sequence)
  expect(tornAt).toBeUndefined()
  expect(damage.length).toBeGreaterThan(0)
  expect(textOf(frames.at(-1)?.rows as EncodedRows)).toBe('19 '.repeat(200))
  const good = frames.reduce((sum, frame) => sum + endOfFrame(frame) - frame.offset, 0)
  const bad = damage.reduce((sum, each) => sum + each.bytes, 0)
  expect(FILE_HEADER_BYTES + good + bad).toBe(bytes.length)
})

test('bytes of another file do not pass for this one', async () => {
  const file = await oneFile(['one'])
  const { frames, damage } = readJournal(await readFile(file.path), file.sequence + 1n)
  expect(frames).toEqual([])
  expect(damage.length).toBeGreaterThan(0)
})

test('a file of another format stops the start with what to do', async () => {
  const file = await oneFile(['one'])
  const bytes = await readFile(file.path)
  bytes.writeUInt32LE(99, 8)
  const { crc32 } = await import('node:zlib')
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36)
  await writeFile(file.path, bytes)
  await expect(openJournal()).rejects.toThrow(UnknownJournalVersion)
})

test('a failed sync is not tried again: the file ends, the next append begins another', async () => {
  let failing = false
  const files = withFaults(async (call) => (failing && call === 'sync' ? 'EIO' : undefined))
  const { journal, closed } = await openJournal({ files, limits: { fileAgeMs: 60_000 } })
  await journal.append(rowsOf('kept'))
  failing = true
  expect(await journal.append(rowsOf('refused'))).toMatchObject({
    ok: false,
    problem: { code: 'disk-full', text: expect.stringContaining('EIO') },
  })
  expect(journal.statistics().problem).toContain('EIO')
  failing = false
  expect((await journal.append(rowsOf('later'))).ok).toBe(true)
  expect(journal.statistics().problem).toBeUndefined()
  await journal.stop()
  expect(closed.map((file) => file.sequence)).toEqual([1n, 2n])
  expect(await readBack()).toEqual(['kept', 'later'])
})

test('a problem that nothing met again is forgotten', async () => {
  let now = 0
  const files = withFaults(async (call) => (call === 'write' ? 'ENOSPC' : undefined))
  const { journal } = await openJournal({ files, monotonicMs: () => now })
  await journal.append(rowsOf('x'))
  expect(journal.statistics().problem).toContain('ENOSPC')
  now = 10_001
  expect(journal.statistics().problem).toBeUndefined()
  await journal.stop()
})

const FAULTS = ['ENOSPC', 'EIO', 'EROFS', 'short'] as const

test.each(FAULTS)('%s at any call: never a wrong acknowledgement', async (fault) => {
  let tried = 0
  for (let calls = 1; calls >= tried; ) {
    const failAt = tried + 1
    calls = 0
    const files = withFaults(async () => {
      calls += 1
      return calls === failAt ? fault : undefined
    })
    const acknowledged = await useFaultyJournal(files)
    const found = await readBack()
    expect(found, `call ${failAt}`).toEqual(expect.arrayContaining([...acknowledged]))
    expect(new Set(found).size).toBe(found.length)
    // One fault costs one group at most, so the journal went on.
    if (acknowledged.length > 0) expect(acknowledged.length).toBeGreaterThanOrEqual(5)
    tried += 1
    await rm(directory, { recursive: true, force: true })
  }
  expect(tried).toBeGreaterThan(15)
})

test.each(FAULTS)(
  '%s from some call on, for good: never a wrong acknowledgement',
  async (fault) => {
    for (let failFrom = 1; failFrom <= 24; failFrom++) {
      let calls = 0
      const files = withFaults(async () => {
        calls += 1
        return calls >= failFrom ? fault : undefined
      })
      const acknowledged = await useFaultyJournal(files)
      expect(await readBack(), `from call ${failFrom}`).toEqual(
        expect.arrayContaining([...acknowledged]),
      )
      await rm(directory, { recursive: true, force: true })
    }
  },
)

test('a full disk refuses, and accepts again without a restart when there is room', async () => {
  let full = false
  const files = withFaults(async (call) =>
    full && (call === 'write' || call === 'create') ? 'ENOSPC' : undefined,
  )
  const { journal } = await openJournal({ files })
  expect((await journal.append(rowsOf('before'))).ok).toBe(true)
  full = true
  for (let index = 0; index < 3; index++) {
    expect(await journal.append(rowsOf('during'))).toMatchObject({
      ok: false,
      problem: { code: 'disk-full' },
    })
  }
  full = false
  expect((await journal.append(rowsOf('after'))).ok).toBe(true)
  await journal.stop()
  expect(await readBack()).toEqual(['before', 'after'])
})

test('kill -9 at any instant loses nothing acknowledged', async () => {
  let checked = 0
  for (let round = 0; round < 20; round++) {
    const acknowledged = await appendUntilKilled(10 + Math.random() * 120)
    const found = new Set(await readBack())
    expect(acknowledged.filter((text) => !found.has(text))).toEqual([])
    checked += acknowledged.length
  }
  expect(checked).toBeGreaterThan(100)
}, 600_000)

const CRASH_CHILD = `
import { randomBytes } from 'node:crypto'
import { Journal } from ${JSON.stringify(new URL('./journal.ts', import.meta.url).href)}
import { NODE_FILE_SYSTEM } from ${JSON.stringify(new URL('../lib/file-system.ts', import.meta.url).href)}
const log = { debug() {}, info() {}, warn() {}, error() {} }
const journal = new Journal({
  directory: process.argv[2], files: NODE_FILE_SYSTEM, log, writer: randomBytes(16),
  monotonicMs: () => performance.now(), limits: { fileAgeMs: 20 }, waitedMs: () => undefined, onClosed() {},
})
await journal.start()
for (let wave = 0; ; wave++) {
  await Promise.all([0, 1, 2, 3, 4].map(async (index) => {
    const text = process.pid + ' ' + wave + ' ' + index
    const answer = await journal.append({
      spans: randomBytes(2000), spanCount: 1, documents: Buffer.from(text + '\\n'),
      documentCount: 1, minutes: Buffer.from('m'),
    })
    if (answer.ok) process.send(text)
  }))
}
`

/** Appends in a process of its own; gives what it said was acknowledged before it was killed. */
async function appendUntilKilled(afterMs: number): Promise<readonly string[]> {
  const script = join(tmpdir(), `journal-crash-${process.pid}.mjs`)
  await writeFile(script, CRASH_CHILD)
  const child: ChildProcess = fork(script, [directory])
  const acknowledged: string[] = []
  let begun: () => void = () => undefined
  const started = new Promise<void>((resolve) => {
    begun = resolve
  })
  child.on('message', (text) => {
    acknowledged.push(String(text))
    begun()
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await started
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await ended
  return acknowledged
}

/** Appends in three waves over several files, then stops; gives what was acknowledged. */
async function useFaultyJournal(files: FileSystem): Promise<readonly string[]> {
  const acknowledged: string[] = []
  try {
    const { journal } = await openJournal({ files, limits: { fileBytes: 700, groupBytes: 400 } })
    for (let wave = 0; wave < 3; wave++) {
      const texts = [0, 1, 2].map((index) => `wave ${wave} row ${index} ${'.'.repeat(100)}`)
      const answers = await Promise.all(texts.map((text) => journal.append(rowsOf(text))))
      acknowledged.push(...texts.filter((_, index) => answers[index]?.ok))
    }
    await journal.stop()
  } catch (cause) {
    // Only the start may fail, and then nothing was acknowledged.
    expect(acknowledged, String(cause)).toEqual([])
  }
  return acknowledged
}

type Call =
  | 'makeDirectory'
  | 'list'
  | 'create'
  | 'write'
  | 'sync'
  | 'syncDirectory'
  | 'cut'
  | 'other'
type Fault = (typeof FAULTS)[number]

/** Files whose calls ask first whether to fail; `short` writes half and fails other calls by EIO. */
function withFaults(decide: (call: Call) => Promise<Fault | undefined>): FileSystem {
  const guard = async <T>(call: Call, go: () => Promise<T>): Promise<T> => {
    const fault = await decide(call)
    if (fault !== undefined) throw systemError(fault === 'short' ? 'EIO' : fault)
    return go()
  }
  const real = NODE_FILE_SYSTEM
  return {
    makeDirectory: (path) => guard('makeDirectory', () => real.makeDirectory(path)),
    list: (path) => guard('list', () => real.list(path)),
    size: (path) => guard('other', () => real.size(path)),
    read: (path) => guard('other', () => real.read(path)),
    cut: (path, length) => guard('cut', () => real.cut(path, length)),
    rename: (from, to) => guard('other', () => real.rename(from, to)),
    remove: (path) => guard('other', () => real.remove(path)),
    syncDirectory: (path) => guard('syncDirectory', () => real.syncDirectory(path)),
    async create(path) {
      const file = await guard('create', () => real.create(path))
      return {
        async write(parts, position) {
          const fault = await decide('write')
          if (fault === undefined) return file.write(parts, position)
          const all = Buffer.concat(parts)
          const half = await file.write([all.subarray(0, all.length / 2)], position)
          if (fault === 'short') return half
          throw systemError(fault)
        },
        sync: () => guard('sync', () => file.sync()),
        cut: (length) => guard('cut', () => file.cut(length)),
        async close() {
          await file.close()
          await guard('other', async () => undefined)
        },
      }
    },
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}

type OpenOptions = {
  readonly files?: FileSystem
  readonly limits?: Partial<JournalLimits>
  readonly monotonicMs?: () => number
  readonly waitedMs?: () => number | undefined
}

async function openJournal({
  files = NODE_FILE_SYSTEM,
  limits = {},
  monotonicMs = () => performance.now(),
  waitedMs = () => undefined,
}: OpenOptions = {}) {
  const closed: ClosedFile[] = []
  const journal = new Journal({
    directory,
    files,
    log: SILENT,
    writer: randomBytes(16),
    monotonicMs,
    limits,
    waitedMs,
    onClosed: (file) => closed.push(file),
  })
  await journal.start()
  return { journal, closed }
}

/** The texts a journal opened anew over the directory hands over, in order. */
async function readBack(): Promise<readonly string[]> {
  const { journal, closed } = await openJournal()
  await journal.stop()
  const texts: string[] = []
  for (const file of closed) {
    const bytes = (await readFile(file.path)).subarray(0, file.bytes)
    for (const { rows } of readJournal(bytes, file.sequence).frames) {
      texts.push(...textOf(rows).split('\n').filter(Boolean))
    }
  }
  return texts
}

async function oneFile(texts: readonly string[]): Promise<ClosedFile> {
  const { journal, closed } = await openJournal({ limits: { fileAgeMs: 60_000 } })
  for (const text of texts) await journal.append({ ...rowsOf(text), documents: Buffer.from(text) })
  await journal.stop()
  expect(await readdir(directory)).toHaveLength(1)
  return closed[0] as ClosedFile
}

function rowsOf(text: string): EncodedRows {
  return {
    spans: Buffer.from(`span of ${text}`),
    spanCount: 1,
    documents: Buffer.from(`${text}\n`),
    documentCount: 1,
    minutes: Buffer.from('m'),
  }
}

function textOf(rows: EncodedRows): string {
  return Buffer.from(rows.documents).toString()
}

function endOfFrame({ offset, rows }: { offset: number; rows: EncodedRows }): number {
  return offset + 32 + rows.spans.length + rows.documents.length + rows.minutes.length
}
