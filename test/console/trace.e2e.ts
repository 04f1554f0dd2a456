import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, type Look, scrollsSideways, seriousFindings } from './browser.ts'
import { cartTrace } from './cart-trace.ts'
import { orderDocuments } from './fleet-traces.ts'
import { putDocuments } from './shop-trace.ts'
import { startSite } from './site.ts'

const SLOW = { timeout: 60_000 }

describe.skipIf(CHROMIUM === undefined)('a trace (skipped where no Chromium is found)', () => {
  const site = startSite()
  const cart = cartTrace(90)

  beforeAll(async () => {
    await putDocuments(site.endpoint, cart.documents)
  })

  const open = async (query: string, look?: Look) => {
    const watched = await site.open(`/traces/${cart.id}${query}`, look)
    // What is told last: from then on the page is as it stays, and nothing moves below the pointer.
    await watched.page.locator('.trace-facts', { hasText: 'Revision' }).waitFor()
    return watched
  }
  const titles = (page: Page) => page.locator('.timeline-title').allTextContents()
  const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)

  test('similar calls and attempts are one line each, and unfold', async () => {
    const { page, complaints } = await open('')
    const fold = page.locator('.timeline-row.fold')
    await fold.first().waitFor()
    await expect
      .poll(() => fold.allTextContents())
      .toEqual([
        expect.stringMatching(/×40.*items@db.*N\+1\?.*SELECT id, name FROM items/),
        expect.stringMatching(/×3.*pay\.example.*3 attempts/),
      ])
    const folded = await page.locator('.timeline-row').count()
    await fold.last().getByRole('button', { name: 'Expand' }).click()
    // Below each attempt stands what was inferred from it.
    await expect.poll(() => page.locator('.timeline-row').count()).toBe(folded + 6)
    await expect.poll(() => parameter(page, 'unfolded')).toMatch(/^[0-9a-f]{16}$/)
    await page.getByRole('button', { name: 'Fold similar' }).click()
    await expect.poll(() => page.locator('.timeline-row.fold').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('the details of an SQL call tell how its statement did, this call marked', async () => {
    const { page, complaints } = await open('')
    await page.locator('.timeline-row.fold').first().click()
    const details = page.locator('.details')
    await expect
      .poll(() => details.locator('.statement-trend').textContent(), SLOW)
      .toContain('40 calls, half within 3 ms, 95 % within 6 ms; none failed')
    await details.locator('.trend-mark').first().waitFor()
    await details.getByText('As a table').click()
    const cells = details.getByRole('table', { name: 'Calls with this statement over time' })
    await expect
      .poll(() => cells.locator('tbody td').allTextContents())
      .toEqual(['40', '0', '0', '3 ms', '6 ms'])
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('a search counts, dims, steps and hides, and its pills are terms of it', async () => {
    const { page } = await open('')
    await page.keyboard.press('/')
    await page.keyboard.type('name=items@db duration>4ms')
    // Twelve reads, and what was inferred from each of them.
    await page.getByText('24 matches', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => parameter(page, 'selected')).toMatch(/^[0-9a-f]{16}$/)
    await page.getByRole('button', { name: 'Only matches' }).click()
    await expect
      .poll(async () => new Set(await titles(page)))
      .toEqual(new Set(['checkout', 'load cart', 'items@db']))
    await page.getByRole('textbox', { name: 'Search in this trace' }).fill('')
    await page.getByRole('button', { name: 'Errors' }).click()
    await page.getByText('4 matches', { exact: true }).waitFor()
    await expect.poll(() => parameter(page, 'find')).toBe('is:error')
    await page.getByRole('textbox', { name: 'Search in this trace' }).fill('is:blue')
    await page.getByText('is:blue is not known').waitFor()
  })

  test('the overview zooms by dragging, Ctrl and the wheel by scrolling; the address keeps it', async () => {
    const { page } = await open('')
    const overview = page.locator('.trace-minimap')
    const box = (await overview.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + 20, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => parameter(page, 'zoom')).toMatch(/^3[56]\d.*-7[12]\d/)
    await expect.poll(() => page.locator('.bar-outside').count()).toBeGreaterThan(0)
    await page.reload()
    await page.locator('.minimap-part').waitFor()
    await overview.dblclick()
    await expect.poll(() => parameter(page, 'zoom')).toBeNull()
    await page.locator('.timeline-bar').first().hover()
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -400)
    await page.keyboard.up('Control')
    await expect.poll(() => parameter(page, 'zoom')).not.toBeNull()
  })

  test('a key right behind a zoom acts on what is seen, and has the last word', async () => {
    const { page } = await open('')
    await page.locator('.timeline-bar').first().waitFor()
    await zoomAndPress(page, 'j')
    expect(parameter(page, 'zoom')).not.toBeNull()
    expect(parameter(page, 'selected')).not.toBeNull()
    await zoomAndPress(page, '0')
    expect(parameter(page, 'zoom')).toBeNull()
  })

  test('Shift and a drag sum up what ran in that time', async () => {
    const { page } = await open('')
    const box = (await page.locator('.timeline-bar').first().boundingBox())!
    await page.mouse.move(box.x + box.width * 0.45, box.y + 6)
    await page.keyboard.down('Shift')
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.7, box.y + 6, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    const table = page.getByRole('region', { name: 'What ran in the chosen time' })
    await expect.poll(() => table.textContent()).toContain('pay.example')
    await expect.poll(() => table.textContent()).not.toContain('items@db')
    await page.keyboard.press('Escape')
    await table.waitFor({ state: 'detached' })
  })

  test('the critical path is told in words and drawn in the rows it goes through', async () => {
    const { page } = await open('')
    await page.locator('.critical-part').first().waitFor()
    await page.getByText('Critical path 900 ms of 900 ms').waitFor()
    await page.keyboard.press('c')
    await expect.poll(() => parameter(page, 'critical')).toBe('only')
    await page.keyboard.press('c')
    await expect.poll(() => page.locator('.critical-part').count()).toBe(0)
  })

  test('keys work, and bars have their place, from the moment that rows show', async () => {
    const { page } = await site.open('/start')
    const width = page.evaluate(
      () =>
        new Promise<number>((tell) => {
          new MutationObserver((_changes, observer) => {
            if (document.querySelector('.timeline-row') === null) return
            observer.disconnect()
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }))
            // Before the first frame with rows is painted.
            requestAnimationFrame(() => {
              tell(document.querySelector('.timeline-bar')?.getBoundingClientRect().width ?? 0)
            })
          }).observe(document.body, { childList: true, subtree: true })
        }),
    )
    const field = page.getByRole('textbox', { name: 'Open trace by id' })
    await field.fill(cart.id)
    await field.press('Enter')
    expect(await width).toBeGreaterThan(500)
    const selected = page.locator('.timeline-row[aria-selected="true"] .timeline-title')
    expect(await selected.textContent()).toBe('checkout')
  })

  test('every way to look at a trace has an address, a key, and shows the same trace', async () => {
    const { page, complaints } = await open('')
    const view = page.locator('.waterfall-main')
    const shows = async (key: string, name: string, text: string) => {
      await page.keyboard.press(key)
      await expect.poll(() => parameter(page, 'view')).toBe(name)
      await expect.poll(() => view.textContent()).toContain(text)
      expect(await seriousFindings(page)).toEqual([])
    }
    await page.locator('.timeline-row').first().waitFor()
    await shows('6', 'statistics', 'All rows of the trace')
    const row = view.getByRole('row', { name: /checkout load cart/ })
    // 360 ms, less the 40 reads of 136 ms together.
    await expect.poll(() => row.textContent()).toContain('224 ms')
    await page.keyboard.press('2')
    await view.getByRole('img', { name: /Flame graph of/ }).waitFor()
    await shows('3', 'left-heavy', 'Identical paths')
    await shows('4', 'sandwich', 'Callers, nearest first')
    await page.keyboard.press('5')
    await view.getByRole('application', { name: /Map of this trace/ }).waitFor()
    await shows('7', 'events', 'No row of this trace noted an event.')
    await shows('8', 'raw', 'X-Ray segment documents')
    await view.getByRole('button', { name: 'Show it here' }).click()
    await view.getByText(/^OTLP · /).waitFor()
    await page.goBack()
    await expect.poll(() => parameter(page, 'view')).toBe('events')
    expect(complaints).toEqual([])
  })

  test('a trace beside the median of its request: what changed, in words and path by path', async () => {
    const slower = cartTrace(60, { slowerMs: 200 })
    await putDocuments(site.endpoint, slower.documents)
    const { page, complaints } = await site.open(`/traces/${slower.id}`)
    await page.locator('.timeline-row').first().waitFor()
    await page.keyboard.press('x')
    await page.getByRole('button', { name: 'The median of this request' }).click()
    await page.getByText('The median of 1 trace of this request').waitFor()
    const words = page.locator('.compare-words li')
    await expect.poll(() => words.allTextContents()).toEqual(['S3 took 200 ms more of its own.'])
    const field = page.getByRole('textbox', { name: 'Compare with' })
    await field.fill(slower.id)
    // What is typed outlasts whatever changes on the page before it is sent.
    await page.keyboard.press('Tab')
    await page.keyboard.press('c')
    await expect.poll(() => parameter(page, 'critical')).toBe('only')
    expect(await field.inputValue()).toBe(slower.id)
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.locator(`.compare-spans a[href="/traces/${slower.id}"]`).waitFor()
    await expect.poll(() => words.count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('what arrives late is told, and the selected row stays selected', async () => {
    const id = cart.id.replace(/.{8}$/, 'abcdef01')
    const at = Date.now() / 1000 - 2
    const root = { id: 'aaaaaaaaaaaaaaaa', name: 'web', trace_id: id, start_time: at }
    const put = (document: object) => putDocuments(site.endpoint, [JSON.stringify(document)])
    await put({ ...root, in_progress: true })
    const { page, complaints } = await site.open(`/traces/${id}`)
    await page.getByText('1 in progress').waitFor()
    await page.keyboard.press('j')
    await expect.poll(() => parameter(page, 'selected')).toBe(root.id)
    const call = { id: 'bbbbbbbbbbbbbbbb', name: 'step', start_time: at, end_time: at + 1 }
    await put({ ...root, end_time: at + 1.5, subsegments: [call] })
    await page.getByText('1 row arrived since you opened it').waitFor()
    expect(parameter(page, 'selected')).toBe(root.id)
    await expect.poll(() => titles(page)).toEqual(['web', 'step'])
    await page.getByText('1 in progress').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('a trace tells whose messages started it, and which its own started', async () => {
    const [order = '', ...others] = orderDocuments(80, { status: 200, seconds: 0.1 })
    await putDocuments(site.endpoint, [order, ...others])
    const id = (JSON.parse(order) as { trace_id: string }).trace_id
    const { page, complaints } = await site.open(`/traces/${id}`)
    const linked = page.locator('.linked-traces')
    // The trace that was started may be read a moment later than this one.
    await expect
      .poll(async () => {
        if ((await linked.count()) === 0) await page.reload()
        return linked.textContent()
      }, SLOW)
      .toMatch(/^Its messages started.*shipper …/)
    expect(await seriousFindings(page)).toEqual([])
    await linked.getByRole('link').click()
    await page.getByText('Started by messages of').waitFor()
    await linked.getByRole('link', { name: `trace …${id.slice(-8)}` }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/traces/${id}`)
    // The link leads to the very call that sent the message, and its details lead back.
    await page.locator('.timeline-row[aria-selected="true"]').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.details').getByText('Started by its messages').waitFor()
    expect(complaints).toEqual([])
  })

  test('what the page can do is among the commands', async () => {
    const { page } = await open('')
    const command = async (typed: string) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Go to a page' }).waitFor()
      await page.keyboard.type(typed)
      await page.keyboard.press('Enter')
    }
    await command('trace: next failure')
    await expect.poll(() => parameter(page, 'selected')).not.toBe(null)
    await command('trace: only the critical')
    await expect.poll(() => parameter(page, 'critical')).toBe('only')
    await command('trace: statistics')
    await expect.poll(() => parameter(page, 'view')).toBe('statistics')
    await command('trace: compare with the median')
    await expect.poll(() => parameter(page, 'with')).toBe('median')
  })

  test('two traces of the list are chosen and compared', async () => {
    const { page } = await site.open('/traces')
    const choice = page.getByRole('button', { name: `Compare trace …${cart.id.slice(-8)}` })
    await choice.focus()
    await page.keyboard.press('Enter')
    await page.getByText('choose the one that it is compared with').waitFor()
    expect(parameter(page, 'compare')).toBe(cart.id)
    const other = page.getByRole('link', { name: /^Compare with trace/ }).first()
    await other.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => parameter(page, 'view')).toBe('compare')
    expect(new URL(page.url()).pathname).toBe(`/traces/${cart.id}`)
    await page.locator('.compare-table, .compare ol, .compare table').first().waitFor()
  })

  test.each<[string, Look]>([
    ['wide and dark', { width: 1440, colorScheme: 'dark' }],
    ['narrow and light', { width: 360, colorScheme: 'light' }],
  ])('%s: nothing serious for axe, no page scrolls sideways', async (_name, look) => {
    const { page, complaints } = await open('?find=db&zoom=100-600&area=200-400', look)
    await page.locator('.area-table td').first().waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(await scrollsSideways(page)).toBe(false)
    expect(complaints).toEqual([])
  })
})

/** Scrolls with Ctrl over a bar, presses a key before the zoom has settled, and waits until it has. */
function zoomAndPress(page: Page, key: string): Promise<void> {
  return page.evaluate(async (pressed) => {
    const bar = document.querySelector('.timeline-bar')
    if (bar === null) throw new Error('no bar')
    const { left, top } = bar.getBoundingClientRect()
    const place = { clientX: left + 200, clientY: top + 2, bubbles: true }
    bar.dispatchEvent(new WheelEvent('wheel', { ...place, ctrlKey: true, deltaY: -400 }))
    await new Promise((done) => setTimeout(done))
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, bubbles: true }))
    // A timer that is set later and for longer ends after the one of the zoom.
    await new Promise((done) => setTimeout(done, 600))
  }, key)
}
