import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'

/**
 * The calls on files that durable storage is made of, so that a test can fail each in turn.
 * Every call rejects with the error of the system (`code` such as `ENOSPC`).
 */
export type FileSystem = {
  /** Makes the directory and its parents; no error where it is there already. */
  makeDirectory(path: string): Promise<void>
  /** Names of the entries, in no order. */
  list(path: string): Promise<readonly string[]>
  /** Bytes of a file. */
  size(path: string): Promise<number>
  read(path: string): Promise<Uint8Array>
  /** Makes a file that must not exist yet. */
  create(path: string): Promise<WritableFile>
  /** Cuts a closed file to `length` bytes and brings that to the medium. */
  cut(path: string, length: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Brings names made, changed and removed in a directory to the medium. */
  syncDirectory(path: string): Promise<void>
}

export type WritableFile = {
  /** Writes behind each other from `position`; gives the bytes written, which may be fewer. */
  write(parts: readonly Uint8Array[], position: number): Promise<number>
  /** Resolves when the contents are on the medium. After a failure nothing is known of them. */
  sync(): Promise<void>
  cut(length: number): Promise<void>
  close(): Promise<void>
}

export const NODE_FILE_SYSTEM: FileSystem = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  list: (path) => readdir(path),
  size: async (path) => (await stat(path)).size,
  read: (path) => readFile(path),
  create: async (path) => writableFile(await open(path, 'wx', 0o600)),
  cut: (path, length) =>
    withFile(path, 'r+', async (handle) => {
      await handle.truncate(length)
      await handle.datasync()
    }),
  rename,
  remove: (path) => rm(path),
  syncDirectory: (path) => withFile(path, 'r', (handle) => handle.sync()),
}

function writableFile(handle: FileHandle): WritableFile {
  return {
    write: async (parts, position) => (await handle.writev(parts, position)).bytesWritten,
    sync: () => handle.datasync(),
    cut: (length) => handle.truncate(length),
    close: () => handle.close(),
  }
}

async function withFile(
  path: string,
  flags: string,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags)
  try {
    await use(handle)
  } finally {
    await handle.close()
  }
}
