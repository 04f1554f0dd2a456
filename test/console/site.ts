import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { type Look, launch, openPage, type WatchedPage } from './browser.ts'

/** A server with a directory of its own and a browser, from before the tests of a file until after them. */
export type Site = {
  /** Where it listens; known within tests and hooks. */
  readonly endpoint: string
  readonly udpPort: number
  readonly browser: Browser
  readonly open: (path: string, look?: Look) => Promise<WatchedPage>
}

/** Registers the hooks that start a site and end it. */
export function startSite(): Site {
  let directory: string | undefined
  let server: RunningServer | undefined
  let browser: Browser | undefined
  beforeAll(async () => {
    directory = await temporaryDirectory()
    server = await startServer(directory)
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    if (directory !== undefined) await removeDirectory(directory)
  })
  const started = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('the site runs only within tests')
    return part
  }
  return {
    get endpoint() {
      return started(server).endpoint
    },
    get udpPort() {
      return started(server).ready.udp
    },
    get browser() {
      return started(browser)
    },
    open: (path, look) => openPage(started(browser), started(server).endpoint, path, look),
  }
}
