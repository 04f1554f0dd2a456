import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareSets } from './compare-sets.ts'
import { groupFacts } from './group-facts.ts'
import { type Sketch, sketchTraces } from './test-traces.ts'
import { TraceColumns, without } from './trace-columns.ts'

const fact = (key: string, value: string | number | boolean) => ({ key, value })

/** 40 slow traces, 38 of them of one release; 360 fast ones, 36 of them of that release. */
const SKETCHES: readonly Sketch[] = Array.from({ length: 400 }, (_, index) => {
  const isSlow = index < 40
  const isNew = isSlow ? index < 38 : index < 76
  return {
    response: isSlow ? 2000 + index : 20,
    facts: [
      fact('annotation.release', isNew ? 'b' : 'a'),
      fact('http.method', index % 2 === 0 ? 'GET' : 'POST'),
      fact('annotation.request', `id-${index}`),
      fact('user', index === 3 || index === 50 ? 'rare' : `u-${index % 4}`),
    ],
  }
})

function slowAgainstRest(chosen: ReadonlySet<string> = new Set()) {
  const columns = new TraceColumns()
  columns.add(sketchTraces(SKETCHES))
  const a = columns.select([{ kind: 'response', from: 1, to: 9 }])
  return compareSets(columns, a, without(columns.select([]), a), chosen)
}

test('what sets the slow traces apart comes first, with exact counts of both sets', () => {
  const { sizeA, sizeB, differences } = slowAgainstRest()
  expect([sizeA, sizeB]).toEqual([40, 360])
  const [first] = differences
  expect(first).toMatchObject({ facts: [fact('annotation.release', 'b')], countA: 38, countB: 36 })
  expect(first?.effect).toBeCloseTo(38 / 40 - 36 / 360, 12)
  expect(first?.pValue).toBeLessThan(1e-20)
})

test('what is as frequent in both is no difference; what is rare is counted, not told', () => {
  const { differences, tooRare } = slowAgainstRest()
  expect(differences.some(({ facts }) => facts[0]?.key === 'http.method')).toBe(false)
  expect(differences.some(({ facts }) => facts[0]?.key === 'annotation.request')).toBe(false)
  // 400 requests and one user of two traces.
  expect(tooRare).toBe(401)
})

test('what the sets were chosen by is not told', () => {
  const { differences } = slowAgainstRest(new Set(['annotation.release']))
  expect(differences.flatMap(({ facts }) => facts.map(({ key }) => key))).not.toContain(
    'annotation.release',
  )
})

test('a pair is told where both together say more than each alone', () => {
  const columns = new TraceColumns()
  const sketch = (response: number, zone: string, release: string) => ({
    response,
    facts: [fact('annotation.zone', zone), fact('annotation.release', release)],
  })
  const rest = ['x', 'y'].flatMap((zone) =>
    ['1', '2'].flatMap((release) =>
      zone === 'x' && release === '2'
        ? []
        : Array.from({ length: 60 }, () => sketch(10, zone, release)),
    ),
  )
  columns.add(sketchTraces([...Array.from({ length: 60 }, () => sketch(900, 'x', '2')), ...rest]))
  const a = columns.select([{ kind: 'response', from: 0.5, to: 1 }])
  const { differences } = compareSets(columns, a, without(columns.select([]), a), new Set())
  expect(differences[0]).toMatchObject({ countA: 60, countB: 0, effect: 1 })
  expect(new Set(differences[0]?.facts)).toEqual(
    new Set([fact('annotation.zone', 'x'), fact('annotation.release', '2')]),
  )
})

test('counts of groups are those of counting one by one', () => {
  const one = fc.record({
    response: fc.integer({ min: 0, max: 100 }),
    isFault: fc.boolean(),
    facts: fc.uniqueArray(
      fc.record({ key: fc.constantFrom('k', 'l'), value: fc.constantFrom('a', 'b') }),
      { selector: ({ key, value }) => key + value },
    ),
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 40 }), (sketches) => {
      const columns = new TraceColumns()
      columns.add(sketchTraces(sketches))
      const rows = groupFacts(columns, 'k', columns.select([]), undefined)
      for (const value of ['a', 'b']) {
        const having = sketches.filter(({ facts }) =>
          facts.some((each) => each.key === 'k' && each.value === value),
        )
        const row = rows.find((each) => each.value === value)
        expect(row?.countA ?? 0).toBe(having.length)
        expect(row?.failedA ?? 0).toBe(having.filter(({ isFault }) => isFault).length)
      }
      const none = sketches.filter(({ facts }) => !facts.some(({ key }) => key === 'k'))
      expect(rows.find(({ value }) => value === undefined)?.countA ?? 0).toBe(none.length)
    }),
  )
})
