/**
 * The process in which the embedded engine lives; `EmbeddedEngine` starts it and gives it orders.
 *
 * It dies with its parent, at once and without tidying up, so that the data directory is free: what
 * was answered is on the medium. Signals meant for the whole group are the parent's business.
 */
import { readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { EngineOrder, EngineProcessOptions, EngineReport } from './engine-message.ts'

const LOOPBACK = '127.0.0.1'

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', ignore)
process.on('SIGTERM', ignore)
process.on('SIGHUP', ignore)

let stop: (() => Promise<void>) | undefined

process.on('message', (order: EngineOrder) => {
  if (order.kind === 'stop') {
    void end()
    return
  }
  start(order.options).catch((cause: unknown) => {
    report({ kind: 'failed', reason: cause instanceof Error ? cause.message : String(cause) })
  })
})

async function start(options: EngineProcessOptions): Promise<void> {
  await emptySpool(options.spoolDirectory)
  const began = performance.now()
  // The native library is loaded here, 200 to 450 ms: an error in it is reported like any other.
  const { Engine } = await import('./engine.ts')
  const { createHttpInterface } = await import('./http-interface.ts')
  const loaded = performance.now()
  const engine = new Engine(options)
  engine.start()
  const opened = performance.now()
  const server = createHttpInterface(engine, options.secret)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, LOOPBACK, resolve)
  })
  stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await closed
    engine.stop()
  }
  const { port } = server.address() as AddressInfo
  report({ kind: 'ready', port, opened: { load: loaded - began, open: opened - loaded } })
}

async function end(): Promise<void> {
  await stop?.()
  // Native threads would keep the process; the sessions are closed by now.
  process.exit(0)
}

/** What lies there belongs to requests of an earlier process. */
async function emptySpool(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await rm(join(directory, name), { force: true })
}

function report(message: EngineReport): void {
  process.send?.(message)
}

function ignore(): void {
  // Only the parent's order ends this process; see above.
}
