import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundsOf, pinch, toMap, wholeCamera } from './camera.ts'

const coordinate = fc.integer({ min: 0, max: 800 })
const point = fc.record({ x: coordinate, y: coordinate })

test('two fingers keep hold of the middle between the points that they took', () => {
  fc.assert(
    fc.property(point, point, point, point, (a, b, c, d) => {
      const camera = { x: 40, y: -10, scale: 0.8 }
      const moved = pinch(camera, [a, b], [c, d])
      const before = toMap(camera, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
      const after = toMap(moved, { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 })
      expect(after.x).toBeCloseTo(before.x, 6)
      expect(after.y).toBeCloseTo(before.y, 6)
    }),
  )
})

test('twice as far apart is twice as large', () => {
  const camera = { x: 0, y: 0, scale: 1 }
  const moved = pinch(
    camera,
    [
      { x: 100, y: 0 },
      { x: 200, y: 0 },
    ],
    [
      { x: 50, y: 0 },
      { x: 250, y: 0 },
    ],
  )
  expect(moved.scale).toBe(2)
})

test('all of a map lies beside the buttons and above the legend', () => {
  const size = { width: 1000, height: 600 }
  const places = new Map(Array.from({ length: 12 }, (_, row) => [`${row}`, { x: 0, y: row * 90 }]))
  const camera = wholeCamera({ places }, size)
  const { left, top, right, bottom } = boundsOf({ places })
  const window = {
    from: toMap(camera, { x: 0, y: 0 }),
    to: toMap(camera, { x: size.width - 40, y: size.height - 40 }),
  }
  expect(left).toBeGreaterThanOrEqual(window.from.x)
  expect(top).toBeGreaterThanOrEqual(window.from.y)
  expect(right).toBeLessThan(window.to.x)
  expect(bottom).toBeLessThan(window.to.y)
})
