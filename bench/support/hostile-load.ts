import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { RunningServer } from '../../test/support/server.ts'

/** What hostile neighbours do, each second, until they are stopped. */
export type HostileLoad = {
  stop(): void
  /** What was sent so far, in words. */
  sent(): string
}

const SLOW_SOCKETS = 200
const CONNECTIONS_PER_SECOND = 200
const DATAGRAMS_PER_SECOND = 5000
const BOMBS_PER_SECOND = 5
const TICK_MS = 100

/**
 * Sockets that send a byte of a request a second, connections that are opened and left, datagrams of
 * junk, and bodies that inflate to 256 MiB.
 */
export function startHostileLoad(server: RunningServer): HostileLoad {
  const { http, udp } = server.ready
  const bomb = gzipSync(Buffer.alloc(2 ** 28))
  const sockets = new Set<Socket>()
  const counts = { bytes: 0, connections: 0, datagrams: 0, bombs: 0 }
  const open = () => {
    const socket = connect(http, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    sockets.add(socket)
    counts.connections += 1
    return socket
  }
  const head = Buffer.from(
    `POST /TraceSegments HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ${'a'.repeat(4096)}`,
  )
  const slow = Array.from({ length: SLOW_SOCKETS }, open)
  const junk = createSocket('udp4')
  const datagram = Buffer.from(
    '{"format":"json","version":1}\n{"trace_id":{"a":[1,2'.padEnd(600, '\0'),
  )
  const sendBomb = () => {
    const socket = open()
    socket.write(
      `POST /TraceSegments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n` +
        `Content-Length: ${bomb.length}\r\nConnection: close\r\n\r\n`,
    )
    socket.write(bomb)
    socket.resume()
    counts.bombs += 1
  }
  const share = (perSecond: number) => Math.round((perSecond * TICK_MS) / 1000)
  let tick = 0
  const timer = setInterval(() => {
    tick += 1
    for (let index = 0; index < share(CONNECTIONS_PER_SECOND); index++) open()
    for (let index = 0; index < share(DATAGRAMS_PER_SECOND); index++) {
      junk.send(datagram, udp, '127.0.0.1')
      counts.datagrams += 1
    }
    if (tick % 10 !== 0) return
    for (let index = 0; index < BOMBS_PER_SECOND; index++) sendBomb()
    const second = tick / 10
    for (const [index, socket] of slow.entries()) {
      // Where the server has given one up another takes its place.
      const alive = socket.destroyed ? open() : socket
      slow[index] = alive
      alive.write(head.subarray(second - 1, second))
      counts.bytes += 1
    }
  }, TICK_MS)
  return {
    stop: () => {
      clearInterval(timer)
      junk.close()
      for (const socket of sockets) socket.destroy()
    },
    sent: () =>
      `${counts.connections} connections, ${counts.bytes} single bytes, ${counts.datagrams} datagrams, ${counts.bombs} bombs`,
  }
}
