import { join } from 'node:path'
import type { FileSystem } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { readJournal } from './journal-format.ts'

/** A journal file to which nothing is written any more. */
export type ClosedFile = {
  readonly path: string
  readonly sequence: bigint
  /** What was acknowledged ends here; the file may be longer where it could not be cut. */
  readonly bytes: number
}

const FILE_NAME = /^(\d{16})\.journal$/
const SET_ASIDE_NAME = /^(\d{16})\.journal\.corrupt$/

export function journalPath(directory: string, sequence: bigint): string {
  return join(directory, `${sequence.toString().padStart(16, '0')}.journal`)
}

/** Where a damaged file is kept for a person to look at, once its good frames were inserted. */
export function corruptPath(path: string): string {
  return `${path}.corrupt`
}

/** Whether a file of this name was put there by {@link corruptPath}. */
export function isSetAside(name: string): boolean {
  return SET_ASIDE_NAME.test(name)
}

/**
 * The files an earlier run left, in the order they were written, and the next free sequence.
 * The tail of the last one is cut where a write was not finished: nothing of it was acknowledged.
 * @throws UnknownJournalVersion, and the system's error where the directory cannot be read
 */
export async function recoverJournal(
  files: FileSystem,
  directory: string,
  log: Log,
): Promise<{ readonly left: readonly ClosedFile[]; readonly next: bigint }> {
  const names = await files.list(directory)
  const sequences = names.flatMap((name) => sequenceOf(name, FILE_NAME)).sort(compare)
  const taken = [...sequences, ...names.flatMap((name) => sequenceOf(name, SET_ASIDE_NAME))]
  const next = taken.reduce((most, sequence) => (sequence > most ? sequence : most), 0n) + 1n
  const left: ClosedFile[] = []
  for (const sequence of sequences) {
    const path = journalPath(directory, sequence)
    const last = sequence === sequences.at(-1)
    const bytes = last ? await mendTail(files, path, sequence, log) : await files.size(path)
    if (bytes > 0) left.push({ path, sequence, bytes })
  }
  return { left, next }
}

/** Gives the length that counts; 0 where the file held nothing and is gone. */
async function mendTail(
  files: FileSystem,
  path: string,
  sequence: bigint,
  log: Log,
): Promise<number> {
  const bytes = await files.read(path)
  const { frames, damage, tornAt } = readJournal(bytes, sequence)
  if (frames.length === 0 && damage.length === 0) {
    await files.remove(path)
    return 0
  }
  if (tornAt === undefined) return bytes.byteLength
  log.info('cut an unfinished write off the journal', {
    file: path,
    offset: tornAt,
    bytes: bytes.byteLength - tornAt,
  })
  await files.cut(path, tornAt)
  return tornAt
}

function sequenceOf(name: string, form: RegExp): readonly bigint[] {
  const digits = form.exec(name)?.[1]
  return digits === undefined ? [] : [BigInt(digits)]
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : Number(left > right)
}
