import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Page, type Route } from 'playwright-core'
import { onTestFinished } from 'vitest'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser that is installed; undefined where there is none. `CHROMIUM` names another. */
export const CHROMIUM = [process.env['CHROMIUM'] ?? '', ...CANDIDATES].find(
  (path) => path !== '' && existsSync(path),
)

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page, and everything it should not have done. */
export type WatchedPage = {
  readonly page: Page
  /** Errors on the console, uncaught ones, and requests to other origins. */
  readonly complaints: string[]
}

export type Look = { readonly width?: number; readonly colorScheme?: 'light' | 'dark' }

/** Opens `path` of `endpoint` in a fresh profile, until the test is over. */
export async function openPage(
  browser: Browser,
  endpoint: string,
  path: string,
  { width = 1440, colorScheme = 'light' }: Look = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
  // Pages go on asking and painting as long as they are open.
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== endpoint) complaints.push(`asked ${request.url()}`)
  })
  await page.goto(endpoint + path)
  return { page, complaints }
}

/** An answer that has come, but that the page does not get before it is released. */
export type HeldAnswer = { readonly came: Promise<void>; readonly release: () => void }

/** Holds the answer to the next request of `address`, a glob. */
export async function holdAnswer(page: Page, address: string): Promise<HeldAnswer> {
  let [come, release] = [() => {}, () => {}]
  const came = new Promise<void>((done) => {
    come = done
  })
  const released = new Promise<void>((done) => {
    release = done
  })
  const answer = async (route: Route) => {
    const response = await route.fetch()
    come()
    await released
    await route.fulfill({ response })
  }
  await page.route(address, answer, { times: 1 })
  return { came, release }
}

/** What axe-core finds serious or critical on the page as it is, one line each. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, since the page's own policy refuses foreign scripts.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }
    const checker = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Finding[] }> }
    }
    const { violations } = await checker.axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) => `${id}: ${nodes[0]?.html} (${nodes.length}) ${nodes[0]?.failureSummary}`,
      )
  })
}

/** Whether the page as a whole scrolls sideways. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
}

/** Goes to another address of the console without loading it anew, as the browser's back does. */
export function goWithin(page: Page, path: string): Promise<void> {
  return page.evaluate((address) => {
    history.pushState(null, '', address)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
}
