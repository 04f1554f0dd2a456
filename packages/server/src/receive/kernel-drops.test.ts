import { createSocket } from 'node:dgram'
import { platform } from 'node:process'
import { expect, test } from 'vitest'
import { parseKernelDrops, readKernelDrops } from './kernel-drops.ts'

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  334: 0100007F:07D0 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 28311 2 0000000000000000 41
  336: 0200007F:07D0 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 28312 2 0000000000000000 7
  900: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 11207 2 0000000000000000 3
`

test.each([
  ['127.0.0.1', 2000, 41],
  ['127.0.0.2', 2000, 7],
  ['0.0.0.0', 5353, 3],
  ['0.0.0.0', 2000, undefined],
  ['127.0.0.1', 2001, undefined],
])('%s:%i has %s drops', (address, port, drops) => {
  expect(parseKernelDrops(TABLE, address, port)).toBe(drops)
})

test.runIf(platform === 'linux')('finds a socket of this process with no drops', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  expect(await readKernelDrops(socket.address())).toBe(0)
  await new Promise<void>((resolve) => socket.close(resolve))
})
