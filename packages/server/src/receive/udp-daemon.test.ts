import { createSocket } from 'node:dgram'
import { afterEach, expect, test } from 'vitest'
import { type DatagramBatch, UdpDaemon } from './udp-daemon.ts'

const running: UdpDaemon[] = []

afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop()
})

async function listen(queueBytes = 1_000_000) {
  const batches: DatagramBatch[] = []
  const daemon = new UdpDaemon({
    host: '127.0.0.1',
    port: 0,
    receiveBufferBytes: 4 * 1024 * 1024,
    queueBytes,
    onBatch: (batch) => batches.push(batch),
    onError: (error) => {
      throw error
    },
  })
  running.push(daemon)
  return { daemon, batches, listening: await daemon.start() }
}

async function send(port: number, datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket('udp4')
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) =>
      socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    )
  }
  socket.close()
}

function datagramsOf(batches: readonly DatagramBatch[]): string[] {
  return batches.flatMap(({ bytes, ends }) =>
    [...ends].map((end, index) =>
      Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1], end)).toString('utf8'),
    ),
  )
}

test('hands over every datagram once and in order, whatever its size', async () => {
  const { daemon, batches, listening } = await listen()
  expect(listening.port).toBeGreaterThan(0)
  expect(listening.receiveBufferBytes).toBeGreaterThan(0)
  const sent = ['a', '', 'x'.repeat(65_507), ...Array.from({ length: 2000 }, (_, n) => `n${n}`)]
  await send(
    listening.port,
    sent.map((text) => Buffer.from(text)),
  )
  await daemon.stop()
  expect(datagramsOf(batches)).toEqual(sent)
  expect(batches.length).toBeLessThan(1000)
  expect(batches.every(({ dropped }) => dropped === 0)).toBe(true)
})

test('drops and counts what exceeds the queue until a batch is settled', async () => {
  const { daemon, batches, listening } = await listen(10)
  await send(
    listening.port,
    ['aaaa', 'bbbb', 'cccc'].map((text) => Buffer.from(text)),
  )
  await expect.poll(() => batches.length).toBeGreaterThan(0)
  await send(listening.port, [Buffer.from('dddd')])
  daemon.settle(8)
  await send(listening.port, [Buffer.from('eeee')])
  await daemon.stop()
  const kept = datagramsOf(batches)
  const dropped = batches.reduce((sum, batch) => sum + batch.dropped, 0)
  expect(kept.slice(0, 2)).toEqual(['aaaa', 'bbbb'])
  expect(dropped).toBeGreaterThan(0)
  expect(kept.length + dropped).toBe(5)
})

test('a port in use is the system’s error', async () => {
  const { listening } = await listen()
  const second = new UdpDaemon({
    host: '127.0.0.1',
    port: listening.port,
    receiveBufferBytes: 100_000,
    queueBytes: 1,
    onBatch: () => {},
    onError: () => {},
  })
  await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
