import { defineConfig } from 'vitest/config'

/** All 38 operations through three official clients, each against a server of its own; see `.ci/run`. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/conformance/*.e2e.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // The clients wait for their servers most of the time.
    maxWorkers: 2,
  },
})
