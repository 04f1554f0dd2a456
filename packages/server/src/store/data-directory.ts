import { link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from './database.ts'

/** The directory of one server: who has opened it has it alone. */
export type DataDirectory = {
  readonly path: string
  /** The engine's tables. */
  readonly engine: string
  /** Accepted rows the engine has not yet. */
  readonly journal: string
  /** Bytes on their way; emptied at every start of the engine. */
  readonly spool: string
  /** Lets the next server in. May be called twice. */
  close(): Promise<void>
}

/**
 * Makes the directory where it is not there (for the owner alone), and takes its lock. The lock of a
 * server that was killed is taken over at once. The engine has a lock of its own beneath this one,
 * held by the system, so that even a lock file lost or copied lets no two engines at one table.
 * @throws StoreError `failed` where another server has it, or a newer version wrote it
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const directory = {
    path,
    engine: join(path, 'engine'),
    journal: join(path, 'journal'),
    spool: join(path, 'spool'),
  }
  try {
    for (const each of Object.values(directory)) {
      await mkdir(each, { recursive: true, mode: 0o700 })
    }
    await takeLock(path)
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    const remedy = isCode(cause, 'ENOSPC') ? 'free some space' : 'make it writable'
    const advice = `${remedy}, or choose another with --data-dir`
    throw new StoreError(
      `the data directory ${path} cannot be used: ${reason}; ${advice}`,
      'failed',
      { cause },
    )
  }
  try {
    await checkFormat(path)
  } catch (cause) {
    await releaseLock(path)
    throw cause
  }
  let open = true
  const close = async () => {
    if (open) await releaseLock(path)
    open = false
  }
  return { ...directory, close }
}

/** Raised when an older program could no longer read what a newer one wrote. */
const FORMAT = '1'
const GUARD_STALE_MS = 2_000
const GUARD_PAUSE_MS = 20

/** Who holds a lock. The start time tells a process from a later one of the same number. */
type Holder = {
  readonly pid: number
  readonly host: string
  /** Clock ticks after the start of the machine; empty where the system does not tell. */
  readonly started: string
}

async function takeLock(path: string): Promise<void> {
  const lock = join(path, 'server.lock')
  await guarded(join(path, 'server.lock.guard'), async () => {
    const holder = await readHolder(lock)
    if (holder !== undefined && (await isAlive(holder))) {
      throw new StoreError(
        `the data directory ${path} is in use by the server with process id ${holder.pid}; ` +
          'stop that server, or give this one a directory of its own with --data-dir',
        'failed',
      )
    }
    await rm(lock, { force: true })
    const own: Holder = {
      pid: process.pid,
      host: hostname(),
      started: (await startOf(process.pid)) ?? '',
    }
    // Linked into place, so that nobody ever reads half a lock.
    const draft = join(path, `server.lock.${process.pid}`)
    try {
      await writeFile(draft, JSON.stringify(own), { mode: 0o600 })
      await link(draft, lock)
    } finally {
      await rm(draft, { force: true })
    }
  })
}

async function releaseLock(path: string): Promise<void> {
  await rm(join(path, 'server.lock'), { force: true })
}

/** Runs `work` while no other process is in it: milliseconds, so an old guard is a dead one's. */
async function guarded(guard: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await (await open(guard, 'wx', 0o600)).close()
      break
    } catch (cause) {
      if (!isCode(cause, 'EEXIST')) throw cause
      const since = await stat(guard).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      )
      if (since > 0 && Date.now() - since > GUARD_STALE_MS) await rm(guard, { force: true })
      await sleep(GUARD_PAUSE_MS)
    }
  }
  try {
    await work()
  } finally {
    await rm(guard, { force: true })
  }
}

async function readHolder(lock: string): Promise<Holder | undefined> {
  try {
    const holder: Partial<Holder> | null = JSON.parse(await readFile(lock, 'utf8'))
    const { pid, host, started } = holder ?? {}
    // A lock file that says nothing sensible is nobody's.
    if (typeof pid !== 'number' || typeof host !== 'string') return undefined
    return { pid, host, started: started ?? '' }
  } catch (cause) {
    if (isCode(cause, 'ENOENT') || cause instanceof SyntaxError) return undefined
    throw cause
  }
}

/** Of another machine nothing can be known: there the engine's own lock decides. */
async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (cause) {
    // EPERM: it is there, and another user's.
    if (!isCode(cause, 'EPERM')) return false
  }
  const started = await startOf(holder.pid)
  return started === undefined || holder.started === '' || started === holder.started
}

/** Field 22 of /proc/PID/stat; a zombie counts as ended. Undefined where there is no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : fields[19]
  } catch (cause) {
    if (isCode(cause, 'ENOENT') || isCode(cause, 'ESRCH')) return undefined
    throw cause
  }
}

async function checkFormat(path: string): Promise<void> {
  const file = join(path, 'format')
  const format = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (cause: unknown) => {
      if (isCode(cause, 'ENOENT')) return undefined
      throw cause
    },
  )
  if (format === undefined) await writeFile(file, `${FORMAT}\n`, { mode: 0o600 })
  else if (format !== FORMAT) {
    throw new StoreError(
      `the data directory ${path} has format ${format}, this program reads format ${FORMAT}; ` +
        'use the version of the program that wrote it, or another directory with --data-dir',
      'failed',
    )
  }
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code
}
