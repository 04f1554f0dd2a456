import { lookup } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fleet } from './fleet.ts'
import { seededRandom } from './random.ts'
import { type DriverCounts, ShopDriver } from './shop-driver.ts'

export type DemoOptions = {
  /** Undefined: until stopped. */
  readonly durationMs: number | undefined
  /** Requests a second. */
  readonly rate: number
  /** Where the X-Ray SDKs and OpenTelemetry send to. */
  readonly endpoint: { readonly host: string; readonly port: number }
  /** The same seed makes the same requests in the same order. */
  readonly seed: number
  readonly centralSampling: boolean
}

export type DemoSurroundings = {
  /** A line for a person; progress, never results. */
  readonly tell: (line: string) => void
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly nowMs: () => number
  /** Stops the demo as the end of its duration does. */
  readonly signal: AbortSignal
}

export type DemoSummary = DriverCounts & { readonly seed: number; readonly seconds: number }

/** The queue's worker gets this long for the last orders. */
const DRAIN_MS = 1200

/**
 * Runs the shop and its traffic; resolves when everything has ended and no process is left.
 * @throws when a process of the shop cannot start or ends by itself
 */
export async function runDemo(
  options: DemoOptions,
  around: DemoSurroundings,
): Promise<DemoSummary> {
  const failed = new AbortController()
  const stopped = AbortSignal.any([around.signal, failed.signal])
  const { address } = await lookup(options.endpoint.host, { family: 4 })
  const server = `${address}:${options.endpoint.port}`
  const fleet = new Fleet({
    endpoint: { http: server, udp: server },
    centralSampling: options.centralSampling,
    environment: around.environment,
    onLine: around.tell,
    onFailure: (reason) => failed.abort(reason),
  })
  try {
    around.tell('starting the shop: 6 services, a database, a queue and a payment provider…')
    const port = await Promise.race([fleet.start(), aborted(stopped)])
    if (failed.signal.aborted) throw failed.signal.reason
    if (port === undefined) return { seed: options.seed, seconds: 0, ...NOTHING_SENT }
    const driver = new ShopDriver(port, seededRandom(options.seed))
    around.tell(`the shop is open: ${options.rate} requests a second, traces go to ${server}`)
    const startedMs = around.nowMs()
    await drive(driver, options, around, stopped)
    if (failed.signal.aborted) throw failed.signal.reason
    const seconds = Math.round((around.nowMs() - startedMs) / 1000)
    await sleep(DRAIN_MS)
    return { seed: options.seed, seconds, ...driver.counts }
  } finally {
    await fleet.stop()
  }
}

async function drive(
  driver: ShopDriver,
  options: DemoOptions,
  around: DemoSurroundings,
  stopped: AbortSignal,
): Promise<void> {
  const startedMs = around.nowMs()
  const progress = setInterval(() => {
    around.tell(progressLine(driver.counts, Math.round((around.nowMs() - startedMs) / 1000)))
  }, 1000)
  try {
    driver.start(options.rate, around.nowMs)
    await durationOrStop(options.durationMs, stopped)
  } finally {
    clearInterval(progress)
    await driver.stop()
  }
}

function progressLine(counts: DriverCounts, seconds: number): string {
  const skipped = counts.skipped === 0 ? '' : `  ${counts.skipped} skipped`
  const unanswered = counts.unanswered === 0 ? '' : `  ${counts.unanswered} unanswered`
  return (
    `${String(seconds).padStart(5)} s  ${counts.sent} requests  ` +
    `${counts.clientErrors} refused (4xx)  ${counts.serverErrors} failed (5xx)${unanswered}${skipped}`
  )
}

/** Resolves, to nothing, when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

const NOTHING_SENT: DriverCounts = {
  sent: 0,
  skipped: 0,
  clientErrors: 0,
  serverErrors: 0,
  unanswered: 0,
  byKind: {},
  byStatus: {},
}

async function durationOrStop(durationMs: number | undefined, stopped: AbortSignal): Promise<void> {
  const over = new AbortController()
  const timer = durationMs === undefined ? undefined : setTimeout(() => over.abort(), durationMs)
  await aborted(AbortSignal.any([stopped, over.signal]))
  clearTimeout(timer)
}
