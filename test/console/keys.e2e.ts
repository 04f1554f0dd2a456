import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { CHROMIUM } from './browser.ts'
import { walkByTab } from './keyboard-walk.ts'
import { countTraces, putDocuments, shopTrace } from './shop-trace.ts'
import { startSite } from './site.ts'

const SLOW = { timeout: 60_000 }

describe.skipIf(CHROMIUM === undefined)('keys of the console (skipped without Chromium)', () => {
  const site = startSite()
  const failing = shopTrace(40, { fails: true, url: 'https://shop.example/broken' })
  const good = shopTrace(20, { url: 'https://shop.example/fine' })

  beforeAll(async () => {
    await putDocuments(site.endpoint, [...failing.documents, ...good.documents])
    // A trace is found a moment after it was acknowledged.
    await vi.waitUntil(async () => (await countTraces(site.endpoint)) === 2, SLOW)
  })

  const { open } = site
  const rows = (page: Page) => page.locator('.trace-list tbody tr')

  test('every page is reached by keyboard alone, by keys and by commands', async () => {
    const { page, complaints } = await open('/traces')
    await rows(page).first().waitFor()
    const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
    // Sent together: a machine that is busy between them must not stretch the moment they have.
    const goTo = (key: string) => Promise.all(['g', key].map((each) => page.keyboard.press(each)))
    await goTo('s')
    await heading('Sampling rules')
    await goTo('g')
    await heading('Groups')
    await goTo('y')
    await heading('System')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'On every page' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('storefront')
    await page.getByRole('option', { name: 'storefront' }).waitFor()
    await page.keyboard.press('Enter')
    await expect
      .poll(() => new URL(page.url()).searchParams.get('filter'))
      .toBe('service("storefront")')
    await page.getByRole('combobox').waitFor({ state: 'hidden' })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type(failing.id)
    await page.getByRole('option', { name: failing.id }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.timeline-row').first().waitFor()
    expect(complaints).toEqual([])
  })

  test.each([
    ['palette', 'Enter'],
    ['palette', 'Escape'],
    ['keyboard-help', 'Escape'],
  ])('Ctrl K right behind what closes the %s (%s) opens the palette', async (over, key) => {
    const { page, complaints } = await open('/traces')
    await rows(page).first().waitFor()
    await page.keyboard.press(over === 'palette' ? 'Control+k' : '?')
    await page.locator(`.${over}[open]`).waitFor()
    // In one turn, before the browser tells of the closed dialog, as on a busy machine.
    await page.evaluate(
      ([shown, last]) => {
        const dialog = document.querySelector<HTMLDialogElement>(`.${shown}`)
        const press = (pressed: string, ctrlKey = false) => {
          const target = dialog?.querySelector('input') ?? document.body
          const init = { key: pressed, ctrlKey, bubbles: true, cancelable: true }
          target.dispatchEvent(new KeyboardEvent('keydown', init))
        }
        if (last === 'Enter') press('Enter')
        // What the browser does itself for Escape.
        else dialog?.close()
        press('k', true)
      },
      [over, key] as const,
    )
    await page.locator('.palette[open]').waitFor()
    // And it stays: the close that is told late is not its own.
    await page.getByRole('combobox', { name: 'Go to a page' }).fill('system')
    await page.getByRole('option', { name: 'System' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'System' }).waitFor()
    expect(complaints).toEqual([])
  })

  /** By keys alone: each a page or a state of it, and what shows that it is there. */
  const walked = [
    [[], '.trace-list tbody tr'],
    [['command Get started'], '.snippet'],
    [['command New sampling rule'], '.editor'],
    [['command New group'], '.editor'],
    [['g', 'y'], '.fact-card'],
    [['g', 'a'], '.heat-brush'],
    [['g', 'm'], '.time-scrubber .brush'],
    [['/', 'type storefront', 'Enter'], '.map-panel .histogram'],
    [['command map: paths from'], '.path-list'],
    [['command map: show as a list'], '.map-table'],
    [[`command ${failing.id}`], '.timeline-row'],
    [['e', 'Enter'], '.details'],
    [['Escape', '3'], '.flame'],
    [['4'], '.sandwich'],
    [['5'], '.trace-map'],
    [['6'], '.statistics'],
    [['8'], '.raw-view'],
    [['x'], '.compare-choice'],
  ] as const

  test('all that can be used is met by Tab, and the focus is seen wherever it stops', async () => {
    const { page, complaints } = await open('/traces')
    for (const [keys, sign] of walked) {
      for (const key of keys) await typeKeys(page, key)
      await page.locator(sign).first().waitFor()
      const { stops, ...lacking } = await walkByTab(page)
      expect(lacking, `${keys.join(' ')} at ${page.url()}`).toEqual({ unseen: [], missed: [] })
      expect(stops).toBeGreaterThan(10)
    }
    expect(complaints).toEqual([])
  })
})

/** A key, `type` and a text, or `command` and what to type in the palette for it. */
async function typeKeys(page: Page, keys: string): Promise<void> {
  const [word, ...rest] = keys.split(' ')
  const text = rest.join(' ')
  if (text === '') return page.keyboard.press(keys)
  if (word === 'command') {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Go to a page' }).waitFor()
  }
  await page.keyboard.type(text)
  if (word === 'command') await page.keyboard.press('Enter')
}
