import { unixNanos } from '@fluoroscope/model'
import type { CommandIo } from './command-io.ts'

const DEFAULT_COLUMNS = 80

/**
 * The process's own streams, clock and signals. A reader that goes away (`| head`) ends the command
 * quietly, any other failure to write ends it with 1; the first Ctrl+C asks it to end, the second ends
 * the process. What cannot be written to stderr is lost: a full disk or a closed terminal must not end
 * a server by its log.
 */
export function processIo(environment: CommandIo['environment']): CommandIo {
  const ending = new AbortController()
  let outputFailed = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    ending.abort()
    if (error.code === 'EPIPE' || outputFailed) return
    outputFailed = true
    process.stderr.write(`fluoroscope: cannot write its output: ${error.message}\n`)
    process.once('exit', () => {
      process.exitCode = 1
    })
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') ending.abort()
  })
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
