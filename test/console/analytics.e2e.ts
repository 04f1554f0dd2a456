import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { CHROMIUM, goWithin, type Look, scrollsSideways, seriousFindings } from './browser.ts'
import { type Checkout, checkouts } from './checkout-traces.ts'
import { orderDocuments } from './fleet-traces.ts'
import { countTraces, putDocuments } from './shop-trace.ts'
import { startSite } from './site.ts'

const SLOW = { timeout: 30_000 }
const COUNT = 240

describe.skipIf(CHROMIUM === undefined)('analytics (skipped without Chromium)', () => {
  const site = startSite()
  // Of half an hour: none leaves the last hour while the tests run.
  const sent = checkouts(COUNT, 1800)
  const newOnes = sent.filter(({ release }) => release === '2.1')

  beforeAll(async () => {
    for (let first = 0; first < COUNT; first += 40) {
      const some = sent.slice(first, first + 40).map(({ document }) => document)
      await putDocuments(site.endpoint, some)
    }
    // A trace is found a moment after it was acknowledged.
    await vi.waitUntil(async () => (await countTraces(site.endpoint)) === COUNT, SLOW)
  })

  const { open } = site

  test('a rectangle of slow traces tells what is different about them, in two steps', async () => {
    const { page, complaints } = await open('/')
    await page.getByRole('link', { name: 'Analytics' }).click()
    await page.getByText(`All counts are of ${COUNT} traces`).waitFor(SLOW)
    await dragOver(page, { left: 0, right: 1, top: 0, bottom: 0.35 })
    const first = page.locator('.differences > li').first()
    await first.waitFor()
    await expect.poll(() => first.textContent()).toContain('release 2.1')
    // Every trace of the release is slower than a second, none of the others is.
    await expect.poll(() => first.textContent()).toContain(`${newOnes.length} of ${newOnes.length}`)
    await expect.poll(() => first.textContent()).toContain(`0 of ${COUNT - newOnes.length}`)
    await expect.poll(() => first.textContent()).toContain('p < 0.001')
    expect(await page.locator('.difference-card > .differences').textContent()).not.toContain(
      'Method',
    )
    const address = page.url()
    await page.reload()
    await first.waitFor()
    expect(page.url()).toBe(address)
    await page.goBack()
    await first.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('counts of every group are those of what was sent, and a value narrows to it', async () => {
    const { page } = await open('/analytics?by=user')
    await page.getByText(`All counts are of ${COUNT} traces`).waitFor(SLOW)
    const rows = page.locator('.group-table tbody tr')
    const shown = async () => {
      const cells = await rows.evaluateAll((all) =>
        all.map((row) => [...row.children].slice(0, 2).map((cell) => cell.textContent)),
      )
      return new Map(cells.map(([user = '', count]) => [user, Number(count)]))
    }
    const counted = new Map<string, number>()
    for (const { user } of sent) counted.set(user, (counted.get(user) ?? 0) + 1)
    await expect.poll(shown).toEqual(counted)
    await page.getByRole('button', { name: 'u-7', exact: true }).click()
    await expect
      .poll(() => page.locator('.set-card.set-a .set-numbers').textContent())
      .toContain(`${counted.get('u-7')} traces`)
    await expect
      .poll(() => page.locator('.set-card.set-a .set-numbers').textContent())
      .toContain('100 % failed')
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('annotation.release')
    await expect.poll(() => rows.count()).toBe(2)
    const href = await page
      .locator('.set-card.set-a')
      .getByRole('link', { name: 'View traces' })
      .getAttribute('href')
    expect(new URL(href ?? '', site.endpoint).searchParams.get('filter')).toBe('user = "u-7"')
    await page.context().close()
  })

  test('two sets of their own are compared, each narrowed by clicks', async () => {
    const { page } = await open('/analytics?by=annotation.release')
    await page.getByText(`All counts are of ${COUNT} traces`).waitFor(SLOW)
    await page.getByRole('button', { name: '2.1', exact: true }).click()
    await page.getByRole('button', { name: 'Compare with a set of its own' }).click()
    await page.getByRole('button', { name: 'Remove release = 2.1' }).last().click()
    await page.getByRole('button', { name: '2.0', exact: true }).click()
    const card = (set: string) => page.locator(`.set-card.set-${set} .set-numbers`).textContent()
    await expect.poll(() => card('b')).toContain(`${COUNT - newOnes.length} traces`)
    await expect.poll(() => card('a')).toContain(`${newOnes.length} traces`)
    await page.getByRole('button', { name: 'Remove set B' }).click()
    await page.getByText('All other traces').waitFor()
    await page.context().close()
  })

  test('the heat map is used by keyboard alone', async () => {
    const { page } = await open('/analytics')
    await page.getByText(`All counts are of ${COUNT} traces`).waitFor(SLOW)
    await page.getByRole('application').focus()
    await page.keyboard.press('ArrowUp')
    for (let step = 0; step < 4; step++) await page.keyboard.press('Shift+ArrowUp')
    await page.keyboard.press('Shift+ArrowRight')
    await page.locator('.heat-choice').waitFor()
    expect(await page.locator('.heat-choice-text').textContent()).toMatch(/: \d+ traces?$/)
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).searchParams.getAll('a').length).toBe(2)
    await page.locator('.heat-frame.set-a').waitFor()
    await page.context().close()
  })

  test('a server that goes away while traces are read is told, and reading goes on', async () => {
    const { page } = await open('/start')
    let isAway = true
    await page.route('**/TraceSummaries', (route) =>
      isAway && route.request().postData()?.includes('NextToken') === true
        ? route.abort()
        : route.continue(),
    )
    await page.getByRole('link', { name: 'Analytics' }).click()
    await page.getByText('The server does not answer.').waitFor(SLOW)
    expect(await page.locator('.reading-strip').textContent()).toMatch(
      /The newest \d+ traces, back to .*Older ones are not counted below/,
    )
    await page.locator('.heat-unread').waitFor()
    isAway = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(`All counts are of ${COUNT} traces`).waitFor(SLOW)
    await page.context().close()
  })

  test('tables of the traces page count what was found, and a click narrows the filter', async () => {
    const { page, complaints } = await open('/traces?live=0')
    await page.getByRole('button', { name: 'Load all' }).click()
    await expect
      .poll(() => page.locator('.list-foot').textContent(), SLOW)
      .toContain(`${COUNT} traces, all of`)
    await page.getByRole('button', { name: 'By status, URL, user, root cause' }).click()
    await page.getByText(`counts of all ${COUNT} traces found`).waitFor()
    const table = (name: string) => page.getByRole('table', { name, exact: true })
    const refused = sent.filter(({ status }) => status === 403)
    expect(await table('Status').getByRole('row', { name: '403' }).textContent()).toBe(
      `403${refused.length}${refused.length} failed`,
    )
    await table('Outcome').getByRole('button', { name: 'error' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('filter')).toBe('error')
    // The one user with errors.
    await expect
      .poll(() => table('User').locator('tbody').textContent(), SLOW)
      .toBe(`u-7${refused.length}${refused.length} failed`)
    await page.goBack()
    await page.getByText('older ones exist').first().waitFor(SLOW)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.each<Look>([
    { width: 1440, colorScheme: 'light' },
    { width: 1440, colorScheme: 'dark' },
    { width: 360, colorScheme: 'light' },
  ])('%j: nothing serious for axe, nothing scrolls sideways', async (look) => {
    const narrowed = '/analytics?a=annotation.release%3D%222.1%22&compare=1&by=user'
    for (const path of [narrowed, '/traces?tables=1&filter=error']) {
      const { page, complaints } = await open(path, look)
      await page.locator('.set-card, .trace-table').first().waitFor(SLOW)
      expect(await seriousFindings(page)).toEqual([])
      expect(await scrollsSideways(page)).toBe(false)
      expect(complaints).toEqual([])
      await page.context().close()
    }
  })

  test('totals of the map are counts of what was sent, whatever filter a group has', async () => {
    // Other filters each time. Of one minute, since each group's graphs are computed when first asked for.
    const end = Math.floor(Date.now() / 60_000) * 60 - 3 * 3600
    const early = checkouts(40, 60, end)
    await putDocuments(
      site.endpoint,
      early.map(({ document }) => document),
    )
    await vi.waitUntil(async () => (await countTraces(site.endpoint, end)) === early.length, SLOW)
    const window = `from=${instantText(end - 60)}&to=${instantText(end)}`
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = randomFrom(seed)
    const filters = Array.from({ length: 50 }, () => randomFilter(random, 2))
    const lookThrough = async (numbers: readonly number[]) => {
      const { page } = await open(`/map?view=list&${window}`)
      // Requests over time are not looked at here, and take the server as long as the map.
      await page.route('**/TimeSeriesServiceStatistics', (route) =>
        route.fulfill({
          contentType: 'application/json',
          body: '{"TimeSeriesServiceStatistics":[]}',
        }),
      )
      const chosen = page.getByRole('combobox', { name: 'Group' })
      const row = page
        .locator('.map-table tbody tr')
        .filter({ has: page.getByRole('rowheader', { name: 'checkout', exact: true }) })
      const nothing = page.getByRole('heading', { name: 'No services in this range' })
      for (const number of numbers) {
        const { text, matches } = filters[number] as Filter
        const GroupName = `random ${number}`
        await changeGroups(site.endpoint, 'CreateGroup', { GroupName, FilterExpression: text })
        await goWithin(page, `/map?view=list&${window}&group=random+${number}`)
        // With the name of the group, what was shown of the one before is gone.
        await expect.poll(() => chosen.inputValue()).toBe(GroupName)
        await row.or(nothing).first().waitFor(SLOW)
        const cells = (await nothing.isVisible()) ? [] : await row.locator('td').allTextContents()
        const [requests = 0, errors = 0] = [cells[1], cells[4]].map((cell) =>
          Number.parseInt(cell ?? '0', 10),
        )
        const expected = early.filter(matches)
        expect([requests, errors], `seed ${seed}: ${text}`).toEqual([
          expected.length,
          expected.filter(({ status }) => status === 403).length,
        ])
        await changeGroups(site.endpoint, 'DeleteGroup', { GroupName })
      }
    }
    // While the server counts for one page, the other shows.
    const numbers = filters.map((_, number) => number)
    await Promise.all([lookThrough(numbers.slice(0, 25)), lookThrough(numbers.slice(25))])
  })

  test('the slow SQL is found from the start page in three steps', async () => {
    const { page } = await open('/')
    await page.locator('.trace-list tbody tr').nth(20).waitFor(SLOW)
    await page.getByRole('button', { name: 'Response' }).click()
    await page.locator('.trace-list tbody tr').first().getByRole('link').click()
    await page.locator('.timeline-row', { hasText: 'SELECT * FROM carts' }).click()
    await page.getByText('PostgreSQL').first().waitFor()
    await page.context().close()
  })

  test('a message is followed back across its queue in three steps', async () => {
    const documents = orderDocuments(1, { status: 200, seconds: 0.05 })
    const [producer, , consumer] = documents.map((text) => JSON.parse(text).trace_id as string)
    await putDocuments(site.endpoint, documents)
    const { page } = await open('/')
    const row = page.locator('.trace-list tbody tr', { hasText: consumer?.slice(-8) ?? '' })
    await row.getByRole('link').click(SLOW)
    await page.locator('.timeline-row').first().click()
    await page
      .locator('.details')
      .getByRole('link', { name: producer ?? '' })
      .click()
    await page.locator('.timeline-row', { hasText: 'catalog' }).first().waitFor(SLOW)
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/traces/${producer}`)
    await page.context().close()
  })

  test('a range without traces says so', async () => {
    const { page } = await open('/analytics?from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z')
    await page.getByRole('heading', { name: 'No traces in this range' }).waitFor(SLOW)
    expect(await seriousFindings(page)).toEqual([])
    await page.context().close()
  })
})

type Filter = { readonly text: string; readonly matches: (trace: Checkout) => boolean }

/** A filter expression of some terms, and what it means for a trace that was sent. */
function randomFilter(random: () => number, depth: number): Filter {
  const among = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  if (depth > 0 && random() < 0.7) {
    const [left, right] = [randomFilter(random, depth - 1), randomFilter(random, depth - 1)]
    const word = among(['AND', 'OR'] as const)
    return {
      text: `(${left.text} ${word} ${right.text})`,
      matches: (trace) =>
        word === 'AND'
          ? left.matches(trace) && right.matches(trace)
          : left.matches(trace) || right.matches(trace),
    }
  }
  const user = `u-${Math.floor(random() * 12)}`
  const limit = Math.floor(random() * 2000) / 1000 + 0.0005
  const term = among<Filter>([
    { text: `user = "${user}"`, matches: (trace) => trace.user === user },
    { text: 'annotation.release = "2.1"', matches: ({ release }) => release === '2.1' },
    { text: `responsetime > ${limit}`, matches: ({ seconds }) => seconds > limit },
    { text: 'http.status = 403', matches: ({ status }) => status === 403 },
    { text: 'service("checkout") { error }', matches: ({ status }) => status === 403 },
  ])
  if (random() < 0.6) return term
  return { text: `!${term.text}`, matches: (trace) => !term.matches(trace) }
}

/** `2026-11-23T10:00:00Z`, of whole epoch seconds. */
function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}

async function changeGroups(
  endpoint: string,
  operation: 'CreateGroup' | 'DeleteGroup',
  input: Readonly<Record<string, string>>,
): Promise<void> {
  const body = JSON.stringify(input)
  const response = await fetch(`${endpoint}/${operation}`, { method: 'POST', body })
  if (!response.ok) throw new Error(`${operation} of ${body}: ${await response.text()}`)
}

/** Numbers from 0 to 1, the same ones for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Part = {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Drags over a part of the heat map, given as shares of its sides. */
async function dragOver(page: Page, { left, right, top, bottom }: Part): Promise<void> {
  const box = await page.locator('.heat-brush').boundingBox()
  if (box === null) throw new Error('no heat map')
  const across = (share: number) => box.x + 1 + share * (box.width - 2)
  const down = (share: number) => box.y + 1 + share * (box.height - 2)
  await page.mouse.move(across(left), down(top))
  await page.mouse.down()
  await page.mouse.move(across(right), down(bottom), { steps: 4 })
  await page.mouse.up()
}
