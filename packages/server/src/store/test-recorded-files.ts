import type { FileSystem, WritableFile } from '../lib/file-system.ts'

/** What reaches a medium whole or not at all. */
const SECTOR_BYTES = 512

type FileChange =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly length: number }

type Operation =
  | { readonly kind: 'create'; readonly path: string; readonly file: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'change'; readonly file: number; readonly change: FileChange }
  | { readonly kind: 'sync'; readonly file: number }
  | { readonly kind: 'sync-names' }

type NameChange = Extract<Operation, { kind: 'create' | 'rename' | 'remove' }>

type Files = ReadonlyMap<string, Buffer>

/**
 * Files of one directory in memory, with a record of every change: from it the states can be made that a loss of power
 * may leave. What POSIX promises is on the medium is what was synced: contents by the sync of their file, names
 * by that of the directory. Of the rest any part may be there, in sectors of 512 bytes.
 */
export class RecordedFiles implements FileSystem {
  readonly #operations: Operation[] = []
  readonly #names = new Map<string, number>()
  readonly #contents = new Map<number, Buffer>()
  #nextFile = 1

  /** @param files what is on the medium already */
  constructor(files: Files = new Map()) {
    for (const [path, bytes] of files) {
      const file = this.#record(path)
      this.#change(file, { kind: 'write', position: 0, bytes })
      this.#operations.push({ kind: 'sync', file })
    }
    this.#operations.push({ kind: 'sync-names' })
  }

  /** Changes so far. */
  get length(): number {
    return this.#operations.length
  }

  /**
   * What a loss of power after the first `count` changes may leave.
   * @param random from 0 to below 1; decides what of all that was not synced is there
   */
  afterLoss(count: number, random: () => number): Files {
    const medium = new Medium(random)
    for (const operation of this.#operations.slice(0, count)) medium.apply(operation)
    return medium.lose()
  }

  async makeDirectory(): Promise<void> {
    // There is one, and it is there.
  }

  async list(): Promise<readonly string[]> {
    return [...this.#names.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1))
  }

  async size(path: string): Promise<number> {
    return this.#read(this.#find(path)).byteLength
  }

  async read(path: string): Promise<Uint8Array> {
    return Buffer.from(this.#read(this.#find(path)))
  }

  async create(path: string): Promise<WritableFile> {
    if (this.#names.has(path)) throw systemError('EEXIST', path)
    const file = this.#record(path)
    return {
      write: async (parts, position) => {
        const bytes = Buffer.concat(parts)
        this.#change(file, { kind: 'write', position, bytes })
        return bytes.byteLength
      },
      sync: async () => {
        this.#operations.push({ kind: 'sync', file })
      },
      cut: async (length) => this.#change(file, { kind: 'cut', length }),
      close: async () => {
        // Closing brings nothing to the medium.
      },
    }
  }

  async cut(path: string, length: number): Promise<void> {
    const file = this.#find(path)
    this.#change(file, { kind: 'cut', length })
    this.#operations.push({ kind: 'sync', file })
  }

  async rename(from: string, to: string): Promise<void> {
    this.#names.set(to, this.#find(from))
    this.#names.delete(from)
    this.#operations.push({ kind: 'rename', from, to })
  }

  async remove(path: string): Promise<void> {
    this.#find(path)
    this.#names.delete(path)
    this.#operations.push({ kind: 'remove', path })
  }

  async syncDirectory(): Promise<void> {
    this.#operations.push({ kind: 'sync-names' })
  }

  #record(path: string): number {
    const file = this.#nextFile++
    this.#names.set(path, file)
    this.#contents.set(file, Buffer.alloc(0))
    this.#operations.push({ kind: 'create', path, file })
    return file
  }

  #change(file: number, change: FileChange): void {
    this.#contents.set(file, changed(this.#read(file), change))
    this.#operations.push({ kind: 'change', file, change })
  }

  #read(file: number): Buffer {
    return this.#contents.get(file) ?? Buffer.alloc(0)
  }

  #find(path: string): number {
    const file = this.#names.get(path)
    if (file === undefined) throw systemError('ENOENT', path)
    return file
  }
}

/** What is on the medium, and what may be. */
class Medium {
  readonly #random: () => number
  readonly #names = new Map<string, number>()
  readonly #contents = new Map<number, Buffer>()
  readonly #openChanges = new Map<number, FileChange[]>()
  #openNames: NameChange[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  apply(operation: Operation): void {
    switch (operation.kind) {
      case 'change':
        this.#changesOf(operation.file).push(operation.change)
        return
      case 'sync':
        for (const change of this.#changesOf(operation.file)) this.#write(operation.file, change)
        this.#openChanges.delete(operation.file)
        return
      case 'sync-names':
        for (const change of this.#openNames) this.#rename(change)
        this.#openNames = []
        return
      default:
        this.#openNames.push(operation)
    }
  }

  /** Of what was not synced each part is there or not. */
  lose(): Files {
    for (const change of this.#openNames) if (this.#random() < 0.5) this.#rename(change)
    for (const [file, changes] of this.#openChanges) {
      for (const change of changes) this.#writePart(file, change)
    }
    const files = new Map<string, Buffer>()
    for (const [path, file] of this.#names) {
      files.set(path, this.#contents.get(file) ?? Buffer.alloc(0))
    }
    return files
  }

  #writePart(file: number, change: FileChange): void {
    const fate = this.#random()
    if (fate < 0.25) return
    if (fate < 0.5 || change.kind === 'cut') {
      this.#write(file, change)
      return
    }
    const { position, bytes } = change
    const end = position + bytes.byteLength
    // The length is a matter of its own: sectors that did not arrive are zeros below it.
    if (this.#random() < 0.5) this.#write(file, { kind: 'cut', length: end })
    for (let at = position; at < end; ) {
      const next = Math.min(at - (at % SECTOR_BYTES) + SECTOR_BYTES, end)
      if (this.#random() < 0.5) {
        const sector = bytes.subarray(at - position, next - position)
        this.#write(file, { kind: 'write', position: at, bytes: sector })
      }
      at = next
    }
  }

  #write(file: number, change: FileChange): void {
    this.#contents.set(file, changed(this.#contents.get(file) ?? Buffer.alloc(0), change))
  }

  /** A change of a name that is not there itself changes nothing. */
  #rename(change: NameChange): void {
    if (change.kind === 'create') this.#names.set(change.path, change.file)
    if (change.kind === 'remove') this.#names.delete(change.path)
    if (change.kind === 'rename') {
      const file = this.#names.get(change.from)
      if (file === undefined) return
      this.#names.set(change.to, file)
      this.#names.delete(change.from)
    }
  }

  #changesOf(file: number): FileChange[] {
    const changes = this.#openChanges.get(file) ?? []
    this.#openChanges.set(file, changes)
    return changes
  }
}

function changed(before: Buffer, change: FileChange): Buffer {
  const length =
    change.kind === 'cut'
      ? change.length
      : Math.max(before.byteLength, change.position + change.bytes.byteLength)
  const after = Buffer.alloc(length)
  before.copy(after, 0, 0, Math.min(before.byteLength, length))
  if (change.kind === 'write') change.bytes.copy(after, change.position)
  return after
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
