import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chiSquareTail, differencePValue, fisherExact, holmAdjusted } from './two-by-two.ts'

test('Fisher: the tea tasting of The Design of Experiments, 3 of 4 against 1 of 4', () => {
  // Of 70 ways to choose 4 of 8 cups: 16 + 1 + 16 + 1 are no likelier.
  expect(fisherExact(3, 4, 1, 4)).toBeCloseTo(34 / 70, 12)
})

test("Fisher: Johnson and Albert's twins, as R's manual gives them: 2 of 12 and 15 of 18", () => {
  expect(fisherExact(2, 12, 15, 18)).toBeCloseTo(0.000_536_724, 8)
})

test.each([
  [3.841_458_821, 0.05],
  [6.634_896_601, 0.01],
  [10.827_566_17, 0.001],
  [23.928_126_99, 1e-6],
])('the tail of chi-square at %d, from its tables, is %d', (square, tail) => {
  // n/2 + d of n against n/2 - d of n is a square of 8 d² / n.
  const n = 1e6
  const moved = Math.sqrt((square * n) / 8)
  expect(chiSquareTail(n / 2 + moved, n, n / 2 - moved, n) / tail).toBeCloseTo(1, 4)
})

test('both tests agree where counts are large', () => {
  const exact = fisherExact(530, 1000, 9600, 20_000)
  const approximate = differencePValue(530, 1000, 9600, 20_000)
  expect(Math.abs(exact - approximate) / exact).toBeLessThan(0.1)
})

test('a probability, whatever the counts, and the same both ways round', () => {
  const part = fc
    .integer({ min: 0, max: 3000 })
    .chain((size) => fc.tuple(fc.integer({ min: 0, max: size }), fc.constant(size)))
  fc.assert(
    fc.property(part, part, ([a, aSize], [b, bSize]) => {
      const p = differencePValue(a, aSize, b, bSize)
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
      expect(differencePValue(b, bSize, a, aSize)).toBeCloseTo(p, 9)
    }),
    { numRuns: 200 },
  )
})

test('Holm: each of four by how many are left, never less than the one before', () => {
  expect(holmAdjusted([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(holmAdjusted([])).toEqual([])
})
