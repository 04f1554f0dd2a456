import { defineConfig } from 'vitest/config'

/**
 * Servers whose store is elsewhere: tests of their own, and tests of `npm test` again, with a cluster of two
 * shards as the store. FLUOROSCOPE_TEST_STORE names another one, such as a real cluster.
 */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/cluster/store.ts'],
    include: ['test/cluster/*.e2e.ts', 'test/group-graphs.test.ts'],
    env: { NODE_OPTIONS: '--import tsx --conditions=source' },
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
