import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { CHROMIUM, launch } from './browser.ts'

/** Pages of two other sites, of which the server is told one; what they send goes to the port of OTLP. */
describe.skipIf(CHROMIUM === undefined)('pages that send spans (skipped without Chromium)', () => {
  let directory: string
  let server: RunningServer
  let browser: Browser
  let sites: readonly [told: Server, other: Server]

  beforeAll(async () => {
    sites = await Promise.all([openSite(), openSite()])
    directory = await temporaryDirectory()
    server = await startServer(directory, [`--otlp-cors-origins=${originOf(sites[0])}`])
    browser = await launch()
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    for (const site of sites) site.close()
    await removeDirectory(directory)
  })

  /** What a script of the page at `origin` says of its own sending. */
  async function send(origin: string, how: 'fetch' | 'beacon' | 'plain', traceId: string) {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(origin)
    const target = `http://127.0.0.1:${server.ready.otlpHttp}/v1/traces`
    return page.evaluate(
      async ({ target, how, body }) => {
        const type = how === 'plain' ? 'text/plain' : 'application/json'
        if (how === 'beacon') return navigator.sendBeacon(target, new Blob([body], { type }))
        const own: Record<string, string> = how === 'plain' ? {} : { 'x-team': 'web' }
        const headers = { 'Content-Type': type, ...own }
        try {
          const response = await fetch(target, { method: 'POST', headers, body })
          return { status: response.status, answer: await response.json() }
        } catch (cause) {
          return String(cause)
        }
      },
      { target, how, body: JSON.stringify(requestOf(traceId)) },
    )
  }

  /** Documents of the trace, by X-Ray's API. */
  async function documentsOf(traceId: string): Promise<number> {
    const id = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`
    const response = await fetch(`${server.endpoint}/Traces`, {
      method: 'POST',
      body: JSON.stringify({ TraceIds: [id] }),
    })
    const { Traces } = (await response.json()) as { Traces: { Segments: unknown[] }[] }
    return Traces[0]?.Segments.length ?? 0
  }

  test('a page of a site that is told may send with headers of its own, and read the answer', async () => {
    const id = traceIdOf(1)
    expect(await send(originOf(sites[0]), 'fetch', id)).toEqual({ status: 200, answer: {} })
    await expect.poll(() => documentsOf(id)).toBe(1)
  })

  test('so may one that is being left, by a beacon', async () => {
    const id = traceIdOf(2)
    expect(await send(originOf(sites[0]), 'beacon', id)).toBe(true)
    await expect.poll(() => documentsOf(id)).toBe(1)
  })

  test.each(['fetch', 'plain'] as const)(
    'a page of another site sends nothing (%s)',
    async (how) => {
      const [id, after] = [traceIdOf(3), traceIdOf(how === 'fetch' ? 4 : 5)]
      expect(await send(originOf(sites[1]), how, id)).toBe('TypeError: Failed to fetch')
      // What was sent later is there: so would the other be.
      await send(originOf(sites[0]), 'fetch', after)
      await expect.poll(() => documentsOf(after)).toBe(1)
      expect(await documentsOf(id)).toBe(0)
    },
  )
})

function openSite(): Promise<Server> {
  const site = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>A shop</title>')
  })
  return new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(site)))
}

function originOf(site: Server): string {
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`
}

function traceIdOf(number: number): string {
  return Math.floor(Date.now() / 1000).toString(16) + number.toString(16).padStart(24, 'b')
}

function requestOf(traceId: string): object {
  const now = BigInt(Date.now()) * 1_000_000n
  const span = {
    traceId,
    spanId: '00000000000000b1',
    name: 'click',
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
  }
  const attributes = [{ key: 'service.name', value: { stringValue: 'web' } }]
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] }
}
