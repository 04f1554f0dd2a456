import { once } from 'node:events'
import { type Config, type Environment, parseConfig, serveHelp } from './config.ts'
import { createLog, describeError, type Log } from './lib/log.ts'
import { ListenError, type Listening, Server } from './server.ts'
import { isLoopback } from './show/browser-guard.ts'
import { StoreError } from './store/database.ts'

/**
 * `fluoroscope serve`: prints one ready line on stdout, logs on stderr, and runs until SIGTERM or
 * SIGINT; a second signal ends it at once. Exit codes: 0 stopped, 1 could not start, 2 wrong usage.
 */
export async function run(argv: readonly string[], environment: Environment): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(serveHelp())
    return 0
  }
  const config = parseConfig(argv, environment)
  if (!config.ok) {
    process.stderr.write(`fluoroscope serve: ${config.problem.text}\n`)
    return 2
  }
  const log = createLog({ level: config.value.logLevel })
  return await serve(config.value, log)
}

async function serve(config: Config, log: Log): Promise<number> {
  const stopSignal = firstSignal(log)
  warn(config, log)
  const server = new Server(config, log)
  const listening = await start(server, log)
  if (listening === undefined) return 1
  process.stdout.write(`${readyLine(listening)}\n`)
  const signal = await stopSignal
  log.info('stopping', { signal })
  await server.stop()
  log.info('stopped')
  return 0
}

async function start(server: Server, log: Log): Promise<Listening | undefined> {
  try {
    return await server.start()
  } catch (error) {
    const expected = error instanceof ListenError || error instanceof StoreError
    log.error('cannot start', expected ? { error: error.message } : describeError(error))
    process.stderr.write(`fluoroscope serve: ${describeError(error).error}\n`)
    return undefined
  }
}

function readyLine({ http, udp }: Listening): string {
  const later = { otlpHttp: null, otlpGrpc: null, zipkin: null }
  return JSON.stringify({ ready: true, http, udp, ...later, pid: process.pid })
}

function warn({ host, otlpHttpPort, otlpGrpcPort, zipkinPort }: Config, log: Log): void {
  if (!isLoopback(host)) {
    log.warn(
      'listening beyond this machine: whoever reaches these ports can read, write and fill the store; there is no authentication yet',
      { host },
    )
  }
  const later = Object.entries({ otlpHttpPort, otlpGrpcPort, zipkinPort })
    .filter(([, port]) => port !== undefined)
    .map(([name]) => name.replace('Port', ''))
  if (later.length > 0) log.info('these receivers come in a later version', { receivers: later })
}

async function firstSignal(log: Log): Promise<string> {
  const signal = await Promise.race(
    STOP_SIGNALS.map(async (name) => {
      await once(process, name)
      return name
    }),
  )
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      log.warn('a second signal: ending at once', { signal: name })
      process.exit(1)
    })
  }
  return signal
}

/** A terminal that closes ends the server too. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
