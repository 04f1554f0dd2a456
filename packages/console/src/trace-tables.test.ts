import { expect, test } from 'vitest'
import { sketchTraces } from './analytics/test-traces.ts'
import { layoutTraceTables } from './trace-tables.ts'

test('values are counted by key, the most frequent first, failures beside them', () => {
  const user = (value: string, isFault = false) => ({
    isFault,
    facts: [
      { key: 'user', value },
      { key: 'annotation.tier', value: 'gold' },
    ],
  })
  const traces = sketchTraces([user('b'), user('a'), user('c', true), user('c'), {}])
  expect(layoutTraceTables(traces)).toEqual([
    {
      key: 'user',
      rows: [
        { value: 'c', traces: 2, failed: 1 },
        { value: 'a', traces: 1, failed: 0 },
        { value: 'b', traces: 1, failed: 0 },
      ],
    },
  ])
})

test('without traces there are no tables', () => expect(layoutTraceTables([])).toEqual([]))
