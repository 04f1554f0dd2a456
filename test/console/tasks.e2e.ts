import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CHROMIUM } from './browser.ts'
import { countTraces, putDocuments } from './shop-trace.ts'
import { startSite } from './site.ts'

/** Built, as they are shipped. */
const built = (name: string) => new URL(`../../packages/demo/dist/${name}.js`, import.meta.url).href

type FleetModule = typeof import('../../packages/demo/src/fleet.ts')
type DriverModule = typeof import('../../packages/demo/src/shop-driver.ts')
type RandomModule = typeof import('../../packages/demo/src/random.ts')

const SLOW = { timeout: 60_000 }

/**
 * Among the first 69 requests of this seed are three of the one customer whose orders fail; a busy machine sends
 * some more. What is slow in the shop is looked for elsewhere (`analytics.e2e.ts`): there it makes anything slow.
 */
const SEED = 1622
const REQUESTS = 69
const RATE = 15

/** Each task begins at the start page and takes four steps at most: a click, a choice, or a text. */
describe.skipIf(CHROMIUM === undefined)('tasks with the demo (skipped without Chromium)', () => {
  const site = startSite()
  let fleet: InstanceType<FleetModule['Fleet']> | undefined
  let failedOrders = 0

  beforeAll(async () => {
    const { Fleet } = (await import(built('fleet'))) as FleetModule
    const { ShopDriver } = (await import(built('shop-driver'))) as DriverModule
    const { seededRandom } = (await import(built('random'))) as RandomModule
    fleet = new Fleet({
      endpoint: { http: new URL(site.endpoint).host, udp: `127.0.0.1:${site.udpPort}` },
      centralSampling: false,
      environment: process.env,
      onLine: () => {},
      onFailure: () => {},
    })
    const port = await fleet.start()
    if (port === undefined) throw new Error('the fleet was stopped while it started')
    const driver = new ShopDriver(port, seededRandom(SEED))
    driver.start(RATE, Date.now)
    await vi.waitUntil(() => driver.counts.sent >= REQUESTS, SLOW)
    await driver.stop()
    const { sent, unanswered, byKind } = driver.counts
    failedOrders = byKind['unlucky-customer'] ?? 0
    const answered = sent - unanswered
    await vi.waitUntil(async () => (await countTraces(site.endpoint)) >= answered, SLOW)
    // The last segments of a trace come after the answer that ends its request.
    await fleet.stop()
    await copyAnHourBefore(site.endpoint)
  }, 240_000)

  afterAll(() => fleet?.stop())

  const { open } = site
  const rows = (page: Page) => page.locator('.trace-list tbody tr')
  const search = async (page: Page, filter: string) => {
    await page.getByRole('textbox', { name: 'Filter expression' }).fill(filter)
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).searchParams.get('filter')).toBe(filter)
  }

  test('the one user with errors, in three steps', async () => {
    const { page, complaints } = await open('/')
    await search(page, 'fault')
    await page.getByRole('button', { name: 'By status, URL, user, root cause' }).click()
    const users = page.locator('.trace-table', {
      has: page.locator('caption', { hasText: /user/i }),
    })
    const first = users.locator('tbody tr').first()
    await expect.poll(() => first.textContent()).toContain('customer-0042')
    await expect.poll(() => first.textContent()).toContain(`${failedOrders} failed`)
    await first.getByRole('button').click()
    await expect.poll(() => rows(page).count()).toBe(failedOrders)
    expect(failedOrders).toBeGreaterThan(2)
    expect(complaints).toEqual([])
  })

  test('what changed since an hour ago, in three steps', async () => {
    const { page, complaints } = await open('/')
    await page.getByRole('link', { name: 'Service map' }).click()
    await page
      .getByRole('combobox', { name: 'Compare with' })
      .selectOption('Compare with the 1h before')
    const changes = page.locator('.change-list')
    await expect.poll(() => changes.textContent()).toMatch(/ordersFailing more: 0 % →/)
    await changes.getByRole('link', { name: 'orders', exact: true }).click()
    await page.locator('.change-numbers').waitFor()
    expect(complaints).toEqual([])
  })

  test.each([1440, 1024, 420])(
    "%i px wide, each number of the map's table is below its name",
    async (width) => {
      const { page } = await open('/map?view=list', { width })
      await page.locator('.map-table tbody tr').first().waitFor()
      const shown = (cells: string) =>
        page
          .locator(cells)
          .evaluateAll((all) => all.filter((each) => each.checkVisibility()).length)
      expect(await shown('.map-table thead th')).toBe(9)
      expect(await shown('.map-table tbody tr:first-child > *')).toBe(9)
    },
  )

  test('the view that is shown is among those that are seen, however narrow', async () => {
    const { page } = await open('/', { width: 420 })
    await rows(page).first().getByRole('link').first().click()
    await page.locator('.timeline-row').first().waitFor()
    const seen = () =>
      page.locator('.view-links').evaluate((links) => {
        const current = links.querySelector('[aria-current]')
        if (current === null) return 'none'
        const [all, own] = [links.getBoundingClientRect(), current.getBoundingClientRect()]
        return own.left >= all.left - 1 && own.right <= all.right + 1 ? current.textContent : 'cut'
      })
    for (const [key, name] of [
      ['8', 'Raw'],
      ['1', 'Waterfall'],
      ['6', 'Statistics'],
    ] as const) {
      await page.keyboard.press(key)
      await expect.poll(seen).toBe(name)
    }
  })

  test('two traces are compared, in two steps', async () => {
    const { page, complaints } = await open('/')
    await page
      .getByRole('button', { name: /^Compare trace/ })
      .first()
      .click()
    await page
      .getByRole('link', { name: /^Compare with trace/ })
      .first()
      .click()
    await page.locator('.compare-table, .compare ol, .compare table').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('a message is followed across its queue, in four steps', async () => {
    const { page, complaints } = await open('/')
    await search(page, 'service("shipping")')
    await rows(page).first().getByRole('link').first().click()
    const lines = page.locator('.timeline-row')
    await lines.first().waitFor()
    await page.keyboard.press('End')
    await lines.getByText('shipping', { exact: true }).first().click()
    const details = page.locator('.details')
    await expect.poll(() => details.textContent()).toContain('shipping')
    await lines.getByText('shipping-requests').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('a sampling rule is changed, in four steps', async () => {
    const { page, complaints } = await open('/')
    await page.getByRole('link', { name: 'Sampling' }).click()
    await page.getByRole('link', { name: 'Default' }).click()
    await page.getByRole('textbox', { name: 'Fixed rate', exact: true }).fill('12.5')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: '12.5 %' }).waitFor()
    expect(complaints).toEqual([])
  })
})

const HOUR_BEFORE_SECONDS = 3700
const COPIES = 6

/** As if the shop had been open then, and nothing had failed: what is there of traces that are ok, several times. */
async function copyAnHourBefore(endpoint: string): Promise<void> {
  const now = Date.now() / 1000
  const { TraceSummaries } = (await post(endpoint, '/TraceSummaries', {
    StartTime: now - 600,
    EndTime: now,
    FilterExpression: 'ok',
  })) as { TraceSummaries: readonly { readonly Id: string }[] }
  const ids = TraceSummaries.map(({ Id }) => Id)
  for (let at = 0; at < ids.length; at += 5) {
    const { Traces } = (await post(endpoint, '/Traces', { TraceIds: ids.slice(at, at + 5) })) as {
      Traces: readonly { readonly Segments: readonly { readonly Document: string }[] }[]
    }
    for (const { Segments } of Traces) {
      for (let copy = 1; copy <= COPIES; copy++) {
        await putDocuments(
          endpoint,
          Segments.map(({ Document }) => JSON.stringify(moved(JSON.parse(Document), copy))),
        )
      }
    }
  }
}

/** The same an hour before, in a trace of its own. */
function moved(value: unknown, copy: number, member = ''): unknown {
  if (member === 'trace_id') {
    const [version, time = '', rest = ''] = String(value).split('-')
    const before = Number.parseInt(time, 16) - HOUR_BEFORE_SECONDS
    return `${version}-${before.toString(16)}-${copy}${rest.slice(1)}`
  }
  if (member === 'start_time' || member === 'end_time') return Number(value) - HOUR_BEFORE_SECONDS
  if (Array.isArray(value)) return value.map((each) => moved(each, copy))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, moved(each, copy, name)]),
  )
}

async function post(endpoint: string, path: string, input: object): Promise<unknown> {
  return (await fetch(endpoint + path, { method: 'POST', body: JSON.stringify(input) })).json()
}
