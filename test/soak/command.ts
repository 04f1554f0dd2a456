/**
 * `npm run soak -- [minutes]`: good, malformed, duplicate, late and oversize documents and spans over all
 * protocols, for minutes. For the server ten days pass in that time, and it keeps what it receives for two. Half-way
 * it is killed under load, at three quarters its engine. Before each and at the end the ledger has to hold to the
 * unit against what the sender counted, and at the end a sample of what was acknowledged has to be there, or gone where it is
 * too old. Prints memory and files each minute; needs a build.
 */
import { join } from 'node:path'
import { machine } from '../../bench/support/machine.ts'
import {
  directoryBytes,
  filesBelow,
  processTree,
  residentBytes,
} from '../../bench/support/processes.ts'
import { wholeArgument } from '../support/run-suite.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { ShiftedClock } from '../support/shifted-clock.ts'
import { type Acknowledged, Traffic } from './traffic.ts'

const minutes = wholeArgument('minutes', process.argv[2] ?? '30')
const EVERY_MS = 20
const REPORT_MS = 60_000
const SAMPLE = 3000
const IDS_A_CALL = 5
const QUIET_MS = 60_000
const DAYS = 10
const DAY_MS = (minutes * 60_000) / DAYS
const DAY_SECONDS = 86_400
const KEPT_DAYS = 2

const failures: string[] = []
const line = (text: string) => process.stdout.write(`${text}\n`)
const acknowledged = new Map<string, Acknowledged>()
const directory = await temporaryDirectory()
const dataDirectory = join(directory, 'data')
const clock = new ShiftedClock(join(directory, 'clock'))
const began = performance.now()
let nextReport = began + REPORT_MS

line(machine())
line('   s  documents and spans  server MiB  engine MiB  files  data MiB  journal files')
let server = await start()
let traffic = new Traffic(server, acknowledged)
const half = began + (minutes * 60_000) / 2
await runUntil(half)
await ledgerHolds('before the server is killed')
const killing = pause(5000).then(() => server.kill())
await runUntil(performance.now() + 5500)
await killing
line(`the server was killed; ${traffic.broken} requests broke off`)
await traffic.close()
server = await start()
traffic = new Traffic(server, acknowledged)
await runUntil(half + (minutes * 60_000) / 4)
await ledgerHolds('before the engine is killed')
const [, engine] = processTree(server.ready.pid)
if (engine !== undefined) process.kill(engine, 'SIGKILL')
await runUntil(began + minutes * 60_000)
await ledgerHolds('at the end')
await readBack()
await traffic.close()
if ((await server.stop()) !== 0) failures.push('the server did not end well')
await removeDirectory(directory)
line(failures.length === 0 ? 'the ledger held, nothing was lost' : failures.join('\n'))
process.exitCode = failures.length === 0 ? 0 : 1

function start(): Promise<RunningServer> {
  const flags = ['--log-level=error', `--retention-days=${KEPT_DAYS}`]
  return startServer(dataDirectory, flags, clock.environment)
}

/** For the server, whole days since the beginning. */
function dayOf(atMs: number): number {
  return Math.floor((atMs - began) / DAY_MS)
}

/** A request every so often, answered or not. */
async function runUntil(until: number): Promise<void> {
  const pending = new Set<Promise<void>>()
  while (performance.now() < until) {
    clock.set(dayOf(performance.now()) * DAY_SECONDS)
    const sending = traffic.next().catch((cause: unknown) => {
      failures.push(String(cause))
    })
    pending.add(sending)
    void sending.finally(() => pending.delete(sending))
    if (performance.now() >= nextReport) await report()
    await pause(EVERY_MS)
  }
  await Promise.all(pending)
}

async function report(): Promise<void> {
  nextReport += REPORT_MS
  const [own = 0, engine = 0] = processTree(server.ready.pid).map(residentBytes)
  const files = filesBelow(dataDirectory).length
  const lines = await metrics(server)
  const cells = [
    ((performance.now() - began) / 1000).toFixed(0).padStart(4),
    String(sumOf(lines, 'fluoroscope_documents_received_total')).padStart(20),
    (own / 2 ** 20).toFixed(0).padStart(11),
    (engine / 2 ** 20).toFixed(0).padStart(11),
    String(files).padStart(6),
    (directoryBytes(dataDirectory) / 2 ** 20).toFixed(0).padStart(9),
    String(sumOf(lines, 'fluoroscope_journal_files')).padStart(14),
  ]
  line(cells.join(' '))
}

/** Of this life: what was received, stored and rejected, against what the sender counted. */
async function ledgerHolds(when: string): Promise<void> {
  const deadline = performance.now() + QUIET_MS
  const wrong = async () => {
    const lines = await metrics(server)
    const of = (part: string, source: string) =>
      sumOf(lines, `fluoroscope_documents_${part}_total`, source)
    const dropped = sumOf(lines, 'fluoroscope_udp_kernel_drops_total')
    return [...traffic.tallies].flatMap(([source, { sent, rejected }]) => {
      const lost = source === 'udp' ? dropped : 0
      const told = [of('received', source) + lost, of('stored', source), of('rejected', source)]
      const due = [sent, sent - rejected, rejected]
      // What the kernel dropped is one or the other.
      const holds = lost > 0 ? told[0] === due[0] : told.join() === due.join()
      return holds ? [] : [`${when}: ${source} is ${told.join(', ')}, due is ${due.join(', ')}`]
    })
  }
  // Datagrams are on their way for a while.
  let left = await wrong()
  while (left.length > 0 && performance.now() < deadline) {
    await pause(500)
    left = await wrong()
  }
  failures.push(...left)
  const units = [...traffic.tallies.values()].reduce((sum, { sent }) => sum + sent, 0)
  line(`${when}: ${units} sent in this life, the ledger ${left.length === 0 ? 'holds' : 'DIFFERS'}`)
}

/** Some of the acknowledged traces, of all lives: those of the last days, and of those whose time is over. */
async function readBack(): Promise<void> {
  const today = dayOf(performance.now())
  const ageOf = (id: string) => today - dayOf(acknowledged.get(id)?.atMs ?? began)
  const ids = [...acknowledged.keys()]
  // The day that goes by while this is read, and the one in which a day is dropped, are neither.
  const due = ids.filter((id) => ageOf(id) < KEPT_DAYS)
  const over = ids.filter((id) => ageOf(id) > KEPT_DAYS + 2)
  const kept = await readSample(due)
  const lost = kept.filter(([id, segments]) => segments !== acknowledged.get(id)?.segments).length
  const left = (await readSample(over)).filter(([, segments]) => segments > 0).length
  line(`${kept.length} of ${due.length} traces of ${KEPT_DAYS} days read back: ${lost} not as sent`)
  line(`of ${over.length} traces that are too old, ${left} are still there of those looked for`)
  if (lost > 0) failures.push(`${lost} acknowledged traces are not as they were sent`)
  if (left > 0) failures.push(`${left} traces are still there after their time`)
}

/** How many segments there are of each of some of the traces. */
async function readSample(ids: readonly string[]): Promise<readonly (readonly [string, number])[]> {
  const step = Math.max(1, Math.floor(ids.length / SAMPLE))
  const sample = ids.filter((_, index) => index % step === 0)
  const found: (readonly [string, number])[] = []
  for (let at = 0; at < sample.length; at += IDS_A_CALL) {
    const TraceIds = sample.slice(at, at + IDS_A_CALL)
    const response = await fetch(`${server.endpoint}/Traces`, {
      method: 'POST',
      body: JSON.stringify({ TraceIds }),
    })
    const { Traces } = (await response.json()) as {
      Traces: { Id: string; Segments: { Document: string }[] }[]
    }
    for (const id of TraceIds) {
      const segments = Traces.find((trace) => trace.Id === id)?.Segments ?? []
      const sent = segments.filter(({ Document }) => JSON.parse(Document).inferred !== true)
      found.push([id, sent.length])
    }
  }
  return found
}

async function metrics(of: RunningServer): Promise<readonly string[]> {
  return (await (await fetch(`${of.endpoint}/metrics`)).text()).split('\n')
}

/** A family that has counted nothing yet has no line. */
function sumOf(lines: readonly string[], name: string, source?: string): number {
  return lines
    .filter((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`))
    .filter((each) => source === undefined || each.includes(`source="${source}"`))
    .reduce((sum, each) => sum + Number(each.slice(each.lastIndexOf(' ') + 1)), 0)
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis))
}
