import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '@fluoroscope/model'
import { UdpDaemon } from './receive/udp-daemon.ts'
import type { UdpMessage, UdpOrder, UdpSettings } from './udp-receiver.ts'

/** The thread of the UDP socket, alone on its event loop. */
assert(parentPort !== null, 'the UDP worker has a parent')
const port = parentPort
const post = (message: UdpMessage, transfer: ArrayBuffer[] = []) =>
  port.postMessage(message, transfer)

const daemon = new UdpDaemon({
  ...(workerData as UdpSettings),
  onBatch: (batch) => post({ kind: 'batch', batch }, [batch.bytes.buffer, batch.ends.buffer]),
  onError: (error) => post({ kind: 'error', message: error.message }),
})

port.on('message', (order: UdpOrder) => {
  if (order.kind === 'settle') daemon.settle(order.bytes)
  else void daemon.stop().then(() => post({ kind: 'stopped' }))
})

daemon.start().then(
  (listening) => post({ kind: 'listening', listening }),
  (error: NodeJS.ErrnoException) =>
    post({ kind: 'refused', code: error.code ?? '', message: error.message }),
)
