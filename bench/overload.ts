/**
 * What a server does with more than it can hold, and beside hostile neighbours: honest refusals, what is
 * still acknowledged, memory, and how soon it is as before.
 * `npm run bench:overload -- [seconds of each part]`; needs a build.
 */
import { Agent, request } from 'node:http'
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { generateTrace, putBodies, seededRandom } from './support/generate.ts'
import { startHostileLoad } from './support/hostile-load.ts'
import { call } from './support/load.ts'
import { latencies, machine, percentile } from './support/machine.ts'
import { processTree, residentBytes } from './support/processes.ts'

const SECONDS = Number(process.argv[2] ?? 20)
const HELD_CONNECTIONS = 16
/** Times the rate that was held, whatever is answered. */
const OVERLOAD_FACTOR = 10
/** As many wait for an answer at most; what would be one more is counted as not sent. */
const OPEN_CONNECTIONS = 4000
/** A sender waits no longer for an answer. */
const PATIENCE_MS = 10_000
const TICK_MS = 10
const DOCUMENTS_PER_BODY = 50
const BODIES = 400
const PROBE_MS = 100
const HONEST_EVERY_MS = 50
const LATE_MS = 5000

const random = seededRandom(6)
const now = Date.now() / 1000
const documents: string[] = []
for (let index = 0; documents.length < BODIES * DOCUMENTS_PER_BODY; index++) {
  documents.push(...generateTrace(index, 5, now + random() * 60, random).documents)
}
const bodies = putBodies(documents)
const directory = await temporaryDirectory()
const server = await startServer(directory, ['--log-level=error'])
const tree = processTree(server.ready.pid)
const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(40)} ${value}\n`)
show('machine', machine())
show(
  'each part',
  `${SECONDS} s; the driver shares the machine; bodies of ${DOCUMENTS_PER_BODY} documents, sent again and again`,
)

await press(HELD_CONNECTIONS, SECONDS / 2)
const held = await press(HELD_CONNECTIONS, SECONDS)
show(
  `held, ${HELD_CONNECTIONS} connections`,
  `${held.goodput.toFixed(0)} documents/s, peak ${mib(held.peak)}`,
)
const quiet = await untilFast(Number.POSITIVE_INFINITY)
show('acknowledgement, alone', `${quiet.millis.toFixed(0)} ms`)

const due = (OVERLOAD_FACTOR * held.attempts) / SECONDS
const over = await pressOpenly(due, SECONDS)
const recovered = await untilFast(3 * quiet.millis)
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`
show(
  `pressed, ${OVERLOAD_FACTOR} times the held rate`,
  `${due.toFixed(0)} requests/s due, ${(over.attempts / SECONDS).toFixed(0)} sent, ${(over.attempts / held.attempts).toFixed(1)} times as many as held`,
)
show(
  'acknowledged',
  `${over.goodput.toFixed(0)} documents/s, ${share(over.goodput, held.goodput)} of held`,
)
show('answers', [...over.answers].map(([answer, count]) => `${answer}: ${count}`).join(', '))
show('peak memory', `${mib(over.peak)}, ${(over.peak / held.peak).toFixed(2)} times that of held`)
show('acknowledgement as before after', `${(recovered.after / 1000).toFixed(1)} s`)
show('a trace sent then is given back after', `${((await untilVisible()) / 1000).toFixed(1)} s`)

show('honest, alone', honestly(await honest()))
const hostile = startHostileLoad(server)
const beside = await honest()
hostile.stop()
show('honest, beside hostile neighbours', honestly(beside))
show('they sent', hostile.sent())
await server.stop()
await removeDirectory(directory)

type Answered = { readonly answer: string; readonly millis: number }

function send(agent: Agent, body: Buffer, patienceMs = 0): Promise<Answered> {
  const began = performance.now()
  const answered = (answer: string) => ({ answer, millis: performance.now() - began })
  return new Promise((done) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const outgoing = request(
      `${server.endpoint}/TraceSegments`,
      { method: 'POST', agent, headers, timeout: patienceMs },
      (response) => {
        const { statusCode, headers } = response
        const hint = headers['retry-after'] === undefined ? '' : ' with Retry-After'
        const type = headers['x-amzn-errortype']
        response.resume()
        response.on('end', () => {
          done(answered(`${statusCode}${type === undefined ? '' : ` ${type}`}${hint}`))
        })
      },
    )
    outgoing.on('timeout', () => {
      done(answered(`none within ${patienceMs / 1000} s`))
      outgoing.destroy()
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => done(answered(error.code ?? 'error')))
    outgoing.end(body)
  })
}

/** So many connections, each with one request after the other, whatever is answered. */
async function press(connections: number, seconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers = new Map<string, number>()
  const peak = watchMemory()
  const until = performance.now() + seconds * 1000
  let next = 0
  const one = async () => {
    while (performance.now() < until) {
      const { answer } = await send(agent, bodies[next++ % bodies.length] ?? Buffer.alloc(0))
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  agent.destroy()
  return pressed(answers, seconds, peak())
}

/** So many requests a second, each when it is due. */
async function pressOpenly(rate: number, seconds: number) {
  const agent = new Agent({ keepAlive: true })
  const answers = new Map<string, number>()
  const peak = watchMemory()
  const count = (answer: string) => answers.set(answer, (answers.get(answer) ?? 0) + 1)
  const began = performance.now()
  let sent = 0
  let open = 0
  while (performance.now() < began + seconds * 1000) {
    const due = Math.floor((rate * (performance.now() - began)) / 1000)
    for (; sent < due; sent++) {
      if (open >= OPEN_CONNECTIONS) {
        count('not sent')
        continue
      }
      open += 1
      void send(agent, bodies[sent % bodies.length] ?? Buffer.alloc(0), PATIENCE_MS).then(
        ({ answer }) => {
          open -= 1
          count(answer)
        },
      )
    }
    await pause(TICK_MS)
  }
  // What is answered later is no goodput of this time, and all the same no load of the next part.
  const answered = new Map(answers)
  answered.set('open at the end', open)
  while (open > 0) await pause(PROBE_MS)
  agent.destroy()
  return pressed(answered, seconds, peak())
}

function pressed(answers: ReadonlyMap<string, number>, seconds: number, peak: number) {
  const all = [...answers.values()].reduce((sum, count) => sum + count, 0)
  const attempts = all - (answers.get('not sent') ?? 0)
  const goodput = ((answers.get('200') ?? 0) * DOCUMENTS_PER_BODY) / seconds
  return { attempts, answers, goodput, peak }
}

/** The most that server and engine took together until the function that is given back is called. */
function watchMemory(): () => number {
  let peak = 0
  const sampler = setInterval(() => {
    const bytes = tree.reduce((sum, pid) => sum + residentBytes(pid), 0)
    peak = Math.max(peak, bytes)
  }, PROBE_MS)
  return () => {
    clearInterval(sampler)
    return peak
  }
}

/** Until ten requests in a row were taken within `millis`; told is their median. */
async function untilFast(millis: number): Promise<{ millis: number; after: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const began = performance.now()
  let row: number[] = []
  let after = 0
  while (row.length < 10) {
    if (row.length === 0) after = performance.now() - began
    const sent = await send(agent, bodies[0] ?? Buffer.alloc(0))
    row = sent.answer === '200' && sent.millis <= millis ? [...row, sent.millis] : []
    await pause(PROBE_MS)
  }
  agent.destroy()
  return {
    millis: percentile(
      row.sort((a, b) => a - b),
      0.5,
    ),
    after,
  }
}

async function untilVisible(): Promise<number> {
  const { traceId, documents } = generateTrace(1e9, 1, now, random)
  const began = performance.now()
  await call(server.endpoint, '/TraceSegments', { TraceSegmentDocuments: documents })
  for (;;) {
    const { Traces } = await call(server.endpoint, '/Traces', { TraceIds: [traceId] })
    if (Array.isArray(Traces) && Traces.length > 0) return performance.now() - began
    await pause(PROBE_MS)
  }
}

/** A paced sender of its own: 1,000 documents a second. */
async function honest(): Promise<readonly Answered[]> {
  const agent = new Agent({ keepAlive: true })
  const sent: Promise<Answered>[] = []
  const until = performance.now() + SECONDS * 1000
  while (performance.now() < until) {
    sent.push(send(agent, bodies[sent.length % bodies.length] ?? Buffer.alloc(0)))
    await pause(HONEST_EVERY_MS)
  }
  const answered = await Promise.all(sent)
  agent.destroy()
  return answered
}

function honestly(answered: readonly Answered[]): string {
  const served = answered.filter(({ answer, millis }) => answer === '200' && millis < LATE_MS)
  const of = `${served.length} of ${answered.length} requests`
  return `${of} taken within ${LATE_MS / 1000} s, ${share(served.length, answered.length)}; ${latencies(served.map(({ millis }) => millis))}`
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => setTimeout(done, millis))
}
