import { defineConfig } from 'vitest/config'

/**
 * Kills the server and its engine at random instants: under load, while it upgrades its tables, while it drops old
 * ones. CRASH_ROUNDS sets how often.
 */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    pool: 'forks',
    maxWorkers: 1,
    maxConcurrency: 2,
    // Engines that tests start from source files load TypeScript through tsx.
    env: { NODE_OPTIONS: '--import tsx --conditions=source' },
    include: ['test/crash/*.e2e.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
  },
})
