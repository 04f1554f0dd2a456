import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import type { WritableFile } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { Journal } from './journal.ts'
import type { ClosedFile } from './journal-directory.ts'
import { readJournal } from './journal-format.ts'
import type { EncodedRows } from './segment-row.ts'
import { RecordedFiles } from './test-recorded-files.ts'

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
const DIRECTORY = '/journal'
/** For each change of the journal's files. */
const STATES = Number(process.env['POWER_LOSS_STATES'] ?? 6)

/** By what the number of changes to the files was when the server said so, or did so. */
type History = {
  readonly sent: Set<string>
  readonly acknowledged: Map<string, number>
  /** Rows that the engine has: their file may be gone. */
  readonly released: Map<string, number>
}

test('what was acknowledged outlives a loss of power at any moment, and nothing else appears', async () => {
  let states = 0
  let checked = 0
  for (const seed of [1, 2, 3, 4]) {
    const found = await loseAtEachChange(new RecordedFiles(), seed, STATES)
    states += found.states
    checked += found.checked
    expect(found.lost).toEqual([])
    expect(found.strange).toEqual([])
  }
  process.stdout.write(`power lost: ${states} states opened, ${checked} rows looked for, 0 lost\n`)
  expect(checked).toBeGreaterThan(1000 * STATES)
})

test.each(['sync', 'syncDirectory'] as const)(
  'without %s something would be lost',
  async (call) => {
    const files = call === 'sync' ? new Unsynced() : new Unnamed()
    const { checked, lost } = await loseAtEachChange(files, 1, 2)
    expect(checked).toBeGreaterThan(100)
    expect(lost.length).toBeGreaterThan(0)
  },
)

class Unsynced extends RecordedFiles {
  override async create(path: string): Promise<WritableFile> {
    return { ...(await super.create(path)), sync: async () => undefined }
  }
}

class Unnamed extends RecordedFiles {
  override async syncDirectory(): Promise<void> {
    // Left out.
  }
}

async function loseAtEachChange(files: RecordedFiles, seed: number, statesEach: number) {
  const random = seeded(seed)
  const history = await work(files, random)
  const result = { states: 0, checked: 0, lost: [] as string[], strange: [] as string[] }
  for (let count = 0; count <= files.length; count++) {
    const due = [...history.acknowledged].filter(
      ([text, at]) => at <= count && (history.released.get(text) ?? count) >= count,
    )
    for (let state = 0; state < statesEach; state++) {
      const left = new RecordedFiles(files.afterLoss(count, random))
      const found = await open(left)
      // Recovery itself may be cut off as well.
      const again = await open(new RecordedFiles(left.afterLoss(left.length, random)))
      result.states += 2
      result.checked += due.length
      const kept = due.filter(([text]) => found.has(text) && again.has(text))
      if (kept.length < due.length) result.lost.push(`${due.length - kept.length} after ${count}`)
      result.strange.push(...[...found].filter((text) => !history.sent.has(text)))
    }
  }
  return result
}

/** Appends of all sizes, files closed by size, some of them released as the engine takes them. */
async function work(files: RecordedFiles, random: () => number): Promise<History> {
  const history: History = { sent: new Set(), acknowledged: new Map(), released: new Map() }
  const { journal, closed } = await openJournal(files)
  for (let wave = 0; wave < 12; wave++) {
    const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) =>
      `wave ${wave} row ${index} `.padEnd(Math.floor(random() * 1500), '.'),
    )
    for (const text of texts) history.sent.add(text)
    await Promise.all(
      texts.map(async (text) => {
        const answer = await journal.append(rowsOf(text))
        expect(answer.ok).toBe(true)
        history.acknowledged.set(text, files.length)
      }),
    )
    const oldest = random() < 0.3 ? closed.shift() : undefined
    if (oldest !== undefined) {
      for (const text of await textsOf(files, oldest)) history.released.set(text, files.length)
      await journal.release(oldest)
    }
  }
  await journal.stop()
  return history
}

/** The rows that a journal over these files hands over; it goes on to take more. */
async function open(files: RecordedFiles): Promise<ReadonlySet<string>> {
  const { journal, closed } = await openJournal(files)
  const texts = await Promise.all(closed.map((file) => textsOf(files, file)))
  const answer = await journal.append(rowsOf('after'))
  expect(answer.ok).toBe(true)
  await journal.stop()
  return new Set(texts.flat())
}

async function textsOf(files: RecordedFiles, file: ClosedFile): Promise<readonly string[]> {
  const bytes = (await files.read(file.path)).subarray(0, file.bytes)
  const { frames } = readJournal(bytes, file.sequence)
  return frames.flatMap(({ rows }) =>
    Buffer.from(rows.documents).toString().split('\n').slice(0, -1),
  )
}

async function openJournal(files: RecordedFiles) {
  const closed: ClosedFile[] = []
  const journal = new Journal({
    directory: DIRECTORY,
    files,
    log: SILENT,
    writer: randomBytes(16),
    monotonicMs: () => performance.now(),
    limits: { fileBytes: 4000, groupBytes: 2500, fileAgeMs: 3_600_000 },
    waitedMs: () => undefined,
    onClosed: (file) => closed.push(file),
  })
  await journal.start()
  return { journal, closed }
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

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
