import { expect, test } from 'vitest'
import { barScale } from './bar-scale.ts'

test('the largest value sets the scale', () => expect(barScale([10, 200, 150])).toBe(200))

test('an outlier does not: 95 % of the values stay visible', () => {
  expect(barScale([...Array.from({ length: 99 }, () => 100), 3_600_000])).toBe(125)
})

test.each([[[]], [[0]], [[0, 0]]])('%j still has a scale', (values) => {
  expect(barScale(values)).toBe(1)
})
