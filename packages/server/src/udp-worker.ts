import { parentPort, workerData } from 'node:worker_threads'
import { assert, unreachable } from '@fluoroscope/model'
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
  switch (order.kind) {
    case 'start':
      void start()
      break
    case 'settle':
      daemon.settle(order.bytes)
      break
    case 'stop':
      void daemon.stop().then(() => post({ kind: 'stopped' }))
      break
    default:
      unreachable(order)
  }
})

async function start(): Promise<void> {
  try {
    post({ kind: 'listening', listening: await daemon.start() })
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    post({ kind: 'refused', code, message })
  }
}
