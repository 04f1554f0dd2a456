/**
 * The service map in Chromium: from opening the page to the first painted map, and how long frames
 * take while it is dragged and zoomed. The graph is made here and put in the place of the server's
 * answer. `npm run bench:map`; needs a build and Chromium.
 */
import type { Page } from 'playwright-core'
import { launch } from '../test/console/browser.ts'
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { RECORDER } from './support/frame-recorder.ts'
import { seededRandom } from './support/generate.ts'
import { machine } from './support/machine.ts'

const SIZES = [
  { nodes: 500, edges: 2000 },
  { nodes: 5000, edges: 20_000 },
]
const GESTURES = 60
const NEXT_FRAME =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))'

console.log(machine())
const directory = await temporaryDirectory()
const server = await startServer(directory)
const browser = await launch()
try {
  for (const size of SIZES) await measure(size)
} finally {
  await browser.close()
  await server.stop()
  await removeDirectory(directory)
}

async function measure({ nodes, edges }: { nodes: number; edges: number }): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const body = JSON.stringify(graphOf(nodes, edges))
  await page.route('**/ServiceGraph', (route) =>
    route.fulfill({ contentType: 'application/json', body }),
  )
  const started = performance.now()
  await page.goto(`${server.endpoint}/map?all=1&live=0`)
  // The overview comes with the picture; reading pixels back would itself take most of the time.
  await page.locator('.minimap').waitFor({ timeout: 120_000 })
  await page.evaluate(NEXT_FRAME)
  const paintMs = performance.now() - started
  const frames = await framesWhile(page, () => gesture(page))
  const line = [
    `${nodes} services, ${edges} calls: first map ${Math.round(paintMs)} ms`,
    `frames p50 ${at(frames, 0.5)} ms, p95 ${at(frames, 0.95)} ms (${frames.length} frames)`,
  ]
  console.log(line.join('; '))
  await page.close()
}

async function gesture(page: Page): Promise<void> {
  await page.mouse.move(500, 400)
  await page.mouse.down()
  await page.mouse.move(900, 600, { steps: GESTURES })
  await page.mouse.up()
  for (let step = 0; step < GESTURES / 2; step++) await page.mouse.wheel(0, step < 15 ? -60 : 60)
}

/** Milliseconds from frame to frame in the page while `action` goes on. */
async function framesWhile(page: Page, action: () => Promise<void>): Promise<readonly number[]> {
  const recording = page.evaluate<number[]>(RECORDER)
  await action()
  await page.evaluate(() => {
    document.title = 'done'
  })
  const times = await recording
  return times.slice(1).map((time, index) => time - (times[index] ?? time))
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10
}

/** Services in ten layers, each called by one before, the other calls at random to later ones. */
function graphOf(nodes: number, edges: number) {
  const random = seededRandom(7)
  const statistics = (fault: number) => ({
    OkCount: 1000 - fault,
    ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
    FaultStatistics: { OtherCount: fault, TotalCount: fault },
    TotalCount: 1000,
    TotalResponseTime: 80,
  })
  const layer = Math.ceil(nodes / 10)
  const calls = Array.from({ length: nodes }, () => new Set<number>())
  for (let callee = layer; callee < nodes; callee++) {
    calls[callee - layer + Math.floor(random() * (layer - (callee % layer)))]?.add(callee)
  }
  for (let left = edges - nodes + layer; left > 0; left--) {
    const caller = Math.floor(random() * (nodes - layer))
    calls[caller]?.add(
      caller + layer + Math.floor(random() * Math.min(layer, nodes - caller - layer)),
    )
  }
  return {
    StartTime: Math.floor(Date.now() / 1000) - 600,
    EndTime: Math.floor(Date.now() / 1000),
    Services: calls.map((callees, index) => ({
      ReferenceId: index,
      Name: `service-${index}`,
      Type: 'AWS::ECS::Container',
      State: 'active',
      SummaryStatistics: statistics(index % 40 === 0 ? 100 : 0),
      ResponseTimeHistogram: [{ Value: 0.08, Count: 1000 }],
      Edges: [...callees].map((callee) => ({
        ReferenceId: callee,
        SummaryStatistics: statistics(callee % 40 === 0 ? 100 : 0),
        ResponseTimeHistogram: [{ Value: 0.09, Count: 1000 }],
      })),
    })),
  }
}
