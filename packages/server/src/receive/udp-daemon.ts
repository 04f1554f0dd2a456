import { createSocket, type Socket } from 'node:dgram'
import type { UdpAddress } from './kernel-drops.ts'

/** Datagrams as they came, one after the other; datagram `i` ends at `ends[i]`. */
export type DatagramBatch = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ends: Uint32Array<ArrayBuffer>
  /** Datagrams received and thrown away since the last batch because too much was waiting. */
  readonly dropped: number
}

export type UdpDaemonOptions = {
  readonly host: string
  readonly port: number
  /** Asked of the kernel, which may grant less, or book the double. */
  readonly receiveBufferBytes: number
  /** Bytes handed over and not yet {@link UdpDaemon.settle}d, beyond which datagrams are dropped. */
  readonly queueBytes: number
  /** Takes ownership of the batch. */
  readonly onBatch: (batch: DatagramBatch) => void
  readonly onError: (error: Error) => void
}

export type UdpListening = UdpAddress & { readonly receiveBufferBytes: number }

/**
 * The X-Ray daemon's UDP side. Only copies datagrams into batches: what decides loss is how soon the
 * kernel's buffer is emptied, so nothing here looks into them.
 */
export class UdpDaemon {
  readonly #options: UdpDaemonOptions
  #socket: Socket | undefined
  readonly #batch = emptyBatch()
  #dropped = 0
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #lastDatagram = 0

  constructor(options: UdpDaemonOptions) {
    this.#options = options
  }

  /** Rejects with the system's error when the port is taken or the address is not ours. */
  async start(): Promise<UdpListening> {
    const { host, port, receiveBufferBytes } = this.#options
    const socket = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: receiveBufferBytes,
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(port, host, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    socket.on('error', this.#options.onError)
    socket.on('message', (datagram) => this.#take(datagram))
    this.#socket = socket
    return { ...socket.address(), receiveBufferBytes: socket.getRecvBufferSize() }
  }

  /** Tells that `bytes` of the batches handed over need no memory any more. */
  settle(bytes: number): void {
    this.#waitingBytes -= bytes
  }

  /** Empties the kernel's buffer, closes the socket and hands over what is left. */
  async stop(): Promise<void> {
    const socket = this.#socket
    if (socket === undefined) return
    this.#socket = undefined
    const since = performance.now()
    do {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    } while (
      performance.now() - this.#lastDatagram < QUIET_MS &&
      performance.now() - since < MAX_DRAIN_MS
    )
    await new Promise<void>((resolve) => socket.close(resolve))
    this.#flush()
  }

  #take(datagram: Uint8Array): void {
    this.#lastDatagram = performance.now()
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
    if (this.#waitingBytes + this.#batch.length + datagram.length > this.#options.queueBytes) {
      this.#dropped += 1
      return
    }
    if (this.#batch.length + datagram.length > BATCH_BYTES || this.#batch.count === BATCH_COUNT) {
      this.#flush()
    }
    const batch = this.#batch
    batch.bytes.set(datagram, batch.length)
    batch.length += datagram.length
    batch.ends[batch.count] = batch.length
    batch.count += 1
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#batch
    const dropped = this.#dropped
    if (batch.count === 0 && dropped === 0) return
    const bytes = batch.bytes.slice(0, batch.length)
    const ends = batch.ends.slice(0, batch.count)
    batch.length = 0
    batch.count = 0
    this.#dropped = 0
    this.#waitingBytes += bytes.length
    this.#options.onBatch({ bytes, ends, dropped })
  }
}

/** A datagram waits this long for company. */
const BATCH_MS = 5
const BATCH_BYTES = 256 * 1024
const BATCH_COUNT = 1024
/** While stopping: no datagram for this long means that the kernel's buffer is empty. */
const QUIET_MS = 10
const MAX_DRAIN_MS = 500

type OpenBatch = {
  readonly bytes: Uint8Array<ArrayBuffer>
  length: number
  readonly ends: Uint32Array<ArrayBuffer>
  count: number
}

function emptyBatch(): OpenBatch {
  return {
    bytes: new Uint8Array(BATCH_BYTES),
    length: 0,
    ends: new Uint32Array(BATCH_COUNT),
    count: 0,
  }
}
