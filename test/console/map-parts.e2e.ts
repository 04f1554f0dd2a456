import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, scrollsSideways, seriousFindings } from './browser.ts'
import { orderDocuments } from './fleet-traces.ts'
import { putDocuments } from './shop-trace.ts'
import { startSite } from './site.ts'

const SLOW = { timeout: 60_000 }
const COUNT = 12
const CLIENTS_OF_WEB = 'web~client~'

describe.skipIf(CHROMIUM === undefined)('parts of the map (skipped without Chromium)', () => {
  const site = startSite()

  beforeAll(async () => {
    // Now, and in the hour before, half as many.
    const now = times(COUNT).map((index) => 60 + index)
    const before = times(COUNT / 2).map((index) => 5400 + index)
    const documents = [...now, ...before].flatMap((at) =>
      orderDocuments(at, { status: 200, seconds: 0.1 }),
    )
    await putDocuments(site.endpoint, documents)
  })

  const open = async (query: string, width = 1440) => {
    const watched = await site.open(`/map${query}`, { width })
    // Clients of web and shipper, web, catalog, shipper; pay.example, products, stock, the queue.
    const strip = watched.page.locator('.truth-strip')
    await expect.poll(() => strip.textContent(), SLOW).toMatch(/^9 services/)
    return { ...watched, strip }
  }
  const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)

  test('paths between two services are listed, shown alone, and left again', async () => {
    const { page, strip, complaints } = await open(`?selected=${CLIENTS_OF_WEB}`)
    const map = page.getByRole('application')
    await map.focus()
    await map.press('p')
    const paths = page.getByRole('complementary', { name: 'Paths' })
    await paths.getByText('Choose where the paths end.').waitFor()
    await paths.getByRole('combobox', { name: 'To' }).selectOption('products')
    await paths.getByText('One path.').waitFor()
    const path = paths.getByRole('button', { name: 'Clients of web → web → catalog → products' })
    await expect.poll(() => strip.textContent()).toContain('5 services not shown')
    await path.click()
    await expect.poll(() => parameter(page, 'path')).toBe('1')
    expect(await path.getAttribute('aria-pressed')).toBe('true')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('radio', { name: 'List' }).check()
    const names = page.locator('.map-table tbody th')
    await expect.poll(() => names.count()).toBe(4)
    await page.reload()
    await expect.poll(() => names.count(), SLOW).toBe(4)
    await paths.getByRole('button', { name: 'Turn round' }).click()
    await paths.getByText('No calls lead from products to Clients of web.').waitFor()
    await page.getByRole('radio', { name: 'Map' }).check()
    await map.focus()
    await map.press('Escape')
    await expect.poll(() => paths.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('services of a type are one node with the sum of their requests, and expand again', async () => {
    const { page, strip, complaints } = await open('?view=list')
    await page
      .getByRole('combobox', { name: 'Collapse' })
      .selectOption('Collapse services of a type')
    await expect.poll(() => strip.textContent()).toContain('2 of them drawn as 1')
    const row = page.getByRole('row', { name: /^2 × clients/ })
    // Each order enters at web, and its message at shipper.
    await expect.poll(() => row.locator('td').nth(1).textContent()).toMatch(/^24 /)
    await row.getByRole('link').click()
    const panel = page.getByRole('complementary', { name: 'Selection' })
    await panel.getByText('The sum of 2 services').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    const traces = await panel.getByRole('link', { name: 'View traces' }).getAttribute('href')
    expect(new URL(traces ?? '', site.endpoint).searchParams.get('filter')).toBe(
      'edge(id(type: "client"), id())',
    )
    await page.getByRole('radio', { name: 'Map' }).check()
    const map = page.getByRole('application')
    await map.focus()
    await map.press('Enter')
    await expect.poll(() => strip.textContent()).not.toContain('drawn as')
    expect(parameter(page, 'expanded')).toBe('+type~client')
    await panel.getByRole('link', { name: 'Collapse 2 services of a type' }).click()
    await expect.poll(() => strip.textContent()).toContain('2 of them drawn as 1')
    expect(await panel.getByRole('heading', { level: 2 }).textContent()).toBe('2 × clients')
    expect(complaints).toEqual([])
  })

  test('from top to bottom the arrows follow calls downwards', async () => {
    const { page } = await open(`?selected=${CLIENTS_OF_WEB}`)
    const map = page.getByRole('application')
    await map.focus()
    await map.press('t')
    await expect.poll(() => parameter(page, 'flow')).toBe('down')
    const places = () => page.evaluate(() => localStorage.getItem('fluoroscope.map-places') ?? '')
    // Places are kept when the new picture is there, and not before.
    await expect.poll(places, SLOW).toContain('\\"down\\"')
    const name = page.locator('.map-panel h2')
    await map.press('ArrowDown')
    await expect.poll(() => name.textContent()).toBe('web')
    await map.press('ArrowUp')
    await expect.poll(() => name.textContent()).toBe('Clients of web')
  })

  test('any two times are compared, each chosen by itself', async () => {
    const { page, complaints } = await open('?range=15m')
    await page
      .getByRole('combobox', { name: 'Compare with' })
      .selectOption('Compare with another time…')
    const other = page.getByRole('group', { name: 'Compared time' })
    await expect.poll(() => parameter(page, 'with-to')).not.toBe(null)
    await other.getByRole('radio', { name: '6h' }).check()
    await expect.poll(() => parameter(page, 'with-range')).toBe('6h')
    const changes = page.locator('.change-list')
    await expect.poll(() => changes.textContent(), SLOW).toMatch(/ against .* Both hold /)
    expect(await seriousFindings(page)).toEqual([])
    const web = encodeURIComponent('web~AWS%3A%3AECS%3A%3AContainer~')
    const address = `${page.url().replace(site.endpoint, '')}&selected=${web}`
    await page.goto(site.endpoint + address)
    const numbers = page.locator('.change-numbers')
    await numbers.waitFor(SLOW)
    expect(await numbers.textContent()).toContain('Other timeThis time')
    expect(await numbers.textContent()).toContain(`Requests${COUNT * 1.5}${COUNT}`)
    expect(complaints).toEqual([])
  })

  test('what the map can do is among the commands', async () => {
    const { page } = await open('')
    const field = page.getByRole('combobox', { name: 'Go to a page' })
    const command = async (typed: string) => {
      await page.keyboard.press('Control+k')
      await field.waitFor()
      await page.keyboard.type(typed)
      await page.keyboard.press('Enter')
    }
    await command('map: calls from top')
    await expect.poll(() => parameter(page, 'flow')).toBe('down')
    await command('map: collapse services that call')
    await expect.poll(() => parameter(page, 'collapse')).toBe('cycle')
    await command('map: paths between')
    await expect.poll(() => parameter(page, 'path-from')).not.toBe(null)
    await command('map: show as a list')
    await expect.poll(() => parameter(page, 'view')).toBe('list')
  })

  test('a narrow window has no sideways scroll with all of it chosen', async () => {
    const query = `?collapse=type&flow=down&path-from=${CLIENTS_OF_WEB}&with-range=6h`
    const { page } = await open(query, 420)
    await page.getByRole('complementary', { name: 'Paths' }).waitFor()
    expect(await scrollsSideways(page)).toBe(false)
  })
})

function times(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
