import type { AddressInfo } from 'node:net'
import type { MessageToChild, MessageToParent, Settings } from './settings.ts'

export type RunningProcess = {
  /** 0 for a process nobody calls. */
  readonly port: number
  stop(): Promise<void>
}

/**
 * Runs this process as part of the fleet: starts it, tells the parent its port, stops when told, and
 * ends by itself when the parent is gone, however that happened.
 */
export async function runFleetProcess(
  start: (settings: Settings) => Promise<RunningProcess>,
): Promise<void> {
  // Ctrl+C reaches the whole process group; the parent alone decides when its children stop.
  process.on('SIGINT', () => {})
  process.once('disconnect', () => process.exit(0))
  const running = await start(JSON.parse(process.argv[2] ?? '') as Settings)
  process.on('message', (message: MessageToChild) => {
    if (message.kind === 'stop') void running.stop().finally(() => process.exit(0))
  })
  const ready: MessageToParent = { kind: 'ready', port: running.port }
  if (process.send === undefined || !process.connected) process.exit(0)
  process.send(ready)
}

type Listening = {
  address(): AddressInfo | string | null
  close(done: () => void): unknown
  closeAllConnections?(): void
}

/** A listening server as a running process. */
export function serverProcess(server: Listening): RunningProcess {
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections?.()
      }),
  }
}
