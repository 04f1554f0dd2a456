import { Worker } from 'node:worker_threads'
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
  return daemon
}

export function threadedUdpReceiver(
  script: URL,
  { settings, take, log }: UdpReceiverOptions,
): UdpReceiver {
  let worker: Worker | undefined
  let stopped = () => {}
  const start = () =>
    new Promise<UdpListening>((resolve, reject) => {
      const thread = new Worker(script, { workerData: settings })
      worker = thread
      const tell = (order: UdpOrder) => thread.postMessage(order)
      thread.on('error', (error) => {
        log.error('the UDP thread failed', { error: error.message })
        reject(error)
      })
      thread.on('exit', () => stopped())
      thread.on('message', (message: UdpMessage) => {
        switch (message.kind) {
          case 'listening':
            return resolve(message.listening)
          case 'refused':
            return reject(Object.assign(new Error(message.message), { code: message.code }))
          case 'error':
            return log.error('the UDP socket failed', { error: message.message })
          case 'stopped':
            return stopped()
          case 'batch': {
            const bytes = message.batch.bytes.length
            void take(message.batch).then(() => tell({ kind: 'settle', bytes }))
          }
        }
      })
    })
  const stop = async () => {
    const thread = worker
    worker = undefined
    if (thread === undefined) return
    await new Promise<void>((resolve) => {
      stopped = resolve
      const order: UdpOrder = { kind: 'stop' }
      thread.postMessage(order)
    })
    await thread.terminate()
  }
  return { start, stop }
}
