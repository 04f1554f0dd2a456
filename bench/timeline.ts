/**
 * The page of a trace in Chromium, with 10,000 and with 1,000,000 spans: from opening the page to the
 * first rows and to the last, frames while the time is panned and the rows are scrolled, a search, and
 * the memory of the tab with its worker. The trace is made here and put in the place of the server's
 * answer, which is not measured. `npm run bench:timeline`; needs a build and Chromium.
 */
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { launch } from '../test/console/browser.ts'
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { RECORDER } from './support/frame-recorder.ts'
import { seededRandom } from './support/generate.ts'
import { machine } from './support/machine.ts'
import { processTree, residentBytes } from './support/processes.ts'

const SIZES = [10_000, 1_000_000]
const SPANS_A_DOCUMENT = 2000
const TRACE = `1-${Math.floor(Date.now() / 1000 - 300).toString(16)}-a006649127e371903a2de979`
const STEPS = 60

console.log(machine())
const directory = await temporaryDirectory()
const server = await startServer(directory)
const browser = await launch()
try {
  for (const spans of SIZES) await measure(browser, spans)
} finally {
  await browser.close()
  await server.stop()
  await removeDirectory(directory)
}

async function measure(chromium: Browser, spans: number): Promise<void> {
  const answer = traceAnswer(spans)
  const front = createServer(async (request, response) => {
    if (request.url === '/Traces') return sendAnswer(response, answer)
    const body = request.method === 'POST' ? await textOf(request) : null
    const passed = await fetch(server.endpoint + request.url, {
      method: request.method ?? 'GET',
      headers: { accept: request.headers.accept ?? '*/*' },
      body,
    })
    const type = passed.headers.get('content-type') ?? 'text/plain'
    response.writeHead(passed.status, { 'content-type': type })
    response.end(Buffer.from(await passed.arrayBuffer()))
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const { port } = front.address() as AddressInfo
  const context = await chromium.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  try {
    const bytes = answer.reduce((sum, { length }) => sum + length, 0)
    console.log(`${spans} spans, an answer of ${Math.round(bytes / 1e6)} MB:`)
    await measurePage(page, `http://127.0.0.1:${port}/traces/${TRACE}?fold=0`, spans)
  } finally {
    await context.close()
    front.closeAllConnections()
    front.close()
  }
}

async function measurePage(page: Page, address: string, spans: number): Promise<void> {
  const started = performance.now()
  await page.goto(address)
  await page.locator('.timeline-row').first().waitFor({ timeout: 120_000 })
  console.log(`  first rows after ${Math.round(performance.now() - started)} ms`)
  await page.locator('.banner.loading').waitFor({ state: 'detached', timeout: 300_000 })
  const grid = page.getByRole('treegrid', { name: 'Timeline' })
  const all = `table.timeline[aria-rowcount="${rowsOf(spans) + 1}"]`
  await page.locator(all).waitFor({ timeout: 300_000 })
  console.log(`  all of them after ${Math.round(performance.now() - started)} ms`)
  await grid.focus()
  await page.keyboard.press('+')
  console.log(`  panning: ${await framesWhile(page, () => pan(page))}`)
  console.log(`  scrolling: ${await framesWhile(page, () => scroll(page))}`)
  const searched = performance.now()
  await page.getByRole('textbox', { name: 'Search in this trace' }).fill('name~7 duration>2ms')
  await page.locator('.found-count span').waitFor({ timeout: 60_000 })
  const found = await page.locator('.found-count').textContent()
  console.log(
    `  search after ${Math.round(performance.now() - searched)} ms, 150 of them waiting for typing to end: ${found}`,
  )
  console.log(`  memory of the tab with its worker ${tabMegabytes()} MB resident`)
}

/** Of the largest renderer that this program has started: the tab's, with its worker. */
function tabMegabytes(): number {
  const renderers = processTree(process.pid).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer'),
  )
  return Math.round(Math.max(...renderers.map(residentBytes)) / 1e6)
}

/** Drags over the bars, to and fro. */
async function pan(page: Page): Promise<void> {
  await page.mouse.move(1200, 600)
  await page.mouse.down()
  await page.mouse.move(700, 600, { steps: STEPS })
  await page.mouse.move(1200, 600, { steps: STEPS })
  await page.mouse.up()
}

async function scroll(page: Page): Promise<void> {
  await page.mouse.move(900, 600)
  for (let step = 0; step < STEPS; step++) await page.mouse.wheel(0, 240)
}

/** p50 and p95 of the milliseconds from frame to frame in the page while `action` goes on. */
async function framesWhile(page: Page, action: () => Promise<void>): Promise<string> {
  const recording = page.evaluate<number[]>(RECORDER)
  await action()
  await page.evaluate(() => {
    document.title = 'done'
  })
  const times = await recording
  await page.evaluate(() => {
    document.title = ''
  })
  const frames = times.slice(1).map((time, index) => time - (times[index] ?? time))
  return `frames p50 ${at(frames, 0.5)} ms, p95 ${at(frames, 0.95)} ms (${frames.length} frames)`
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10
}

/** A root with a call for each document, whose segment holds calls of its own, at random times within. */
function traceAnswer(spans: number): readonly Buffer[] {
  const random = seededRandom(7)
  const start = Number.parseInt(TRACE.slice(2, 10), 16)
  const documents = documentsOf(spans)
  const hex = () =>
    [1, 2]
      .map(() =>
        Math.floor(random() * 2 ** 32)
          .toString(16)
          .padStart(8, '0'),
      )
      .join('')
  const calls = Array.from({ length: documents }, (_, index) => ({
    id: hex(),
    name: `worker-${index % 40}`,
    namespace: 'remote',
    start_time: start + index / documents,
    end_time: start + (index + 1) / documents,
  }))
  const root = {
    id: hex(),
    name: 'import',
    trace_id: TRACE,
    start_time: start,
    end_time: start + 1,
  }
  const parts = [segmentText({ ...root, subsegments: calls })]
  for (const call of calls) {
    const subsegments = Array.from({ length: SPANS_A_DOCUMENT }, (_, index) => {
      const from = call.start_time + (index / SPANS_A_DOCUMENT / documents) * 0.9
      return {
        id: hex(),
        name: `step-${Math.floor(random() * 50)}`,
        start_time: from,
        end_time: from + random() * 0.005,
      }
    })
    parts.push(
      segmentText({
        ...call,
        namespace: undefined,
        id: hex(),
        trace_id: TRACE,
        parent_id: call.id,
        subsegments,
      }),
    )
  }
  const head = `{"Traces":[{"Id":"${TRACE}","Duration":1,"LimitExceeded":false,"Segments":[`
  const texts = parts.map((part, index) => (index === 0 ? part : `,${part}`))
  return [head, ...texts, ']}],"UnprocessedTraceIds":[],"NextToken":null}'].map((text) =>
    Buffer.from(text),
  )
}

function documentsOf(spans: number): number {
  return Math.round(spans / SPANS_A_DOCUMENT)
}

/** The root, a call and a segment for each document, and what is in them. */
function rowsOf(spans: number): number {
  return 1 + documentsOf(spans) * (2 + SPANS_A_DOCUMENT)
}

function segmentText(document: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ Id: document['id'], Document: JSON.stringify(document) })
}

async function sendAnswer(response: ServerResponse, answer: readonly Buffer[]): Promise<void> {
  const length = answer.reduce((sum, part) => sum + part.length, 0)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': length })
  for (const part of answer) {
    if (!response.write(part)) await new Promise((resolve) => response.once('drain', resolve))
  }
  response.end()
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}
