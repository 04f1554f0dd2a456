import { expect, test } from 'vitest'
import { listHeight, scrolledTo, visibleWindow } from './use-visible-window.ts'

const ROW_PX = 24
const WINDOW_PX = 900

test('rows stand where they belong while the list is not too high', () => {
  const { first, last, top } = visibleWindow(10_000, ROW_PX, 2400, WINDOW_PX)
  expect(first).toBeLessThanOrEqual(100)
  expect(last).toBeGreaterThanOrEqual(138)
  expect(last - first).toBeLessThan(80)
  expect(top).toBe(first * ROW_PX)
  expect(scrolledTo(10_000, ROW_PX, 100, WINDOW_PX)).toBe(2400)
})

test('a list of a million rows is no higher than browsers paint, and ends with its last row', () => {
  const height = listHeight(1_000_000, ROW_PX)
  expect(height).toBeLessThan(16_000_000)
  const end = visibleWindow(1_000_000, ROW_PX, height - WINDOW_PX, WINDOW_PX)
  expect(end.last).toBe(1_000_000)
  expect(end.top + (1_000_000 - end.first) * ROW_PX).toBeCloseTo(height)
  const start = visibleWindow(1_000_000, ROW_PX, 0, WINDOW_PX)
  expect([start.first, start.top]).toEqual([0, 0])
})

test('a row is looked at where it is scrolled to', () => {
  const scrolled = scrolledTo(1_000_000, ROW_PX, 654_321, WINDOW_PX)
  const { first, top } = visibleWindow(1_000_000, ROW_PX, scrolled, WINDOW_PX)
  expect(top + (654_321 - first) * ROW_PX - scrolled).toBeCloseTo(0, 3)
})
