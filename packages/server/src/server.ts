import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Nanos } from '@fluoroscope/model'
import { ServiceGraphs } from './analyse/service-graphs.ts'
import { createBodies } from './bodies.ts'
import type { Config } from './config.ts'
import { explainStoreError } from './explain-store-error.ts'
import { createGrpcMethods } from './grpc-methods.ts'
import { type Fetch, HttpServer } from './http-server.ts'
import { Ingest } from './ingest.ts'
import { ByteBudget } from './lib/byte-budget.ts'
import { Ledger } from './lib/ledger.ts'
import { describeError, type Log } from './lib/log.ts'
import type { TlsIdentity } from './lib/tls.ts'
import { listenError } from './listen-error.ts'
import { collectMetrics, LOOP_DELAY_STEP_MS } from './metrics.ts'
import { Omissions } from './omissions.ts'
import { isLoopback } from './open-door.ts'
import { createOperations } from './operations.ts'
import { type Encoders, inlineEncoders, ParsePool } from './parse-pool.ts'
import { createReadRoutes } from './read-routes.ts'
import { learnReceipts, ReceiptClock, systemNow } from './receipt-clock.ts'
import { GrpcServer } from './receive/grpc-server.ts'
import { readKernelDrops } from './receive/kernel-drops.ts'
import type { UdpListening } from './receive/udp-daemon.ts'
import {
  createApp,
  createOtlpApp,
  createZipkinApp,
  type Health,
  type SpanAppOptions,
} from './show/app.ts'
import { loadConsoleAssets } from './show/console-assets.ts'
import { RequestCounts } from './show/request-counts.ts'
import { Settings } from './store/settings.ts'
import { settingsTable } from './store/settings-table.ts'
import { Store } from './store/store.ts'
import { storeAddress } from './store/store-address.ts'
import { graphMetrics, settingsMetrics, storeMetrics } from './store-metrics.ts'
import {
  inlineUdpReceiver,
  threadedUdpReceiver,
  type UdpReceiver,
  type UdpReceiverOptions,
} from './udp-receiver.ts'

export type Listening = {
  readonly http: number | null
  readonly udp: number | null
  readonly otlpHttp: number | null
  readonly otlpGrpc: number | null
  readonly zipkin: number | null
}

/** The whole server: store, parsers, listeners, started and stopped in the order they depend. */
export class Server {
  readonly #config: Config
  readonly #tls: TlsIdentity | undefined
  readonly #log: Log
  readonly #store: Store
  readonly #settings: Settings
  readonly #graphs: ServiceGraphs
  readonly #receipts = new ReceiptClock(systemNow)
  readonly #encoders: Encoders
  readonly #ingest: Ingest
  readonly #ledger = new Ledger()
  readonly #counts = new RequestCounts()
  readonly #grpcCounts = new RequestCounts()
  /** Connections beyond the limit, by listener. */
  readonly #refused = new Map<string, number>()
  readonly #omissions: Omissions
  readonly #budget: ByteBudget
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_STEP_MS })
  readonly #tcpServers: { stop(): Promise<void> }[] = []
  readonly #udp: UdpReceiver | undefined
  #udpListening: UdpListening | undefined
  #listening: Listening | undefined

  /** @param tls what TCP listeners speak TLS with; undefined for clear text */
  constructor(config: Config, tls: TlsIdentity | undefined, log: Log) {
    this.#config = config
    this.#tls = tls
    this.#log = log
    this.#omissions = new Omissions(log)
    this.#budget = new ByteBudget(config.maxPendingBytes)
    this.#store = new Store({
      directory: config.dataDir,
      engine: engineOf(config),
      retentionDays: config.retentionDays,
      log,
      now: systemNow,
      monotonicMs: () => performance.now(),
      journalLimits: { totalBytes: config.maxJournalBytes },
    })
    this.#settings = new Settings({
      medium: settingsTable(this.#store.database),
      defaults: { account: config.account, region: config.region },
      now: systemNow,
      monotonicMs: () => performance.now(),
      log,
      maxAgeMs: config.store.kind === 'server' ? SHARED_SETTINGS_MS : undefined,
    })
    this.#graphs = new ServiceGraphs({
      database: this.#store.database,
      log,
      monotonicMs: () => performance.now(),
      random: Math.random,
      lease: this.#store.lease('service graphs'),
    })
    this.#encoders = createEncoders(config, log)
    this.#ingest = new Ingest({
      encoders: this.#encoders,
      append: (rows) => this.#store.append(rows),
      ledger: this.#ledger,
      log,
      receipts: this.#receipts,
      defaults: { account: config.account, region: config.region },
      maxInflatedBytes: config.maxInflatedBytes,
      keepUnsampled: config.keepUnsampled,
    })
    this.#udp = createUdpReceiver(config, log, this.#ingest)
  }

  /** @throws ListenError, StoreError; nothing is left open then */
  async start(): Promise<Listening> {
    try {
      this.#loopDelay.enable()
      this.#encoders.start()
      this.#udp?.prepare()
      const assets = loadConsoleAssets(consoleFolder())
      await this.#store.start()
      this.#log.info('the store is ready', { enginePid: this.#store.enginePid })
      await learnReceipts(this.#receipts, this.#store.database, this.#log)
      await this.#settings.start()
      this.#graphs.start()
      const http = await this.#startHttp(await assets)
      this.#listening = {
        http,
        udp: await this.#startUdp(),
        otlpHttp: await this.#startOtlpHttp(),
        otlpGrpc: await this.#startOtlpGrpc(),
        zipkin: await this.#startZipkin(),
      }
      return this.#listening
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Takes nothing more, answers and keeps what was taken, and closes all. */
  async stop(): Promise<void> {
    await Promise.all([this.#udp?.stop(), ...this.#tcpServers.map((each) => each.stop())])
    await this.#ingest.drain()
    await this.#encoders.stop()
    await this.#graphs.stop()
    await this.#store.stop()
    this.#loopDelay.disable()
  }

  async #startHttp(assets: Awaited<ReturnType<typeof loadConsoleAssets>>): Promise<number | null> {
    const { httpPort } = this.#config
    if (httpPort === undefined) return null
    if (assets.size === 0) this.#log.warn('the console was not built: npm run build')
    const app = createApp({
      ...this.#appOptions(),
      operations: createOperations({
        database: this.#store.database,
        settings: this.#settings,
        graphs: this.#graphs,
        now: systemNow,
        snapshot: () => this.#receipts.snapshot(),
        strictLimits: this.#config.strictLimits,
        omissions: this.#omissions,
        retention: (this.#config.retentionDays * NANOS_PER_DAY) as Nanos,
        sharedReports: this.#store.sharedReports(),
      }),
      readRoutes: createReadRoutes({
        database: this.#store.database,
        graphs: this.#graphs,
        now: systemNow,
        snapshot: () => this.#receipts.snapshot(),
        omissions: this.#omissions,
      }),
      storeSegments: (body, context) => this.#ingest.putSegments(body, context),
      assets,
      health: async () => this.#health(),
      metrics: () => this.#metrics(),
    })
    return await this.#listen(app.fetch, httpPort, 'HTTP', '--port')
  }

  async #startOtlpHttp(): Promise<number | null> {
    const { otlpHttpPort } = this.#config
    if (otlpHttpPort === undefined) return null
    const app = createOtlpApp(this.#appOptions())
    return await this.#listen(app.fetch, otlpHttpPort, 'OTLP HTTP', '--otlp-http-port')
  }

  async #startOtlpGrpc(): Promise<number | null> {
    const { host, otlpGrpcPort, maxConnections, maxBodyBytes, account, region } = this.#config
    if (otlpGrpcPort === undefined) return null
    const server = new GrpcServer({
      host,
      port: otlpGrpcPort,
      maxConnections,
      limits: { maxBytes: maxBodyBytes, budget: this.#budget },
      methods: createGrpcMethods({
        storeSpans: (body, context) => this.#ingest.putSpans(body, context),
        defaults: { account, region },
        isAble: () => this.#health().problems.length === 0,
      }),
      onEnd: (method, code) => this.#grpcCounts.add(method, code),
      onFailure: (error, method) =>
        this.#log.error('a call failed', { method, ...describeError(error) }),
      onError: (error) => this.#log.error('the gRPC socket failed', { error: error.message }),
      onRefused: () => this.#countRefused('OTLP gRPC'),
      tls: this.#tls,
    })
    this.#tcpServers.push(server)
    return await server.start().catch((cause) => {
      throw listenError(cause, `OTLP gRPC ${host}:${otlpGrpcPort}`, '--otlp-grpc-port')
    })
  }

  async #startZipkin(): Promise<number | null> {
    const { zipkinPort } = this.#config
    if (zipkinPort === undefined) return null
    const app = createZipkinApp(this.#appOptions())
    return await this.#listen(app.fetch, zipkinPort, 'Zipkin', '--zipkin-port')
  }

  #appOptions(): SpanAppOptions {
    const { host, allowedHosts, account, region, maxBodyBytes, otlpCorsOrigins } = this.#config
    return {
      storeSpans: (body, context) => this.#ingest.putSpans(body, context),
      bodies: createBodies({ maxBodyBytes, budget: this.#budget }),
      defaults: { account, region },
      corsOrigins: otlpCorsOrigins,
      allowedHosts: isLoopback(host) || allowedHosts.size > 0 ? allowedHosts : undefined,
      counts: this.#counts,
      explain: (error) => {
        const explained = explainStoreError(error)
        if (explained !== undefined) this.#log.warn('a read was refused', describeError(error))
        return explained
      },
      onFailure: (error, operation) =>
        this.#log.error('an operation failed', { operation, ...describeError(error) }),
      newRequestId: randomUUID,
    }
  }

  /** @param flag what chooses another port */
  async #listen(fetch: Fetch, port: number, protocol: string, flag: string): Promise<number> {
    const { host, maxConnections } = this.#config
    const server = new HttpServer(fetch, {
      host,
      port,
      maxConnections,
      onError: (error) => this.#log.error('the HTTP socket failed', { error: error.message }),
      onRefused: () => this.#countRefused(protocol),
      tls: this.#tls,
    })
    this.#tcpServers.push(server)
    return await server.start().catch((cause) => {
      throw listenError(cause, `${protocol} ${host}:${port}`, flag)
    })
  }

  #countRefused(listener: string): void {
    this.#refused.set(listener, (this.#refused.get(listener) ?? 0) + 1)
  }

  async #startUdp(): Promise<number | null> {
    const { host, udpPort } = this.#config
    if (this.#udp === undefined) return null
    const listening = await this.#udp.start().catch((cause) => {
      throw listenError(cause, `UDP ${host}:${udpPort}`, '--udp-port')
    })
    this.#udpListening = listening
    this.#logReceiveBuffer(listening.receiveBufferBytes)
    return listening.port
  }

  #logReceiveBuffer(granted: number): void {
    const fields = { asked: this.#config.udpBufferBytes, granted }
    if (granted >= NEEDED_BUFFER_BYTES) this.#log.info('UDP receive buffer', fields)
    else {
      const advice = 'raise it with: sysctl -w net.core.rmem_max=8388608'
      this.#log.warn('UDP receive buffer is small, bursts may be lost', { ...fields, advice })
    }
  }

  #health(): Health {
    const { canStore, canAnswer, problems } = this.#store.health()
    const able = canStore && canAnswer
    return {
      status: able ? 'ok' : 'failing',
      canStore,
      canAnswer,
      problems: able ? [] : problems.length > 0 ? problems : ['the store does not work'],
      warnings: able ? problems : [],
      listening: this.#listening,
    }
  }

  async #metrics(): Promise<string> {
    return await collectMetrics({
      ledger: this.#ledger,
      ingest: this.#ingest,
      encoders: this.#encoders,
      counts: this.#counts,
      grpcCounts: this.#grpcCounts,
      omissions: this.#omissions,
      budget: this.#budget,
      loopDelay: this.#loopDelay,
      refusedConnections: this.#refused,
      kernelDrops: async () =>
        this.#udpListening === undefined ? undefined : readKernelDrops(this.#udpListening),
      store: () => [
        ...storeMetrics(this.#store),
        ...settingsMetrics(this.#settings),
        ...graphMetrics(this.#graphs),
      ],
    })
  }
}

/** At 20,000 datagrams a second a stall of 100 ms is 3 MB: the buffer, not the CPU, decides loss. */
const NEEDED_BUFFER_BYTES = 4 * 1024 * 1024

const MAX_PARSE_WORKERS = 4

/** Servers that share a cluster see each other's settings after at most so long. */
const SHARED_SETTINGS_MS = 5000

/** Threads run the built files only; from source everything runs on the main thread. */
const BUILT = import.meta.url.endsWith('.js')

function createEncoders(config: Config, log: Log): Encoders {
  if (!BUILT) return inlineEncoders()
  const spare = Math.max(1, availableParallelism() - 1)
  return new ParsePool({
    script: new URL('./parse-worker.js', import.meta.url),
    size: config.parseWorkers ?? Math.min(spare, MAX_PARSE_WORKERS),
    log,
  })
}

function createUdpReceiver(config: Config, log: Log, ingest: Ingest): UdpReceiver | undefined {
  const { host, udpPort, udpBufferBytes, udpQueueBytes } = config
  if (udpPort === undefined) return undefined
  const options: UdpReceiverOptions = {
    settings: {
      host,
      port: udpPort,
      receiveBufferBytes: udpBufferBytes,
      queueBytes: udpQueueBytes,
    },
    take: (batch) => ingest.putDatagrams(batch),
    log,
  }
  return BUILT
    ? threadedUdpReceiver(new URL('./udp-worker.js', import.meta.url), options)
    : inlineUdpReceiver(options)
}

function engineOf({ store, engineMemoryBytes, engineReaders }: Config) {
  return store.kind === 'server'
    ? ({ kind: 'server', address: storeAddress(store.url) } as const)
    : ({ kind: 'embedded', memoryBytes: engineMemoryBytes, readers: engineReaders } as const)
}

function consoleFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('@fluoroscope/console/package.json')
  return join(dirname(manifest), 'dist')
}

const NANOS_PER_DAY = 86_400e9
