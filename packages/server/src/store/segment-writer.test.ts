import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NODE_FILE_SYSTEM } from '../lib/file-system.ts'
import { createLog } from '../lib/log.ts'
import { type Database, StoreError, type StoreErrorReason } from './database.ts'
import { Journal, type JournalLimits } from './journal.ts'
import type { EncodedRows } from './segment-row.ts'
import { SegmentWriter } from './segment-writer.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'writer-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

test('a file goes in as minutes, spans, documents under its own tokens, then is deleted', async () => {
  const { journal, writer, inserts, fail } = await openBoth()
  fail.with = undefined
  writer.start()
  await Promise.all(['one', 'two'].map((text) => journal.append(rowsOf(text))))
  await journal.stop()
  await writer.stop(5000)
  expect(inserts.map(({ table }) => table)).toEqual(['trace_minutes', 'spans', 'documents'])
  expect(inserts.map(({ bytes }) => bytes)).toEqual([
    'm:one;m:two;',
    's:one;s:two;',
    'd:one;d:two;',
  ])
  const names = inserts.map(({ token }) => token)
  expect(names[0]).toMatch(/^[0-9a-f]{32}-1-minutes$/)
  expect(
    names.map((name) => name.replace(/-[a-z]+$/, '')).every((own, _, all) => own === all[0]),
  ).toBe(true)
  expect(await readdir(directory)).toEqual([])
  expect(writer.statistics()).toMatchObject({
    files: 0,
    oldestMs: 0,
    insertedFiles: 1,
    insertedSpans: 2,
    insertedDocuments: 2,
  })
})

test.each(['unavailable', 'disk-full'] as const)(
  'while the engine is %s all wait in order, on disk, and go in later under the same tokens',
  async (reason) => {
    const { journal, writer, inserts, fail } = await openBoth({ fileSpans: 1 })
    fail.with = reason
    writer.start()
    for (const text of ['one', 'two', 'three']) await journal.append(rowsOf(text))
    await expect.poll(() => writer.statistics().failedAttempts).toBeGreaterThan(2)
    expect(await readdir(directory)).toHaveLength(3)
    expect(writer.statistics()).toMatchObject({
      files: 3,
      problem: expect.stringContaining('as told'),
    })
    expect(writer.statistics().oldestMs).toBeGreaterThan(0)
    const tried = new Set(inserts.map(({ token }) => token))
    expect(tried.size).toBe(1)
    fail.with = undefined
    await journal.stop()
    await writer.stop(5000)
    const done = inserts.filter(({ isDone, table }) => isDone && table === 'documents')
    expect(done.map(({ bytes }) => bytes)).toEqual(['d:one;', 'd:two;', 'd:three;'])
    expect(inserts.filter(({ isDone }) => isDone)[0]?.token).toBe([...tried][0])
    expect(await readdir(directory)).toEqual([])
    expect(writer.statistics().problem).toBeUndefined()
  },
)

test('a file the engine refuses lets the others pass, is kept, and is tried again', async () => {
  const { journal, writer, inserts, fail } = await openBoth({ fileSpans: 1 })
  fail.with = 'failed'
  fail.only = 'd:poison;'
  writer.start()
  for (const text of ['poison', 'good', 'better']) await journal.append(rowsOf(text))
  await expect.poll(() => writer.statistics().insertedFiles, { timeout: 5000 }).toBe(2)
  expect(await readdir(directory)).toEqual(['0000000000000001.journal'])
  fail.with = undefined
  await expect.poll(() => writer.statistics().insertedFiles, { timeout: 5000 }).toBe(3)
  const done = inserts.filter(({ isDone, table }) => isDone && table === 'documents')
  expect(done.map(({ bytes }) => bytes)).toEqual(['d:good;', 'd:better;', 'd:poison;'])
  await journal.stop()
  await writer.stop(1000)
})

test('of a damaged file the good frames go in, and it is set aside and counted', async () => {
  const { journal, writer, inserts } = await openBoth({ fileAgeMs: 60_000 })
  for (const text of ['one', 'two', 'three']) await journal.append(rowsOf(text))
  await journal.stop()
  const path = join(directory, '0000000000000001.journal')
  const bytes = await readFile(path)
  const at = bytes.indexOf('s:two')
  bytes[at] = (bytes[at] ?? 0) ^ 4
  await writeFile(path, bytes)
  writer.start()
  await writer.stop(5000)
  expect(inserts.find(({ table }) => table === 'documents')?.bytes).toBe('d:one;d:three;')
  expect(await readdir(directory)).toEqual(['0000000000000001.journal.corrupt'])
  expect(writer.statistics()).toMatchObject({ corruptFrames: 1, corruptFiles: 1, files: 0 })
})

test('stop gives up at its deadline and leaves the files', async () => {
  const { journal, writer, fail } = await openBoth({ fileSpans: 1 })
  fail.with = 'unavailable'
  writer.start()
  for (const text of ['one', 'two']) await journal.append(rowsOf(text))
  await journal.stop()
  await writer.stop(100)
  await writer.stop(100)
  expect(await readdir(directory)).toHaveLength(2)
})

async function openBoth(limits: Partial<JournalLimits> = {}) {
  const inserts: { table: string; bytes: string; token: string; isDone: boolean }[] = []
  const fail: { with: StoreErrorReason | undefined; only?: string } = { with: undefined }
  const database: Pick<Database, 'insert'> = {
    async insert(statement, rowBinary, token) {
      let bytes = ''
      for await (const part of rowBinary) bytes += Buffer.from(part).toString()
      const isDone = fail.with === undefined || (fail.only !== undefined && fail.only !== bytes)
      inserts.push({ table: /INTO (\w+)/.exec(statement)?.[1] ?? '', bytes, token, isDone })
      if (!isDone && fail.with !== undefined) throw new StoreError('as told', fail.with)
    },
  }
  const shared = {
    files: NODE_FILE_SYSTEM,
    log: createLog({ level: 'silent' }),
    monotonicMs: () => performance.now(),
  }
  const writer: SegmentWriter = new SegmentWriter({
    ...shared,
    database,
    release: (file) => journal.release(file),
    setAside: (file) => journal.setAside(file),
    delays: { first: 5, most: 20, refused: 100 },
  })
  const journal = new Journal({
    ...shared,
    directory,
    writer: randomBytes(16),
    limits,
    waitedMs: () => undefined,
    onClosed: (file) => writer.offer(file),
  })
  await journal.start()
  return { journal, writer, inserts, fail }
}

function rowsOf(text: string): EncodedRows {
  return {
    spans: Buffer.from(`s:${text};`),
    spanCount: 1,
    documents: Buffer.from(`d:${text};`),
    documentCount: 1,
    minutes: Buffer.from(`m:${text};`),
  }
}
