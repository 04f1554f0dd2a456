import { seededRandom } from '../support/generate.ts'
import { closedLoop, httpSender } from '../support/load.ts'
import { percentile } from '../support/machine.ts'
import { cpuSeconds, directoryBytes, processTree, residentBytes } from '../support/processes.ts'
import { type Manifest, readBodies } from './dataset.ts'
import { DIALECT } from './dialects.ts'
import type { Target } from './target.ts'

/** What one round of sending showed; undefined where the target does not tell. */
export type IngestFigures = {
  readonly acknowledgedPerSecond: number
  readonly ackP50: number
  readonly ackP99: number
  /** Until the trace that was sent last was whole by its id. */
  readonly queryablePerSecond: number
  readonly refused: number
  /** Of the traces that were asked for after it was quiet, those that were not whole. */
  readonly lostTraces: number
  readonly checkedTraces: number
  /** A million spans, what it still did until it was quiet included. */
  readonly cpuSeconds: number | undefined
  readonly peakMiB: number | undefined
  readonly bytesPerSpan: number | undefined
  readonly driverCpuSeconds: number
}

const CONNECTIONS = 16
const CHECKED_TRACES = 500
const SAMPLE_MS = 100
/** Quiet is a core's twentieth over some seconds; waited for so long at most. */
const QUIET_SHARE = 0.05
const QUIET_MS = 3000
const LONGEST_WAIT_MS = 120_000

const HEADERS = {
  'x-ray': { 'content-type': 'application/json' },
  otlp: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
  'otlp-json': { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  zipkin: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
} as const

/** Sends a round, as fast as it is taken. @throws Error where the last trace never becomes whole */
export async function ingest(
  target: Target,
  folder: string,
  round: number,
  manifest: Manifest,
): Promise<IngestFigures> {
  const { form, url } = target.send
  const bodies = await readBodies(folder, round, form)
  const before = { cpu: cpuOf(target), bytes: bytesOf(target) }
  let peak = 0
  const sampling = setInterval(() => {
    if (target.pid !== undefined) peak = Math.max(peak, memoryOf(target.pid))
  }, SAMPLE_MS)
  const driver = process.cpuUsage()
  const began = performance.now()
  const sender = httpSender({ url, headers: HEADERS[form] }, CONNECTIONS)
  const load = await closedLoop(sender, bodies, manifest.spans / bodies.length, CONNECTIONS)
  const used = process.cpuUsage(driver)
  await untilWhole(target, manifest)
  const queryableSeconds = (performance.now() - began) / 1000
  await untilQuiet(target)
  clearInterval(sampling)
  const cpu = difference(cpuOf(target), before.cpu)
  const bytes = difference(bytesOf(target), before.bytes)
  const acks = [...load.ackMillis].sort((a, b) => a - b)
  return {
    acknowledgedPerSecond: manifest.spans / load.seconds,
    ackP50: percentile(acks, 0.5),
    ackP99: percentile(acks, 0.99),
    queryablePerSecond: manifest.spans / queryableSeconds,
    refused: load.refused,
    ...(await countLost(target, manifest)),
    cpuSeconds: cpu && (cpu / manifest.spans) * 1e6,
    peakMiB: target.pid === undefined ? undefined : peak / 2 ** 20,
    bytesPerSpan: bytes && bytes / manifest.spans,
    driverCpuSeconds: (used.user + used.system) / 1e6,
  }
}

async function untilWhole({ query }: Target, { traces }: Manifest): Promise<void> {
  const last = traces.at(-1)
  if (last === undefined) return
  const until = performance.now() + LONGEST_WAIT_MS
  while ((await DIALECT[query.dialect].spansOf(query.url, last.id)) < last.spans) {
    if (performance.now() > until) throw new Error(`${query.url}: trace ${last.id} never was whole`)
    await pause(50)
  }
}

async function untilQuiet(target: Target): Promise<void> {
  const until = performance.now() + LONGEST_WAIT_MS
  let seen = cpuOf(target)
  do {
    await pause(QUIET_MS)
    const now = cpuOf(target)
    const used = difference(now, seen) ?? 0
    if (used < (QUIET_SHARE * QUIET_MS) / 1000) return
    seen = now
  } while (performance.now() < until)
}

/** Asks for some traces throughout the round. */
async function countLost({ query }: Target, manifest: Manifest) {
  const random = seededRandom(manifest.seed)
  const checkedTraces = Math.min(CHECKED_TRACES, manifest.traces.length)
  let lostTraces = 0
  for (let index = 0; index < checkedTraces; index++) {
    const trace = manifest.traces[Math.floor(random() * manifest.traces.length)]
    if (trace === undefined) continue
    const spans = await DIALECT[query.dialect].spansOf(query.url, trace.id)
    if (spans < trace.spans) lostTraces += 1
  }
  return { lostTraces, checkedTraces }
}

function cpuOf({ pid }: Target): number | undefined {
  return pid === undefined
    ? undefined
    : processTree(pid).reduce((sum, each) => sum + cpuSeconds(each), 0)
}

function memoryOf(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + (residentBytes(each) || 0), 0)
}

function bytesOf({ folder }: Target): number | undefined {
  return folder === undefined ? undefined : directoryBytes(folder)
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis))
}
