import { defineConfig } from 'vitest/config'

/** Kills the server and its engine at random instants under load. CRASH_ROUNDS sets how often. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/crash/*.e2e.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 60_000,
  },
})
