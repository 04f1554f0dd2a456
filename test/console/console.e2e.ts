import type { Page, Response } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CHROMIUM, type Look, scrollsSideways, seriousFindings } from './browser.ts'
import { countTraces, longTrace, putDocuments, shopTrace } from './shop-trace.ts'
import { type Site, startSite } from './site.ts'

describe.skipIf(CHROMIUM === undefined)('the console (skipped where no Chromium is found)', () => {
  const site = startSite()
  const failing = shopTrace(40, { fails: true })
  const good = shopTrace(20)
  const long = longTrace(90, 10_000)

  const { open } = site

  test('an empty store says how to send a trace, and notices the first', async () => {
    const { page, complaints } = await open('/')
    await page.getByRole('heading', { name: 'Waiting for the first trace' }).waitFor()
    const snippets = await page.locator('.snippet code').allTextContents()
    expect(snippets.join('\n')).toContain('npx fluoroscope demo')
    expect(snippets.join('\n')).toContain(`--endpoint-url ${site.endpoint}`)
    expect(await seriousFindings(page)).toEqual([])
    await putDocuments(site.endpoint, failing.documents)
    await page.getByText('Your first trace has arrived.').waitFor()
    await page.getByRole('link', { name: 'Open it' }).click()
    await page.getByRole('treegrid', { name: 'Timeline' }).waitFor()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/traces/${failing.id}`)
    expect(complaints).toEqual([])
  })

  test('the list shows traces newest first, with their outcome in words', async () => {
    await putDocuments(site.endpoint, good.documents)
    const { page, complaints } = await open('/traces')
    const rows = page.locator('.trace-list tbody tr')
    await rows.nth(1).waitFor()
    const [first, second] = await rows.allTextContents()
    expect(first).toContain('OK 200')
    expect(second).toContain('Fault 500')
    expect(first).toContain(good.id.slice(-8))
    expect(first).toMatch(/POST\/checkout\?step=2shop\.example/)
    expect(first).toContain('storefront')
    expect(first).toContain('partial')
    expect(first).toContain('430 ms')
    await expect.poll(() => page.locator('.list-foot').textContent()).toContain('2 traces, all of')
    expect(await page.getByRole('columnheader').count()).toBe(8)
    expect(complaints).toEqual([])
  })

  test('a trace that arrives shows by itself while live, and not while paused', async () => {
    const { page } = await open('/traces')
    const rows = page.locator('.trace-list tbody tr')
    await rows.nth(1).waitFor()
    await page.getByRole('button', { name: 'Live' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('live')).toBe('0')
    // An answer that was under way still shows; the next question follows the answer to this one.
    const answered = page.waitForResponse('**/TraceSummaries')
    await page.getByRole('button', { name: 'Refresh' }).click()
    await answered
    await putDocuments(site.endpoint, shopTrace(1, { url: 'https://shop.example/late' }).documents)
    const late = page.getByRole('link', { name: '/late' })
    // Longer than a live list waits between two questions.
    await page.waitForTimeout(6500)
    expect(await late.count()).toBe(0)
    await page.getByRole('button', { name: 'Live' }).click()
    await late.waitFor()
  })

  test('the range is in the address and asks anew', async () => {
    const { page } = await open('/traces')
    await page.getByRole('radio', { name: '24h' }).check()
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('24h')
    await page.getByText('all of the last 24h').waitFor()
    await page.goBack()
    await page.getByText('all of the last 1h').waitFor()
  })

  test('a trace shows its calls as a tree, with what failed and what is missing', async () => {
    const { page, complaints } = await open(`/traces/${failing.id}`)
    const rows = page.locator('.timeline-row')
    await expect
      .poll(() => page.locator('.timeline-title').allTextContents())
      .toEqual([
        'storefront',
        'orders',
        'orders',
        'orders@db.internal',
        'orders@db.internal',
        'DynamoDB',
        'DynamoDB',
        'render',
        'mailer',
      ])
    await expect.poll(() => rows.first().textContent()).toContain('430 ms')
    await expect.poll(() => page.locator('.timeline-bar.inferred').count()).toBe(2)
    await expect.poll(() => rows.last().textContent()).toContain('parent missing')
    await expect.poll(() => page.locator('.trace-header').textContent()).toContain('partial')
    await expect.poll(() => page.locator('.trace-facts').textContent()).toContain('Revision1')
    expect(await rows.first().evaluate((row) => row.getBoundingClientRect().height)).toBe(24)
    expect(complaints).toEqual([])
  })

  test('details tell exceptions, annotations, metadata, SQL, AWS and the document', async () => {
    const { page } = await open(`/traces/${failing.id}`)
    const details = page.locator('.details')
    await page.locator('.timeline-row').first().click()
    await expect.poll(() => details.textContent()).toContain('TimeoutError')
    for (const text of ['no answer within 800 ms', 'orders.js:41', 'tier', 'gold', 'u-81']) {
      await expect.poll(() => details.textContent()).toContain(text)
    }
    await details.getByText('Document').click()
    const raw = details.locator('.raw pre')
    await expect.poll(() => raw.textContent()).toContain('"name": "storefront"')
    await page.locator('.timeline-row', { hasText: 'SELECT * FROM' }).first().click()
    await expect.poll(() => details.textContent()).toContain('PostgreSQL')
    await page.locator('.timeline-row', { hasText: 'PutItem orders' }).first().click()
    await expect.poll(() => details.textContent()).toContain('table_name')
    await page.locator('.timeline-row', { hasText: 'render' }).click()
    await expect.poll(() => details.textContent()).toContain('done.html')
  })

  test('everything on a trace is reached by keyboard, and the address keeps it', async () => {
    const { page } = await open(`/traces/${failing.id}`)
    const selected = page.locator('.timeline-row[aria-selected="true"] .timeline-title')
    await page.locator('.timeline-row').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => selected.textContent()).toBe('orders')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.locator('.timeline-row').count()).toBe(4)
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('.timeline-row').count()).toBe(9)
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.className))
      .toContain('details')
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('details')).toBe('1')
    expect(searchParams.get('selected')).toMatch(/^[0-9a-f]{16}$/)
    await page.reload()
    await page.locator('.details').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.details').waitFor({ state: 'detached' })
    await page.keyboard.press(']')
    await expect.poll(() => page.locator('.timeline-row').count()).toBe(2)
    await page.keyboard.press('e')
    await expect.poll(() => selected.textContent()).toBe('storefront')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor({ state: 'hidden' })
  })

  test('a trace is opened by an id pasted in any form', async () => {
    const { page } = await open('/traces')
    const field = page.getByRole('textbox', { name: 'Open trace by id' })
    await field.fill('not an id')
    await field.press('Enter')
    await page.getByText('No trace id in that text').waitFor()
    await field.fill(`X-Amzn-Trace-Id: Root=${good.id};Sampled=1`)
    await field.press('Enter')
    await page.locator('.timeline-row').first().waitFor()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/traces/${good.id}`)
  })

  test('an unknown trace and an unknown page say so', async () => {
    const missing = await open('/traces/1-58406520-a006649127e371903a2de979')
    await missing.page.getByRole('heading', { name: 'No such trace yet' }).waitFor()
    const nowhere = await open('/nowhere')
    await nowhere.page.getByRole('heading', { name: 'There is no page here' }).waitFor()
  })

  test('while the server is away the page says so, keeps what it had, and recovers', async () => {
    const { page } = await open('/traces')
    await page.locator('.trace-list tbody tr').first().waitFor()
    await page.route('**/TraceSummaries', (route) => route.abort())
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText('The server does not answer.').waitFor()
    expect(await page.locator('.trace-list tbody tr').count()).toBeGreaterThan(1)
    await page.unroute('**/TraceSummaries')
    await page.getByText('The server does not answer.').waitFor({ state: 'detached' })
  })

  test('a trace of 10,000 calls keeps few rows in the document and scrolls to its end', async () => {
    for (const document of long.documents) await putDocuments(site.endpoint, [document])
    const { page, complaints } = await open(`/traces/${long.id}?fold=0`)
    const grid = page.getByRole('treegrid', { name: 'Timeline' })
    await expect.poll(() => grid.getAttribute('aria-rowcount'), { timeout: 60_000 }).toBe('10022')
    expect(await page.locator('.timeline-row').count()).toBeLessThan(150)
    await page.keyboard.press('End')
    await page.locator('.timeline-row[aria-selected="true"]').waitFor()
    expect(await page.locator('.timeline-row').count()).toBeLessThan(150)
    expect(complaints).toEqual([])
  })

  test('a list longer than a page says that older traces exist, and loads them', async () => {
    const many = Array.from(
      { length: 450 },
      (_, index) => shopTrace(120 + index).documents[0] ?? '',
    )
    for (let first = 0; first < many.length; first += 50) {
      await putDocuments(site.endpoint, many.slice(first, first + 50))
    }
    // A trace is found a moment after it was acknowledged, and this list is not asked for again.
    await expect.poll(() => countTraces(site.endpoint)).toBeGreaterThanOrEqual(many.length)
    const { page } = await open('/traces?live=0')
    const rows = page.locator('.trace-list tbody tr')
    await expect
      .poll(() => page.locator('.list-foot').textContent())
      .toContain('shown, older ones exist')
    const before = await rows.count()
    await page.getByRole('button', { name: 'Load more' }).click()
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBeGreaterThan(before)
    const ids = await page.locator('.cell-id code').allTextContents()
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each<[string, Look]>([
    ['wide and light', { width: 1440, colorScheme: 'light' }],
    ['wide and dark', { width: 1440, colorScheme: 'dark' }],
    ['narrow and light', { width: 420, colorScheme: 'light' }],
    ['narrowest and dark', { width: 320, colorScheme: 'dark' }],
    // A window of 1,440 pixels at 200 %.
    ['zoomed', { width: 720, colorScheme: 'light' }],
  ])('%s: nothing serious for axe, no page scrolls sideways', async (_name, look) => {
    const list = await open('/traces', look)
    await list.page.locator('.trace-list tbody tr').first().waitFor()
    expect(await seriousFindings(list.page)).toEqual([])
    expect(await scrollsSideways(list.page)).toBe(false)
    const trace = await open(`/traces/${failing.id}`, look)
    await trace.page.locator('.timeline-row').first().waitFor()
    expect(await seriousFindings(trace.page)).toEqual([])
    await trace.page.keyboard.press('e')
    await trace.page.keyboard.press('Enter')
    await trace.page.locator('.details', { hasText: 'TimeoutError' }).waitFor()
    expect(await seriousFindings(trace.page)).toEqual([])
    expect(await scrollsSideways(trace.page)).toBe(false)
    expect([...list.complaints, ...trace.complaints]).toEqual([])
  })

  test.each([
    ['/traces', '.trace-list tbody tr'],
    ['/map', 'canvas'],
    ['/analytics', '.heat-brush'],
    [`/traces/${failing.id}`, '.timeline-row'],
    ['/sampling', 'table'],
  ])(
    'opening %s takes at most 150 kB of code, styles and pictures, compressed',
    async (path, sign) => {
      const { page, responses } = await openRecorded(site, path)
      await page.locator(sign).first().waitFor()
      const code = responses.filter((response) => !isAnswer(response))
      expect(code.map((response) => new URL(response.url()).origin)).toEqual(
        code.map(() => site.endpoint),
      )
      const sizes = await Promise.all(
        code.map(async (response) => (await response.request().sizes()).responseBodySize),
      )
      const total = sizes.reduce((sum, size) => sum + size, 0)
      expect(total).toBeGreaterThan(20_000)
      expect(total).toBeLessThanOrEqual(150_000)
    },
  )

  test('the theme follows the system until another is chosen, and the choice stays', async () => {
    const { page } = await open('/traces', { colorScheme: 'dark' })
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.locator('.trace-list tbody tr').first().waitFor()
    const dark = await paper()
    await page.getByRole('button', { name: 'Theme: Auto' }).click()
    await expect.poll(paper).not.toBe(dark)
    const light = await paper()
    await page.reload()
    await page.getByRole('button', { name: 'Theme: Light' }).waitFor()
    await expect.poll(paper).toBe(light)
  })
})

type RecordedPage = { readonly page: Page; readonly responses: readonly Response[] }

/** Opens a page in a profile that has nothing kept, and notes all that it is sent. */
async function openRecorded(site: Site, path: string): Promise<RecordedPage> {
  const context = await site.browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const responses: Response[] = []
  // Of the context: what workers ask for is among them.
  context.on('response', (response) => responses.push(response))
  await page.goto(site.endpoint + path)
  return { page, responses }
}

/** What is asked of the server's data, rather than a part of the console. */
function isAnswer(response: Response): boolean {
  return ['fetch', 'xhr'].includes(response.request().resourceType())
}
