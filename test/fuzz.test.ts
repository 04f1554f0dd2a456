import { parseFilter } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { readCorpus } from './fuzz/corpus.ts'
import { type FuzzTarget, fuzz, problemOf } from './fuzz/fuzz.ts'
import { FUZZ_TARGETS } from './fuzz/targets.ts'

test.each(FUZZ_TARGETS.map((target) => [target.name, target] as const))(
  '%s: what was found interesting once holds',
  (name, target) => {
    const inputs = [...readCorpus(name), ...target.seeds()]
    const broken = inputs.flatMap((input) => {
      const problem = problemOf(target, input)
      return problem === undefined ? [] : [[Buffer.from(input).toString('base64'), problem.message]]
    })
    expect(broken).toEqual([])
  },
)

test('the driver finds what is wrong with a reader, and makes it small', async () => {
  const broken: FuzzTarget = {
    name: 'a reader that cannot read edges',
    seeds: () => [Buffer.from('service("a") { fault } AND duration > 5')],
    words: ['service(', 'edge(', ')', '"a"', ', ', '{', '}', 'fault'],
    check: (input) => {
      const read = parseFilter(Buffer.from(input).toString())
      if (read.ok && JSON.stringify(read.value).includes('"edge"')) throw new Error('edge')
    },
  }
  const { finding, covered } = await fuzz(broken, { seconds: 120, seed: 1, corpus: [] })
  expect(finding?.error.message).toBe('edge')
  const text = Buffer.from(finding?.input ?? []).toString()
  expect(text.startsWith('edge(')).toBe(true)
  expect(text.length).toBeLessThan(20)
  expect(covered).toBeGreaterThan(1000)
})
