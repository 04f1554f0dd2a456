import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Certificate } from './certificate.ts'
import { removeDirectory, temporaryDirectory } from './server.ts'

export type StandInOptions = {
  readonly directory: string
  readonly spoolDirectory: string
  /** 0 for a free one. */
  readonly port: number
  readonly password: string
  /** A cluster of two shards, as far as one engine can be one: `sharded-engine.ts`. */
  readonly isSharded: boolean
  readonly tls: Certificate | undefined
}

/** What stands for a ClickHouse server elsewhere: a process of its own that answers at one address. */
export class StandInStore {
  readonly #folder: string
  readonly #options: Omit<StandInOptions, 'port'>
  #child: ChildProcess | undefined
  #port = 0

  private constructor(folder: string, options: Omit<StandInOptions, 'port'>) {
    this.#folder = folder
    this.#options = options
  }

  static async start(
    options: Partial<Pick<StandInOptions, 'isSharded' | 'tls'>> = {},
  ): Promise<StandInStore> {
    const folder = await temporaryDirectory()
    const directory = join(folder, 'engine')
    const spoolDirectory = join(folder, 'spool')
    // What has to be escaped in a URL is in it.
    const password = `${randomBytes(12).toString('hex')}@/:%`
    const paths = { directory, spoolDirectory, password }
    const store = new StandInStore(folder, {
      isSharded: false,
      tls: undefined,
      ...options,
      ...paths,
    })
    await Promise.all([directory, spoolDirectory].map((path) => mkdir(path)))
    await store.resume()
    return store
  }

  get password(): string {
    return this.#options.password
  }

  get origin(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`
  }

  /** For `--store`. */
  url(database = '', { password = this.password, search = '' } = {}): string {
    const url = new URL(`${this.origin}/${database}`)
    url.username = USER
    url.password = encodeURIComponent(password)
    if (this.#options.isSharded) url.searchParams.set('cluster', 'two')
    return url.href + search
  }

  /** Ends it as a machine that loses its power does. */
  async cut(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** Back at the same address, with what was on its disk. */
  async resume(): Promise<void> {
    await rm(join(this.#folder, 'spool'), { recursive: true, force: true })
    await mkdir(join(this.#folder, 'spool'))
    const child = fork(resolve(import.meta.dirname, 'stand-in-process.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--import', 'tsx', '--conditions=source'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '16', TZ: 'UTC', NODE_OPTIONS: '' },
    })
    this.#child = child
    const failed = once(child, 'exit').then(() => {
      throw new Error('the stand-in for a ClickHouse server ended')
    })
    child.send({ ...this.#options, port: this.#port })
    const [ready] = await Promise.race([once(child, 'message'), failed])
    failed.catch(() => {})
    this.#port = (ready as { port: number }).port
  }

  async stop(): Promise<void> {
    await this.cut()
    await removeDirectory(this.#folder)
  }
}

/** The embedded engine knows this one. */
const USER = 'fluoroscope'
