import { Worker } from 'node:worker_threads'
import { unreachable } from '@fluoroscope/model'
import type { Log } from './lib/log.ts'
import {
  type DatagramBatch,
  UdpDaemon,
  type UdpDaemonOptions,
  type UdpListening,
} from './receive/udp-daemon.ts'

export type UdpSettings = Omit<UdpDaemonOptions, 'onBatch' | 'onError'>

/** The daemon's UDP side, on this thread or on one of its own. */
export type UdpReceiver = {
  /** Starts what takes time, so that {@link start} does not. */
  prepare(): void
  /** Rejects with the system's error. */
  start(): Promise<UdpListening>
  /** Resolves when every datagram that was taken has been handed over. */
  stop(): Promise<void>
}

export type UdpReceiverOptions = {
  readonly settings: UdpSettings
  /** Resolves when the batch needs no memory any more. */
  readonly take: (batch: DatagramBatch) => Promise<void>
  readonly log: Log
}

/** What the thread is told. */
export type UdpOrder =
  | { readonly kind: 'start' }
  | { readonly kind: 'settle'; readonly bytes: number }
  | { readonly kind: 'stop' }

/** What the thread tells. */
export type UdpMessage =
  | { readonly kind: 'listening'; readonly listening: UdpListening }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'batch'; readonly batch: DatagramBatch }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'stopped' }

/** For tests and for running from source. */
export function inlineUdpReceiver({ settings, take, log }: UdpReceiverOptions): UdpReceiver {
  const daemon: UdpDaemon = new UdpDaemon({
    ...settings,
    onBatch: (batch) => {
      const bytes = batch.bytes.length
      void take(batch).then(() => daemon.settle(bytes))
    },
    onError: (error) => log.error('the UDP socket failed', { error: error.message }),
  })
  return { prepare: () => {}, start: () => daemon.start(), stop: () => daemon.stop() }
}

export function threadedUdpReceiver(script: URL, options: UdpReceiverOptions): UdpReceiver {
  return new ThreadedUdpReceiver(script, options)
}

class ThreadedUdpReceiver implements UdpReceiver {
  readonly #script: URL
  readonly #options: UdpReceiverOptions
  #worker: Worker | undefined
  #listening: PromiseWithResolvers | undefined
  #stopped = () => {}
  #stopping = false
  #settings: UdpSettings

  constructor(script: URL, options: UdpReceiverOptions) {
    this.#script = script
    this.#options = options
    this.#settings = options.settings
  }

  prepare(): void {
    const { log } = this.#options
    const worker = new Worker(this.#script, { workerData: this.#settings })
    worker.on('message', (message: UdpMessage) => this.#hear(message))
    worker.on('error', (error) => {
      log.error('the UDP thread failed', { error: error.message })
      this.#listening?.reject(error)
    })
    worker.on('exit', () => {
      this.#worker = undefined
      this.#stopped()
      if (!this.#stopping) setTimeout(() => this.#restart(), RESTART_MS).unref()
    })
    this.#worker = worker
  }

  async start(): Promise<UdpListening> {
    const listening = await new Promise<UdpListening>((resolve, reject) => {
      this.#listening = { resolve, reject }
      this.#tell({ kind: 'start' })
    })
    // A thread that replaces this one listens where this one did.
    this.#settings = { ...this.#settings, port: listening.port }
    return listening
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const worker = this.#worker
    if (worker === undefined) return
    await new Promise<void>((resolve) => {
      this.#stopped = resolve
      this.#tell({ kind: 'stop' })
    })
    this.#worker = undefined
    await worker.terminate()
  }

  #restart(): void {
    if (this.#stopping) return
    const { log } = this.#options
    this.prepare()
    this.start().then(
      ({ port }) => log.warn('the UDP thread was replaced', { port }),
      (error: Error) => log.error('the UDP thread cannot listen', { error: error.message }),
    )
  }

  #tell(order: UdpOrder): void {
    this.#worker?.postMessage(order)
  }

  #hear(message: UdpMessage): void {
    switch (message.kind) {
      case 'listening':
        this.#listening?.resolve(message.listening)
        break
      case 'refused':
        this.#listening?.reject(Object.assign(new Error(message.message), { code: message.code }))
        break
      case 'error':
        this.#options.log.error('the UDP socket failed', { error: message.message })
        break
      case 'stopped':
        this.#stopped()
        break
      case 'batch':
        this.#take(message.batch)
        break
      default:
        unreachable(message)
    }
  }

  #take(batch: DatagramBatch): void {
    const bytes = batch.bytes.length
    void this.#options.take(batch).then(() => this.#tell({ kind: 'settle', bytes }))
  }
}

const RESTART_MS = 200

type PromiseWithResolvers = {
  resolve(listening: UdpListening): void
  reject(error: Error): void
}
