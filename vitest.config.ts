import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    // chDB crashes a worker thread when it ends (docs/decisions/0002-engine-process.md).
    pool: 'forks',
    // A process of its own for each of 230 files costs a third of the suite's time; none leaves anything behind.
    isolate: false,
    // Tests wait for servers, engines and disks about half of the time.
    maxWorkers: 3,
    include: ['packages/*/src/**/*.test.ts', 'packages/*/src/**/*.test.tsx', 'test/*.test.ts'],
    // Child processes and worker threads started from source files load TypeScript through tsx.
    env: { NODE_OPTIONS: '--import tsx --conditions=source' },
    // A state that is waited for comes when the machine has time: one second is too little.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
