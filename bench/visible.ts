/**
 * How long a request waits for its acknowledgement, and a trace until it is given back by id and found
 * by search, beside a paced load. `npm run bench:visible -- [documents a second] [seconds]`; needs a
 * build.
 */
import { Agent } from 'node:http'
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { generateTrace, putBodies, seededRandom } from './support/generate.ts'
import { call, post, segmentsTarget } from './support/load.ts'
import { latencies, machine } from './support/machine.ts'

const RATE = Number(process.argv[2] ?? 5000)
const SECONDS = Number(process.argv[3] ?? 20)
const PROBE_EVERY_MS = 500
/** Polling is load too: closer together the probes would measure themselves. */
const POLL_MS = 50
const DOCUMENTS_PER_BODY = 50

const random = seededRandom(4)
const now = Date.now() / 1000
const documents: string[] = []
for (let index = 0; documents.length < RATE * SECONDS; index++) {
  documents.push(...generateTrace(index, 5, now + (index % SECONDS), random).documents)
}
const bodies = putBodies(documents)
const directory = await temporaryDirectory()
const server = await startServer(directory, ['--log-level=warn'])
const agent = new Agent({ keepAlive: true })
const ackMillis: number[] = []
const byId: number[] = []
const bySearch: number[] = []
const pending = new Set<Promise<void>>()
const start = (work: Promise<void>) => {
  pending.add(work)
  void work.finally(() => pending.delete(work))
}

const began = performance.now()
let sent = 0
let probes = 0
await new Promise<void>((done) => {
  const timer = setInterval(() => {
    const elapsed = performance.now() - began
    const due = Math.min(bodies.length, Math.floor((elapsed / 1000) * (RATE / DOCUMENTS_PER_BODY)))
    while (sent < due) start(load(bodies[sent++] ?? Buffer.alloc(0)))
    while (probes < Math.floor(elapsed / PROBE_EVERY_MS)) start(probe(probes++))
    if (elapsed > SECONDS * 1000) {
      clearInterval(timer)
      done()
    }
  }, 5)
})
await Promise.all(pending)
agent.destroy()
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())
show('load', `${RATE} documents/s for ${SECONDS} s, 50 a request`)
if (ackMillis.length > 0) show('acknowledgement', latencies(ackMillis))
show('sent to given back by id', latencies(byId))
show('sent to found by search', latencies(bySearch))
await server.stop()
await removeDirectory(directory)

async function load(body: Buffer): Promise<void> {
  const from = performance.now()
  const status = await post(agent, segmentsTarget(server.endpoint), body)
  if (status !== 200) throw new Error(`the load was answered ${status}`)
  ackMillis.push(performance.now() - from)
}

/** One trace of its own second far from the load's, so that a search finds it alone. */
async function probe(index: number): Promise<void> {
  const second = Math.floor(now) - 100_000 + index
  const {
    traceId,
    documents: [document = ''],
  } = generateTrace(1e9 + index, 1, second, random)
  const from = performance.now()
  await post(
    agent,
    segmentsTarget(server.endpoint),
    Buffer.from(JSON.stringify({ TraceSegmentDocuments: [document] })),
  )
  const until = async (path: string, input: object, key: string, into: number[]) => {
    for (;;) {
      const answer = await call(server.endpoint, path, input)
      if ((answer[key] as { Id: string }[]).some(({ Id }) => Id === traceId)) break
      await new Promise((done) => setTimeout(done, POLL_MS))
    }
    into.push(performance.now() - from)
  }
  await Promise.all([
    until('/Traces', { TraceIds: [traceId] }, 'Traces', byId),
    until(
      '/TraceSummaries',
      { StartTime: second, EndTime: second + 1 },
      'TraceSummaries',
      bySearch,
    ),
  ])
}
