import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { MessageToChild, PROCESS_NAMES, ProcessName, Settings } from './settings.ts'

export type FleetOptions = {
  /** IPv4 addresses and ports of the server, `127.0.0.1:2000`: of its HTTP, and where datagrams go. */
  readonly endpoint: { readonly http: string; readonly udp: string }
  readonly centralSampling: boolean
  /** Only what Node itself needs is taken from it: the fleet must not find anybody's credentials. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A line a process wrote to its stderr. */
  readonly onLine: (line: string) => void
  /** A process ended while it should run. Called once at most. */
  readonly onFailure: (reason: Error) => void
}

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 4000

/**
 * The shop's processes. They are children of this one and end with it, even if it is killed: each
 * watches its channel to the parent.
 */
export class Fleet {
  readonly #options: FleetOptions
  readonly #children = new Map<ProcessName, ChildProcess>()
  #stopping = false

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /**
   * Starts all processes, each when those it calls are ready.
   * @returns the port of the storefront on 127.0.0.1; undefined when stopped meanwhile
   * @throws when a process cannot start; the others are then still to be stopped
   */
  async start(): Promise<number | undefined> {
    const ports: Partial<Record<ProcessName, number>> = {}
    for (const stage of STAGES) {
      if (this.#stopping) break
      const started = await Promise.all(
        stage.map(async (name) => [name, await this.#launch(name, { ...ports })] as const),
      )
      Object.assign(ports, Object.fromEntries(started))
    }
    return ports.storefront
  }

  /** Ends all processes; those that do not end by themselves are killed. May be called twice. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#children.values()].map(stopChild))
    this.#children.clear()
  }

  get processIds(): readonly number[] {
    return [...this.#children.values()].flatMap((child) => child.pid ?? [])
  }

  async #launch(name: ProcessName, ports: Settings['ports']): Promise<number> {
    const settings: Settings = { ports, centralSampling: this.#options.centralSampling }
    const child = fork(serviceFile(name), [JSON.stringify(settings)], {
      env: this.#environmentOf(name),
      // What the parent was started with is its own business (a test runner's resolution conditions).
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#children.set(name, child)
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) =>
        this.#options.onLine(`${name}: ${line}`),
      )
    }
    child.once('exit', (code, signal) => {
      if (this.#stopping) return
      this.#stopping = true
      this.#options.onFailure(new Error(`${name} ended by itself (${signal ?? `code ${code}`})`))
    })
    return readyPort(name, child)
  }

  #environmentOf(name: ProcessName): Record<string, string> {
    const { environment, endpoint } = this.#options
    const kept = ['PATH', 'NODE_OPTIONS', 'SystemRoot', 'TMPDIR', 'TEMP', 'TZ'].flatMap((key) => {
      const value = environment[key]
      return value === undefined ? [] : [[key, value] as const]
    })
    return {
      ...Object.fromEntries(kept),
      NODE_ENV: 'production',
      // The SDK uses what pg will drop in its next version; the demo pins this one.
      NODE_NO_WARNINGS: '1',
      AWS_XRAY_DAEMON_ADDRESS: `tcp:${endpoint.http} udp:${endpoint.udp}`,
      AWS_XRAY_CONTEXT_MISSING: 'IGNORE_ERROR',
      AWS_XRAY_LOG_LEVEL: 'error',
      AWS_XRAY_COLLECT_SQL_QUERIES: 'true',
      POSTGRES_DATABASE_VERSION: '17',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${endpoint.http}/v1/traces`,
      OTEL_RESOURCE_ATTRIBUTES: `service.name=${name},service.version=${VERSIONS[name] ?? '1.0.0'}`,
      // The SDK reports these as the service's version.
      npm_package_name: name,
      npm_package_version: VERSIONS[name] ?? '1.0.0',
    }
  }
}

/** Processes of one stage do not call each other and start together. */
const STAGES: readonly (readonly ProcessName[])[] = [
  ['database', 'cloud', 'provider'],
  ['inventory', 'payments'],
  ['recommendations', 'orders', 'shipping'],
  ['storefront'],
]

const VERSIONS: Readonly<Partial<Record<ProcessName, string>>> = {
  storefront: '5.2.0',
  orders: '3.11.4',
  inventory: '2.0.9',
  payments: '7.4.1',
  recommendations: '0.4.0',
  shipping: '1.8.0',
}

const OWN_EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

function serviceFile(name: (typeof PROCESS_NAMES)[number]): string {
  return fileURLToPath(new URL(`./service/${name}.${OWN_EXTENSION}`, import.meta.url))
}

async function readyPort(name: ProcessName, child: ChildProcess): Promise<number> {
  const deadline = new AbortController()
  const signal = AbortSignal.any([deadline.signal, AbortSignal.timeout(START_TIMEOUT_MS)])
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error('it ended while starting')
      }),
    ])
    return (message as { port: number }).port
  } catch (cause) {
    throw new Error(`the demo's ${name} did not start`, { cause })
  } finally {
    deadline.abort()
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const stop: MessageToChild = { kind: 'stop' }
  if (child.connected) child.send(stop)
  const late = await Promise.race([exited, sleep(STOP_TIMEOUT_MS, 'late', { ref: false })])
  if (late !== 'late') return
  child.kill('SIGKILL')
  await exited
}
