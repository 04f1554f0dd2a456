import { defineConfig } from 'vitest/config'

/** The console in a headless Chromium against the built server; skipped where there is none. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    include: ['test/console/*.e2e.ts'],
    // How soon a state comes is no assertion: a poll ends where a page's own waits do.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
})
