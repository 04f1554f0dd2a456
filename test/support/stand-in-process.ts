/**
 * The process of a stand-in for a ClickHouse server (`stand-in-store.ts`): our embedded engine behind the same
 * HTTP interface, on a port and with a password that are given, so that it can go and come back.
 */
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Engine } from '../../packages/server/src/store/engine/engine.ts'
import { createHttpInterface } from '../../packages/server/src/store/engine/http-interface.ts'
import { ShardedEngine } from './sharded-engine.ts'
import type { StandInOptions } from './stand-in-store.ts'

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => {})

process.once('message', (options: StandInOptions) => {
  const { isSharded, tls, port, password, ...paths } = options
  const engineOptions = { ...paths, secret: password, memoryBytes: 1024 ** 3, readers: 3 }
  const engine = isSharded ? new ShardedEngine(engineOptions) : new Engine(engineOptions)
  engine.start()
  const plain = createHttpInterface(engine, password)
  const server =
    tls === undefined
      ? plain
      : createSecureServer(tls, (request, response) => plain.emit('request', request, response))
  server.listen(port, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
  process.once('SIGTERM', () => {
    server.close()
    engine.stop()
    process.exit(0)
  })
})
