import { unixNanos } from '@fluoroscope/model'
import type { CommandIo } from './command-io.ts'

const DEFAULT_COLUMNS = 80

/**
 * The process's own streams, clock and signals. A reader that goes away (`| head`) ends the command
 * quietly; the first Ctrl+C asks it to end, the second ends the process.
 */
export function processIo(environment: CommandIo['environment']): CommandIo {
  const ending = new AbortController()
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      ending.abort()
    })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => ending.abort())
  }
  const { stdout, stderr } = process
  return {
    stdout,
    stderr,
    isTerminal: stdout.isTTY === true,
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    environment,
    now: () => unixNanos(BigInt(Date.now()) * 1_000_000n),
    signal: ending.signal,
  }
}
