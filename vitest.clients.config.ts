import { defineConfig } from 'vitest/config'

/** Official clients against the built server; see `.ci/run` for what they need installed. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/clients/*.e2e.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
})
