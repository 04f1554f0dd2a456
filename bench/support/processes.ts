import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

/** The process and all its descendants, from /proc. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = Number(statFields(Number(name))?.[1])
    if (Number.isNaN(parent)) continue
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree: number[] = []
  const pending = [pid]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    tree.push(next)
    pending.push(...(children.get(next) ?? []))
  }
  return tree
}

/** CPU seconds (user and system) a process has used. */
export function cpuSeconds(pid: number): number {
  return secondsOf(statFields(pid))
}

/** CPU seconds of each thread of a process that runs now, by thread id; the main thread's is the pid. */
export function threadSeconds(pid: number): ReadonlyMap<number, number> {
  const ids = readdirSync(`/proc/${pid}/task`).map(Number)
  return new Map(ids.map((id) => [id, secondsOf(statFields(`${pid}/task/${id}`))]))
}

function secondsOf(fields: readonly string[] | undefined): number {
  return (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) / TICKS_PER_SECOND
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  return Number(statFields(pid)?.[21]) * PAGE_BYTES
}

/** The fields of /proc/…/stat of a process or thread after the name, which may hold blanks; undefined once it is gone. */
function statFields(pid: number | string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return undefined
    throw cause
  }
}

/** Bytes on disk of all files below a folder. */
export function directoryBytes(path: string): number {
  return filesBelow(path).reduce((sum, file) => {
    return sum + (unlessGone(() => statSync(file))?.blocks ?? 0) * 512
  }, 0)
}

/** The paths of all files below a folder; merges take parts away while it is looked at. */
export function filesBelow(path: string): readonly string[] {
  const entries = unlessGone(() => readdirSync(path, { withFileTypes: true })) ?? []
  return entries.flatMap((entry) => {
    const below = join(path, entry.name)
    return entry.isDirectory() ? filesBelow(below) : [below]
  })
}

function unlessGone<Found>(look: () => Found): Found | undefined {
  try {
    return look()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}
