import { once } from 'node:events'
import { type Config, type Environment, parseConfig, serveHelp, withoutPassword } from './config.ts'
import { createLog, describeError, type Log } from './lib/log.ts'
import type { TlsIdentity } from './lib/tls.ts'
import { ListenError } from './listen-error.ts'
import { checkDoor, isLoopback } from './open-door.ts'
import { type Listening, Server } from './server.ts'
import { StoreError } from './store/database.ts'

/**
 * `fluoroscope serve`: prints one ready line on stdout, logs on stderr, and runs until SIGTERM or
 * SIGINT; a second signal ends it at once. Exit codes: 0 stopped, 1 could not start, 2 wrong usage.
 */
export async function run(
  argv: readonly string[],
  io: { readonly environment: Environment; readonly signal: AbortSignal },
): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(serveHelp())
    return 0
  }
  const config = parseConfig(argv, io.environment)
  if (!config.ok) {
    process.stderr.write(`fluoroscope serve: ${config.problem.text}\n`)
    return 2
  }
  hidePassword(config.value, argv)
  const tls = await checkDoor(config.value)
  if (!tls.ok) {
    process.stderr.write(`fluoroscope serve: ${tls.problem.text}\n`)
    return 2
  }
  const log = createLog({ level: config.value.logLevel })
  return await serve(config.value, tls.value, log, io.signal.aborted)
}

/** Whoever may list processes sees their arguments. */
function hidePassword({ store }: Config, argv: readonly string[]): void {
  if (store.kind !== 'server' || store.url.password === '') return
  const password = decodeURIComponent(store.url.password)
  const shown = argv.map((argument) => shownArgument(argument).replaceAll(password, '…'))
  process.title = ['fluoroscope serve', ...shown].join(' ')
}

function shownArgument(argument: string): string {
  const [, flag = '', value = argument] = /^(--[a-z-]+=)?(.*)$/s.exec(argument) ?? []
  return `${flag}${withoutPassword(value)}`
}

/** @param isTold a signal came before there was anybody to hear it */
async function serve(
  config: Config,
  tls: TlsIdentity | undefined,
  log: Log,
  isTold: boolean,
): Promise<number> {
  const life = watchExits(log)
  const told = new AbortController()
  const stopSignal = firstSignal(log, isTold).then(() => told.abort())
  warn(config, tls !== undefined, log)
  const server = new Server(config, tls, log)
  const listening = await start(server, log)
  if (listening === undefined) {
    life.ended = true
    return 1
  }
  if (!told.signal.aborted) process.stdout.write(`${readyLine(listening)}\n`)
  await stopSignal
  await server.stop()
  log.info('stopped')
  life.ended = true
  return 0
}

/**
 * No end without a word: what nobody caught is told and ends the process (all that was acknowledged is
 * in the journal), and so is an end that nobody asked for.
 */
function watchExits(log: Log): { ended: boolean } {
  const life = { ended: false }
  process.on('uncaughtException', (error, origin) => {
    log.error('ending: a fault of the program', { origin, ...describeError(error) })
    life.ended = true
    process.exit(1)
  })
  process.on('exit', (code) => {
    if (!life.ended) log.error('ending without having been told to', { code })
  })
  return life
}

async function start(server: Server, log: Log): Promise<Listening | undefined> {
  try {
    return await server.start()
  } catch (error) {
    const expected = error instanceof ListenError || error instanceof StoreError
    const described = expected ? { error: error.message } : describeError(error)
    log.error('cannot start', described)
    process.stderr.write(`fluoroscope serve: ${described.error}\n`)
    return undefined
  }
}

function readyLine(listening: Listening): string {
  return JSON.stringify({ ready: true, ...listening, pid: process.pid })
}

function warn({ host, udpPort }: Config, isTls: boolean, log: Log): void {
  if (isTls && udpPort !== undefined) {
    log.warn('UDP has no TLS: its datagrams are clear text', { host })
  }
  if (isLoopback(host)) return
  log.warn(
    'listening beyond this machine: whoever reaches these ports can read, write and fill the store; there is no authentication yet',
    { host, tls: isTls },
  )
}

/** Resolves when the process is told to stop. */
async function firstSignal(log: Log, isTold: boolean): Promise<void> {
  const signals = STOP_SIGNALS.map(async (name) => {
    await once(process, name)
    return name
  })
  const signal = isTold ? 'during the start' : await Promise.race(signals)
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      log.warn('a second signal: ending at once', { signal: name })
      process.exit(1)
    })
  }
  log.info('stopping', { signal })
}

/** A terminal that closes ends the server too. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
