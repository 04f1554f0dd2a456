import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { CHROMIUM, holdAnswer, scrollsSideways, seriousFindings } from './browser.ts'
import { type Fate, goneDocuments, orderDocuments, wideDocuments } from './fleet-traces.ts'
import { laidOutMap, pictureOf } from './map-picture.ts'
import { putDocuments } from './shop-trace.ts'
import { startSite } from './site.ts'

/** 24 requests: 4 faults, 2 errors, 2 throttled; from 50 to 280 ms in steps of 10. */
const FATES: readonly Fate[] = Array.from({ length: 24 }, (_, index) => ({
  status: [500, 200, 200, 404, 200, 200, 500, 200, 429, 200, 200, 200][index % 12] ?? 200,
  seconds: 0.05 + index * 0.01,
}))

const CATALOG = 'catalog~AWS%3A%3AEC2%3A%3AInstance~'

describe.skipIf(CHROMIUM === undefined)(
  'the service map (skipped where no Chromium is found)',
  () => {
    const site = startSite()
    const { open } = site

    test('an empty range says so, and leads on', async () => {
      const { page, complaints } = await open('/map?range=15m')
      await page.getByRole('heading', { name: 'No services in this range' }).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('button', { name: 'Show the last 7 days' }).click()
      await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('7d')
      expect(complaints).toEqual([])
      await page.close()
    })

    test('what is sent shows by itself, with what is inferred and linked', async () => {
      const { page, complaints } = await open('/map')
      await page.getByRole('heading', { name: 'No services in this range' }).waitFor()
      const documents = FATES.flatMap((fate, index) => orderDocuments(60 + index, fate))
      await putDocuments(site.endpoint, documents)
      const strip = page.locator('.truth-strip')
      // Clients of web and shipper, web, catalog, shipper; pay.example, products, stock, the queue.
      await expect.poll(() => strip.textContent(), { timeout: 60_000 }).toContain('9 services')
      await expect.poll(() => strip.textContent()).toContain('4 inferred from callers')
      await expect.poll(() => strip.textContent(), { timeout: 60_000 }).toContain('1 link through')
      expect(complaints).toEqual([])
      await page.close()
    })

    test('the list tells the numbers that were sent, and sorts them', async () => {
      const { page } = await open('/map?view=list')
      const rows = page.locator('.map-table tbody tr')
      await rows.first().waitFor()
      await expect
        .poll(() => countsOf(page, 'catalog'))
        .toEqual({
          requests: 24,
          fault: 4,
          error: 2,
          throttle: 2,
        })
      await expect
        .poll(() => countsOf(page, 'products'))
        .toEqual({
          requests: 24,
          fault: 0,
          error: 0,
          throttle: 0,
        })
      await page.getByRole('button', { name: 'Service' }).click()
      const names = await page.locator('.map-table tbody th').allTextContents()
      expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')))
      await page.close()
    })

    test('the map of a group counts the traces that match its expression', async () => {
      const groups: readonly (readonly [string, (fate: Fate) => boolean])[] = [
        ['service("catalog") { fault }', ({ status }) => status >= 500],
        ['error AND !throttle', ({ status }) => status === 404],
        ['service("catalog") { responsetime > 0.155 }', ({ seconds }) => seconds > 0.155],
        [
          '!ok OR responsetime < 0.125',
          ({ status, seconds }) => status >= 400 || seconds + 0.05 < 0.125,
        ],
      ]
      for (const [index, [expression, matches]] of groups.entries()) {
        await createGroup(site.endpoint, `group ${index}`, expression)
        const { page } = await open(`/map?view=list&group=group+${index}`)
        await page.locator('.map-table tbody tr').first().waitFor()
        const expected = FATES.filter(matches)
        const of = (isIt: (status: number) => boolean) =>
          expected.filter(({ status }) => isIt(status)).length
        await expect
          .poll(() => countsOf(page, 'catalog'), { message: expression })
          .toEqual({
            requests: expected.length,
            fault: of((status) => status >= 500),
            error: of((status) => status === 404),
            throttle: of((status) => status === 429),
          })
        await page.close()
      }
    }, 180_000)

    test('arrow keys walk along calls; Escape and the browser go back', async () => {
      const { page, complaints } = await open('/map')
      const map = await laidOutMap(page)
      await map.focus()
      const find = page.getByRole('searchbox', { name: 'Find a service' })
      await page.keyboard.press('/')
      await find.fill('web')
      await page.keyboard.press('Enter')
      await expect.poll(() => selectedName(page)).toBe('web')
      await page.keyboard.press('Enter')
      await expect.poll(() => selectedName(page)).toBe('Clients of web')
      await map.focus()
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => selectedName(page)).toBe('web')
      await map.focus()
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => selectedName(page)).toMatch(/^(catalog|pay\.example)$/)
      await page.goto(`${site.endpoint}/map?selected=${encodeURIComponent(CATALOG)}`)
      await expect.poll(() => selectedName(page)).toBe('catalog')
      await (await laidOutMap(page)).focus()
      await page.keyboard.press('f')
      await expect.poll(() => page.locator('.truth-strip').textContent()).toContain('not shown')
      await expect.poll(() => new URL(page.url()).searchParams.get('depth')).toBe('1')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await expect.poll(() => page.locator('.map-panel').count()).toBe(0)
      await page.goBack()
      await expect.poll(() => selectedName(page)).toBe('catalog')
      expect(complaints).toEqual([])
      await page.close()
    })

    test('brushed response times become a filter of the traces behind them', async () => {
      const { page } = await open(`/map?selected=${encodeURIComponent(CATALOG)}`)
      const panel = page.locator('.map-panel')
      await panel.waitFor()
      await expect.poll(() => panel.locator('.panel-numbers').textContent()).toContain('Requests24')
      const series = panel.locator('.series-strip svg')
      await expect
        .poll(() => series.getAttribute('aria-label'), { timeout: 60_000 })
        .toMatch(/^24 requests over time, 8 failed/)
      const bars = await panel.locator('.histogram svg').boundingBox()
      if (bars === null) throw new Error('no histogram')
      await page.mouse.move(bars.x + bars.width * 0.3, bars.y + 40)
      await page.mouse.down()
      await page.mouse.move(bars.x + bars.width * 0.7, bars.y + 40, { steps: 4 })
      await page.mouse.up()
      await expect.poll(() => page.url()).toContain('response=')
      await panel.getByRole('spinbutton').first().fill('100')
      await panel.getByRole('spinbutton').last().fill('150')
      await panel.getByRole('button', { name: 'Choose' }).click()
      // 100, 110, … 150 ms.
      await expect
        .poll(() => panel.locator('.histogram-count').textContent())
        .toContain('6 requests of')
      const href = await panel
        .getByRole('link', { name: 'View traces' })
        .last()
        .getAttribute('href')
      expect(new URL(href ?? '', site.endpoint).searchParams.get('filter')).toBe(
        'service(id(name: "catalog", type: "AWS::EC2::Instance")) { responsetime >= 0.1 AND responsetime <= 0.15 }',
      )
      await page.close()
    })

    test('a part of the time below the map becomes its time', async () => {
      const { page } = await open('/map?range=15m')
      const scrubber = page.locator('.time-scrubber')
      // Each order enters at web, and its message at shipper.
      await expect
        .poll(() => scrubber.locator('svg').getAttribute('aria-label'), { timeout: 20_000 })
        .toMatch(/^48 requests over time, 8 failed/)
      const brush = scrubber.getByRole('slider')
      await brush.focus()
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Shift+ArrowLeft')
      await page.keyboard.press('Shift+ArrowLeft')
      await expect.poll(() => brush.getAttribute('aria-valuetext')).toMatch(/: \d+ requests?$/)
      await page.keyboard.press('Enter')
      await expect.poll(() => new URL(page.url()).searchParams.get('to')).not.toBe(null)
      await page.close()
    })

    test('two fingers zoom, and places outlast a reload', async () => {
      const context = await site.browser.newContext({
        viewport: { width: 390, height: 900 },
        hasTouch: true,
      })
      const page = await context.newPage()
      await page.goto(`${site.endpoint}/map`)
      const places = () =>
        page.evaluate(() => localStorage.getItem('fluoroscope.map-places') ?? 'none')
      await expect.poll(places, { timeout: 20_000 }).toContain('catalog')
      const map = await laidOutMap(page)
      const look = () => pictureOf(map)
      await expect.poll(look).not.toBe(undefined)
      const box = await map.boundingBox()
      if (box === null) throw new Error('no map')
      const whole = await look()
      const fingers = await context.newCDPSession(page)
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) => {
        const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
        const touchPoints = [-1, 1].map((side) => ({ ...middle, x: middle.x + side * apart }))
        return fingers.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: type === 'touchEnd' ? [] : touchPoints,
        })
      }
      await touch('touchStart', 30)
      await touch('touchMove', 60)
      await touch('touchMove', 110)
      await touch('touchEnd', 0)
      await expect.poll(look).not.toBe(whole)
      // Both fingers together chose nothing.
      expect(new URL(page.url()).searchParams.get('selected')).toBe(null)
      // A place that no layout would choose stays where this browser has kept it.
      const moved = (await places()).replace(/("catalog[^"]*",\d+),\d+/, '$1,1234')
      await page.evaluate((text) => localStorage.setItem('fluoroscope.map-places', text), moved)
      await page.reload()
      await laidOutMap(page)
      await expect.poll(look).not.toBe(undefined)
      expect(await look()).not.toBe(whole)
      expect(await places()).toMatch(/"catalog[^"]*",\d+,1234/)
      await context.close()
    })

    test('a focus looks up or down alone, and colours tell another number', async () => {
      const { page, complaints } = await open(
        `/map?selected=${encodeURIComponent(CATALOG)}&depth=5&metric=p95`,
      )
      const strip = page.locator('.truth-strip')
      const look = page.getByRole('combobox', { name: 'Look' })
      await look.selectOption('up')
      // Clients of web, web and catalog itself are left of the nine; none is called by it.
      await expect.poll(() => strip.textContent()).toContain('6 services not shown')
      await expect.poll(() => new URL(page.url()).searchParams.get('look')).toBe('up')
      await page.getByText('Legend and keys').click()
      // The slowest answers of the clients of web, of 50 to 330 ms.
      await page.getByText(/p95 latency: 0 to \d+ ms/).waitFor()
      await page.getByRole('combobox', { name: 'Colours tell' }).selectOption('Traffic')
      await page.getByText(/Traffic: 0 to .*\/min/).waitFor()
      await expect
        .poll(() => strip.textContent())
        .toContain('none sampled out or lost since the server started')
      expect(complaints).toEqual([])
      await page.close()
    })

    test('wheel, drag and keys move the picture, and 0 shows everything', async () => {
      const { page } = await open('/start')
      const layout = await holdAnswer(page, '**/layout-worker*')
      await page.getByRole('link', { name: 'Service map' }).click()
      // Asked for before there is anything to see.
      await page.getByRole('application').focus()
      await page.keyboard.press('0')
      layout.release()
      const map = await laidOutMap(page)
      const look = () => pictureOf(map)
      await expect.poll(look).not.toBe(undefined)
      const whole = await look()
      const box = await map.boundingBox()
      if (box === null) throw new Error('no map')
      await page.mouse.move(box.x + 20, box.y + 20)
      await page.mouse.wheel(0, -400)
      await expect.poll(look).not.toBe(whole)
      await page.keyboard.press('0')
      await expect.poll(look).toBe(whole)
      await page.mouse.down()
      await page.mouse.move(box.x + 160, box.y + 90, { steps: 3 })
      await page.mouse.up()
      await expect.poll(look).not.toBe(whole)
      await page.close()
    })

    test.each(['light', 'dark'] as const)(
      'nothing serious for axe in the %s theme',
      async (theme) => {
        const address = `/map?selected=${encodeURIComponent(CATALOG)}`
        const { page, complaints } = await open(address, { colorScheme: theme })
        await page.locator('.map-panel').waitFor()
        await page.getByText('Legend and keys').click()
        expect(await seriousFindings(page)).toEqual([])
        await page.getByRole('radio', { name: 'List' }).check()
        await page.locator('.map-table').waitFor()
        expect(await seriousFindings(page)).toEqual([])
        expect(complaints).toEqual([])
        await page.close()
      },
    )

    test('a narrow window has no sideways scroll', async () => {
      const { page } = await open(`/map?selected=${encodeURIComponent(CATALOG)}`, { width: 360 })
      await page.locator('.map-panel').waitFor()
      expect(await scrollsSideways(page)).toBe(false)
      await page.getByRole('radio', { name: 'List' }).check()
      await page.locator('.map-table').waitFor()
      expect(await scrollsSideways(page)).toBe(false)
      await page.close()
    })

    test('what changed since an hour ago is told in three steps', async () => {
      // An hour before there were catalog and web without failures, and a service that is gone.
      const earlier = Array.from({ length: 40 }, (_, index) =>
        orderDocuments(3700 + index * 20, { status: 200, seconds: 0.05 }),
      ).flat()
      await putDocuments(site.endpoint, [...earlier, ...goneDocuments(5000)])
      const { page, complaints } = await open('/')
      await page.getByRole('link', { name: 'Service map' }).click()
      await page
        .getByRole('combobox', { name: 'Compare with' })
        .selectOption('Compare with the 1h before')
      const changes = page.locator('.change-list')
      await expect
        .poll(() => changes.textContent(), { timeout: 90_000 })
        .toContain('legacyGone: 3 requests before')
      // 8 of 24 fail, none of 40 did.
      await expect
        .poll(() => changes.textContent())
        .toContain('catalogFailing more: 0 % → 33 % of requests')
      expect(await seriousFindings(page)).toEqual([])
      await changes.getByRole('link', { name: 'catalog', exact: true }).click()
      const numbers = page.locator('.change-numbers')
      await numbers.waitFor()
      await expect.poll(() => numbers.textContent()).toContain('Requests4024')
      expect(complaints).toEqual([])
      await page.close()
    })

    test('a large map shows problems first, and how many services it leaves out', async () => {
      const documents = wideDocuments(150, 3)
      await putDocuments(site.endpoint, documents)
      const { page } = await open('/map')
      const strip = page.locator('.truth-strip')
      await expect
        .poll(() => strip.textContent(), { timeout: 60_000 })
        .toMatch(/\d+ services not shown/)
      await page.getByRole('link', { name: 'show everything' }).click()
      await expect.poll(() => strip.textContent()).not.toContain('not shown')
      await page.locator('.minimap').waitFor()
      await page.close()
    })
  },
)

function selectedName(page: Page): Promise<string | null> {
  return page.locator('.map-panel h2').textContent()
}

/** What the list says of the service called `name`. */
async function countsOf(page: Page, name: string) {
  const row = page
    .locator('.map-table tbody tr')
    .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
  const cells = await row.last().locator('td').allTextContents()
  const count = (index: number) => Number.parseInt((cells[index] ?? '').replaceAll(',', ''), 10)
  return { requests: count(1), fault: count(3), error: count(4), throttle: count(5) }
}

async function createGroup(endpoint: string, name: string, expression: string): Promise<void> {
  const body = JSON.stringify({ GroupName: name, FilterExpression: expression })
  const response = await fetch(`${endpoint}/CreateGroup`, { method: 'POST', body })
  if (!response.ok) throw new Error(`no group: ${await response.text()}`)
}
