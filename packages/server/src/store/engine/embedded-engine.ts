import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Log } from '../../lib/log.ts'
import type { Endpoint } from '../click-house-database.ts'
import { StoreError } from '../database.ts'
import type { EngineOrder, EngineProcessOptions, EngineReport } from './engine-message.ts'

export type EmbeddedEngineOptions = Omit<EngineProcessOptions, 'secret'> & {
  readonly log: Log
}

/**
 * Keeps one engine process alive: starts it, restarts it with growing pauses when it dies, and says
 * where it listens. Each process gets a secret of its own.
 */
export class EmbeddedEngine {
  readonly #options: EmbeddedEngineOptions
  #running: Promise<Running> | undefined
  #child: ChildProcess | undefined
  #restarts = 0
  #failures = 0
  #stopping = false
  readonly #stopped = new AbortController()

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options
  }

  /** The engine's process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** How often a dead engine was started anew. */
  get restarts(): number {
    return this.#restarts
  }

  /** Resolves when queries are answered. @throws StoreError with the reason why it cannot open */
  async start(): Promise<void> {
    this.#running = this.#open()
    // Whoever asks for the endpoint sees the failure; here it only must not count as unhandled.
    this.#running.catch(() => {})
    await this.#running
  }

  /** Lets running statements finish, {@link STOP_MS} at most. May be called twice. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#stopped.abort()
    const child = this.#child
    if (child === undefined) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    order(child, { kind: 'stop' })
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(timer)
  }

  /**
   * Where the engine listens; waits out a restart.
   * @throws StoreError `unavailable` where it is not back in time
   */
  async endpoint(): Promise<Endpoint> {
    const running = this.#running
    if (running === undefined || this.#stopping) {
      throw new StoreError('the engine is not running', 'unavailable')
    }
    const late = new AbortController()
    const waited = sleep(ENDPOINT_WAIT_MS, undefined, { signal: late.signal }).catch(
      () => undefined,
    )
    try {
      const found = await Promise.race([running, waited])
      if (found === undefined) throw new StoreError('the engine is still restarting', 'unavailable')
      return found.endpoint
    } finally {
      late.abort()
    }
  }

  /** The first start: the engine of a server killed a moment ago may still hold the directory. */
  async #open(): Promise<Running> {
    const giveUp = performance.now() + LOCK_WAIT_MS
    for (;;) {
      try {
        return await this.#launch()
      } catch (cause) {
        const locked = cause instanceof StoreError && cause.message.includes(ENGINE_LOCK)
        if (!locked || performance.now() > giveUp) throw cause
        await sleep(LOCK_PAUSE_MS)
      }
    }
  }

  async #reopen(): Promise<Running> {
    for (;;) {
      const pause = Math.min(
        FIRST_PAUSE_MS * 2 ** this.#failures - FIRST_PAUSE_MS,
        LONGEST_PAUSE_MS,
      )
      this.#failures += 1
      await sleep(pause, undefined, { signal: this.#stopped.signal })
      try {
        const running = await this.#launch()
        this.#restarts += 1
        return running
      } catch (cause) {
        if (this.#stopping) throw cause
        this.#options.log.error('the engine could not be restarted', { reason: String(cause) })
      }
    }
  }

  async #launch(): Promise<Running> {
    const { log, ...options } = this.#options
    const child = startProcess()
    this.#child = child
    const output = keepOutput(child, log)
    const secret = randomBytes(24).toString('base64url')
    order(child, { kind: 'start', options: { ...options, secret } })
    try {
      const { port, opened } = await ready(child)
      log.info('engine ready', { pid: child.pid, loadMs: opened.load, openMs: opened.open })
      const since = performance.now()
      // Without a listener a failure to signal the process would end this one.
      child.on('error', (cause) => log.error('the engine process', { reason: String(cause) }))
      child.once('exit', (code, signal) => this.#onExit(since, signal ?? `code ${code}`))
      return {
        endpoint: { url: `http://127.0.0.1:${port}`, username: 'fluoroscope', password: secret },
      }
    } catch (cause) {
      child.kill('SIGKILL')
      this.#child = undefined
      const reason = [cause instanceof Error ? cause.message : String(cause), output()]
        .join(' ')
        .trim()
      throw new StoreError(`the engine cannot open ${options.directory}: ${reason}`, 'failed', {
        cause,
      })
    }
  }

  #onExit(since: number, how: string): void {
    this.#child = undefined
    if (this.#stopping) return
    if (performance.now() - since > STEADY_MS) this.#failures = 0
    this.#options.log.error('the engine died and is restarted', { how })
    this.#running = this.#reopen()
    // Logged there; rejects only when the engine is stopped, and whoever asks for the endpoint sees it.
    this.#running.catch(() => {})
  }
}

type Running = { readonly endpoint: Endpoint }

const STOP_MS = 8_000
const READY_MS = 60_000
const ENDPOINT_WAIT_MS = 15_000
const LOCK_WAIT_MS = 3_000
const LOCK_PAUSE_MS = 50
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A process that lived so long did not die of its start. */
const STEADY_MS = 30_000
const KEPT_OUTPUT = 4_096
/** How the engine says that another process has the directory. */
const ENGINE_LOCK = 'Code: 76.'

function startProcess(): ChildProcess {
  const file = import.meta.url.endsWith('.ts') ? './engine-process.ts' : './engine-process.js'
  return fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Four running queries would fill libuv's four threads, and no file could be read meanwhile.
    // biome-ignore lint/style/noProcessEnv: the process inherits the environment as it is
    env: { ...process.env, UV_THREADPOOL_SIZE: '16', TZ: 'UTC' },
  })
}

/** Resolves with the port the process listens on; rejects where it ends or fails before. */
function ready(child: ChildProcess): Promise<Extract<EngineReport, { kind: 'ready' }>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error('it did not get ready in time')), READY_MS)
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      settle(new Error(`the process ended with ${signal ?? `code ${code}`}`))
    }
    const onMessage = (report: EngineReport) => {
      settle(report.kind === 'ready' ? report : new Error(report.reason))
    }
    function settle(outcome: Error | Extract<EngineReport, { kind: 'ready' }>): void {
      clearTimeout(timer)
      child.off('exit', onExit)
      child.off('error', settle)
      child.off('message', onMessage)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    child.on('exit', onExit)
    child.on('error', settle)
    child.on('message', onMessage)
  })
}

/** Logs what the process prints, and gives the last of it: some reasons are told only there. */
function keepOutput(child: ChildProcess, log: Log): () => string {
  let kept = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-KEPT_OUTPUT)
      log.warn('the engine printed', { text: text.trim().slice(0, KEPT_OUTPUT) })
    })
  }
  return () => kept.trim()
}

function order(child: ChildProcess, message: EngineOrder): void {
  if (child.connected) child.send(message, () => {})
}
