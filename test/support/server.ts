import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = resolve(import.meta.dirname, '../../packages/server/dist/main.js')
const START_TIMEOUT_MS = 60_000

type Ready = {
  readonly ready: true
  readonly http: number
  readonly udp: number
  readonly otlpHttp: number
  readonly otlpGrpc: number
  readonly zipkin: number
  readonly pid: number
}

/** A running server as its users get it: the built program, real sockets, a directory of its own. */
export type RunningServer = {
  readonly ready: Ready
  readonly endpoint: string
  readonly dataDirectory: string
  readonly process: ChildProcess
  /** Everything the server wrote to standard error so far. */
  log(): string
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: nothing is drained. */
  kill(): Promise<void>
}

/** Every listener on a port that is free: tests run beside each other. */
export const FREE_PORTS = [
  '--port=0',
  '--udp-port=0',
  '--otlp-http-port=0',
  '--otlp-grpc-port=0',
  '--zipkin-port=0',
]

/** A directory that {@link removeDirectory} takes away again. */
export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'fluoroscope-test-'))
}

export function removeDirectory(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/**
 * Starts the built server on free ports; rejects with its log when it does not become ready. Its store is
 * embedded, or a database of its own of the ClickHouse server that FLUOROSCOPE_TEST_STORE names.
 */
export async function startServer(
  dataDirectory: string,
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const child = spawnServer(dataDirectory, flags, environment)
  const log: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text))
  const ready = await readyLine(child, () => log.join(''))
  return {
    ready,
    endpoint: `http://127.0.0.1:${ready.http}`,
    dataDirectory,
    process: child,
    log: () => log.join(''),
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL')
    },
  }
}

/** Kills a server so soon after it was started; says whether it was ready by then. */
export async function startAndKill(
  dataDirectory: string,
  afterMs: number,
  flags: readonly string[] = [],
): Promise<boolean> {
  const child = spawnServer(dataDirectory, flags)
  let isReady = false
  child.stdout.on('data', (text: Buffer) => {
    isReady ||= text.includes('"ready":true')
  })
  child.stderr.resume()
  await new Promise((done) => setTimeout(done, afterMs))
  await end(child, 'SIGKILL')
  return isReady
}

function spawnServer(
  dataDirectory: string,
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  return spawn(
    process.execPath,
    [MAIN, 'serve', ...FREE_PORTS, `--data-dir=${dataDirectory}`, ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...storeOf(dataDirectory), ...environment },
    },
  )
}

/** Servers of one data directory have one database, as they have one engine where it is embedded. */
function storeOf(dataDirectory: string): Readonly<Record<string, string>> {
  const store = process.env['FLUOROSCOPE_TEST_STORE']
  if (store === undefined) return {}
  const url = new URL(store)
  url.pathname = `test_${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}`
  return { FLUOROSCOPE_STORE: url.href }
}

async function readyLine(child: ChildProcess, log: () => string): Promise<Ready> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  try {
    if (child.stdout === null) throw new Error('no standard output')
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) return JSON.parse(line) as Ready
    }
    throw new Error(`the server ended before it was ready:\n${log()}`)
  } finally {
    clearTimeout(timer)
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}
