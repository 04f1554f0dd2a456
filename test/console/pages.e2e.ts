import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { CHROMIUM, holdAnswer, type Look, scrollsSideways, seriousFindings } from './browser.ts'
import { countTraces, putDocuments, shopTrace } from './shop-trace.ts'
import { startSite } from './site.ts'

const SLOW = { timeout: 60_000 }

const LOOKS: readonly Look[] = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
]

const PAGES = [
  ['/traces?filter=fault', '.trace-list tbody tr'],
  ['/traces?filter=nonsense', '.filter-problem strong'],
  ['/sampling?new=1', '.editor'],
  ['/groups?new=1', '.editor'],
  ['/system', '.fact-card'],
  ['/start', '.snippet'],
] as const

describe.skipIf(CHROMIUM === undefined)('pages of the console (skipped without Chromium)', () => {
  const site = startSite()
  const failing = shopTrace(40, { fails: true, url: 'https://shop.example/broken' })
  const good = shopTrace(20, { url: 'https://shop.example/fine' })

  beforeAll(async () => {
    await putDocuments(site.endpoint, [...failing.documents, ...good.documents])
    // A trace is found a moment after it was acknowledged.
    await vi.waitUntil(async () => (await countTraces(site.endpoint)) === 2, SLOW)
  })

  const { open } = site
  const filterField = (page: Page) => page.getByRole('textbox', { name: 'Filter expression' })
  const rows = (page: Page) => page.locator('.trace-list tbody tr')

  test('traces of a service are found by completing a filter with the keyboard alone', async () => {
    const { page, complaints } = await open('/traces')
    await rows(page).nth(1).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('storefr')
    await page.getByRole('option', { name: 'service("storefront")' }).waitFor()
    await page.keyboard.press('Tab')
    await expect.poll(() => filterField(page).inputValue()).toBe('service("storefront") ')
    await page.keyboard.type('AND faul')
    await page.getByRole('option', { name: 'fault' }).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => filterField(page).inputValue()).toBe('service("storefront") AND fault ')
    await page.keyboard.press('Enter')
    await expect.poll(() => rows(page).count(), SLOW).toBe(1)
    await expect
      .poll(() => new URL(page.url()).searchParams.get('filter'))
      .toBe('service("storefront") AND fault')
    await expect.poll(() => rows(page).first().textContent()).toContain('/broken')
    await page.reload()
    await expect.poll(() => rows(page).count(), SLOW).toBe(1)
    await page.goBack()
    await expect.poll(() => rows(page).count(), SLOW).toBe(2)
    expect(complaints).toEqual([])
  })

  test('keys and values of annotations are offered, and earlier searches', async () => {
    const { page } = await open('/traces')
    await rows(page).nth(1).waitFor()
    await filterField(page).fill('annotation.ti')
    await page.keyboard.press('Tab')
    await page.keyboard.type('= ')
    await page.getByRole('option', { name: 'gold' }).click()
    await page.keyboard.press('Enter')
    const filter = () => new URL(page.url()).searchParams.get('filter')
    await expect.poll(filter).toBe('annotation.tier = "gold"')
    await expect.poll(() => rows(page).count(), SLOW).toBe(2)
    await page.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(filter).toBe(null)
    await filterField(page).click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => filterField(page).inputValue()).toBe('annotation.tier = "gold"')
  })

  test('what is typed right after a completion follows it, however late a frame comes', async () => {
    const { page } = await open('/traces')
    await rows(page).nth(1).waitFor()
    await filterField(page).fill('storefr')
    await page.getByRole('option', { name: 'service("storefront")' }).waitFor()
    await page.evaluate(() => {
      const held: FrameRequestCallback[] = []
      globalThis.requestAnimationFrame = (callback) => held.push(callback)
      addEventListener('frames', () => {
        for (const callback of held.splice(0)) callback(0)
      })
    })
    await page.keyboard.press('Tab')
    await page.keyboard.type('AND')
    await page.evaluate(() => dispatchEvent(new Event('frames')))
    await page.keyboard.type(' fault')
    await expect.poll(() => filterField(page).inputValue()).toBe('service("storefront") AND fault')
  })

  test('an error shows at its place while typing, and is not sent', async () => {
    const { page } = await open('/traces')
    await rows(page).nth(1).waitFor()
    await filterField(page).fill('fault AND respons_time > 3')
    await page.getByText('Character 11:').waitFor()
    await expect.poll(() => page.locator('.f-wrong').textContent()).toBe('respons_time')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).searchParams.get('filter')).toBe(null)
    // What may become right by typing on is no error before Enter.
    await filterField(page).fill('fault AND')
    await page.getByText('Character').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.getByText('Character 10:').waitFor()
  })

  test('a filter that the server refuses is told in its words', async () => {
    const { page } = await open(`/traces?filter=${encodeURIComponent('group.name = "nobody"')}`)
    await page.getByText('The server refused the request').waitFor()
  })

  test('a deep link into the X-Ray console leads to the same search here', async () => {
    const filter = encodeURIComponent('service("storefront") { fault = true }')
    const { page } = await open(
      `/xray/home?region=us-east-1#/traces?timeRange=PT15M&filter=${filter}`,
    )
    await expect.poll(() => rows(page).count(), SLOW).toBe(1)
    const url = new URL(page.url())
    expect(url.pathname).toBe('/traces')
    expect(url.searchParams.get('range')).toBe('15m')
    await expect
      .poll(() => filterField(page).inputValue())
      .toBe('service("storefront") { fault = true }')
  })

  test('columns sort, and the brushes narrow by response time and by time', async () => {
    const { page } = await open('/traces?live=0')
    await rows(page).nth(1).waitFor()
    await page.getByRole('button', { name: 'Started' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('sort')).toBe('start')
    await expect.poll(() => rows(page).first().textContent()).toContain('/broken')
    const brush = page.getByRole('slider', { name: 'Narrow by response time' })
    await brush.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => new URL(page.url()).searchParams.get('filter'))
      .toMatch(/^responsetime >= [\d.]+ AND responsetime <= [\d.]+$/)
    await expect.poll(() => rows(page).count(), SLOW).toBe(2)
    await page.goBack()
    await rows(page).nth(1).waitFor()
    const time = page.getByRole('slider', { name: 'Narrow by time' })
    const box = await time.boundingBox()
    if (box === null) throw new Error('the brush is not painted')
    await page.mouse.move(box.x + 2, box.y + 10)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 2, box.y + 10, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).toMatch(/Z$/)
    await expect.poll(() => rows(page).count(), SLOW).toBe(2)
  })

  test('two instants are chosen in UTC', async () => {
    const { page } = await open('/traces')
    await page.getByRole('button', { name: 'Custom' }).click()
    await page.getByRole('radio', { name: 'UTC', exact: true }).check()
    await page.getByLabel('From', { exact: true }).fill('2026-11-20T10:00:00')
    await page.getByLabel('To', { exact: true }).fill('2026-11-20T09:00:00')
    await page.getByRole('button', { name: 'Show this time' }).click()
    await page.getByText('The end is not after the start').waitFor()
    await page.getByLabel('To', { exact: true }).fill('2026-11-20T11:30:00')
    await page.getByRole('button', { name: 'Show this time' }).click()
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('from')).toBe('2026-11-20T10:00:00Z')
    expect(searchParams.get('to')).toBe('2026-11-20T11:30:00Z')
    await page.getByText('No traces of 20 Nov 2026 10:00:00 – 11:30:00').waitFor()
  })

  test('a sampling rule is made, named as shadowing, changed and deleted', async () => {
    const { page, complaints } = await open('/sampling')
    await page.getByRole('link', { name: 'Default' }).waitFor()
    await page.getByRole('link', { name: 'New rule' }).click()
    const field = (name: string) => page.getByRole('textbox', { name, exact: true })
    await field('Name').fill('everything')
    await field('Fixed rate').fill('120')
    await page.getByText('At most 100 %').waitFor()
    await page.getByRole('button', { name: 'Create rule' }).click()
    expect(await storedRules(site.endpoint)).toEqual(['Default'])
    await field('Fixed rate').fill('12.5')
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page.getByRole('link', { name: 'everything' }).waitFor()
    await page.getByText('"everything" is asked before').waitFor()
    await page.getByRole('link', { name: 'everything' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('rule')).toBe('everything')
    await expect.poll(() => field('Fixed rate').inputValue()).toBe('12.5')
    await field('URL path').fill('/pay/*')
    await field('Reservoir').fill('7')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: '7 /s' }).waitFor()
    await page.getByText('is asked before').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'everything' }).click()
    await page.getByRole('button', { name: 'Delete rule everything' }).click()
    await page.getByRole('button', { name: 'Delete rule everything for good' }).click()
    await page.getByRole('link', { name: 'everything' }).waitFor({ state: 'detached' })
    expect(await storedRules(site.endpoint)).toEqual(['Default'])
    expect(complaints).toEqual([])
  })

  test('a group is made, leads to its traces, is changed and deleted', async () => {
    const { page, complaints } = await open('/groups?new=1')
    await page.getByRole('textbox', { name: 'Name' }).fill('broken')
    await page.getByRole('textbox', { name: 'Filter of the group' }).fill('group.name = "x"')
    await page.getByRole('button', { name: 'Create group' }).click()
    await page.getByText('A group is not defined by groups').waitFor()
    await page.getByRole('textbox', { name: 'Filter of the group' }).fill('fault')
    await page.getByRole('button', { name: 'Create group' }).click()
    await page.getByRole('link', { name: 'Traces of broken' }).click()
    await expect.poll(() => rows(page).count(), SLOW).toBe(1)
    await expect.poll(() => rows(page).first().textContent()).toContain('/broken')
    await page.goBack()
    await page.getByRole('link', { name: 'broken', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Insights' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: 'on', exact: true }).waitFor()
    await page.getByRole('link', { name: 'broken', exact: true }).click()
    await page.getByRole('button', { name: 'Delete group broken' }).click()
    await page.getByRole('button', { name: 'Delete group broken for good' }).click()
    await page.getByRole('link', { name: 'Traces of broken' }).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('an answer that comes late does not undo a newer one', async () => {
    const { page } = await open('/sampling')
    await page.getByRole('link', { name: 'Default' }).waitFor()
    const create = async (name: string) => {
      await page.getByRole('link', { name: 'New rule' }).click()
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
      await page.getByRole('button', { name: 'Create rule' }).click()
      await page.getByRole('button', { name: 'Create rule' }).waitFor({ state: 'detached' })
    }
    const rules = await holdAnswer(page, '**/GetSamplingRules')
    await create('first')
    await rules.came
    await create('second')
    const second = page.getByRole('link', { name: 'second', exact: true })
    await second.waitFor()
    const late = page.waitForEvent('requestfinished', (request) =>
      request.url().endsWith('/GetSamplingRules'),
    )
    rules.release()
    await late
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
    expect(await second.count()).toBe(1)
    for (const RuleName of ['first', 'second']) {
      await post(site.endpoint, '/DeleteSamplingRule', { RuleName })
    }
  })

  test('a form that is opened before the list is asked again takes what was saved', async () => {
    const RuleName = 'reopened'
    const any = { ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '/x' }
    const rule = { RuleName, Priority: 7, FixedRate: 0.5, ReservoirSize: 1, Version: 1, ...any }
    await post(site.endpoint, '/CreateSamplingRule', {
      SamplingRule: { ...rule, ResourceARN: '*' },
    })
    const { page } = await open(`/sampling?rule=${RuleName}`)
    const field = (name: string) => page.getByRole('textbox', { name, exact: true })
    await field('Fixed rate').fill('12.5')
    const rules = await holdAnswer(page, '**/GetSamplingRules')
    await page.getByRole('button', { name: 'Save' }).click()
    await field('Fixed rate').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: RuleName, exact: true }).click()
    await field('URL path').fill('/y')
    rules.release()
    await expect.poll(() => field('Fixed rate').inputValue()).toBe('12.5')
    expect(await field('URL path').inputValue()).toBe('/y')
    await post(site.endpoint, '/DeleteSamplingRule', { RuleName })
  })

  test('the system page tells the ledger by source, and why a document was refused', async () => {
    await fetch(`${site.endpoint}/TraceSegments`, {
      method: 'POST',
      body: JSON.stringify({ TraceSegmentDocuments: ['{"name":"no id"}'] }),
    })
    const { page, complaints } = await open('/system')
    const line = page.locator('.settings-list tbody tr', { hasText: 'http' })
    await line.waitFor()
    const cells = await line.locator('td').allTextContents()
    expect(Number(cells[1])).toBe(Number(cells[2]) + Number(cells[3]) + 1)
    expect(cells[4]).toContain('1 rejected')
    await page.getByText('✓ Stores what is sent').waitFor()
    expect(await page.locator('.fact-card', { hasText: 'Version' }).textContent()).toMatch(
      /\d+\.\d+\.\d+/,
    )
    expect(complaints).toEqual([])
  })

  test('a snippet is copied as it is shown', async () => {
    const { page } = await open('/start')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('radio', { name: 'Python' }).check()
    const shown = await page.locator('.snippet', { hasText: 'xray_recorder' }).textContent()
    // Told for a moment only, so it is waited for before.
    const told = page.getByText('✓ Copied').waitFor()
    await page.getByRole('button', { name: 'Copy Python snippet' }).click()
    await told
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(shown).toContain(copied)
    expect(copied).toContain(`daemon_address='${new URL(site.endpoint).host}'`)
  })

  test.each(LOOKS.flatMap((look) => PAGES.map(([path, sign]) => [path, look, sign] as const)))(
    '%s, %j: nothing serious for axe, nothing scrolls sideways',
    async (path, look, sign) => {
      const { page, complaints } = await open(path, look)
      await page.locator(sign).first().waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect(await scrollsSideways(page)).toBe(false)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )
})

async function storedRules(endpoint: string): Promise<readonly string[]> {
  const answer = await post(endpoint, '/GetSamplingRules', {})
  const records = answer['SamplingRuleRecords'] as { SamplingRule: { RuleName: string } }[]
  return records.map(({ SamplingRule }) => SamplingRule.RuleName)
}

async function post(endpoint: string, path: string, input: object) {
  const response = await fetch(endpoint + path, { method: 'POST', body: JSON.stringify(input) })
  return (await response.json()) as Record<string, unknown>
}
