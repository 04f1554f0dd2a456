import { defineConfig } from 'vitest/config'

/** Fuzzes the readers of bytes from outside. FLUOROSCOPE_FUZZ_SECONDS sets how long each. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    pool: 'forks',
    include: ['test/fuzz/*.fuzz.ts'],
    testTimeout: 1_000_000_000,
  },
})
