import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pointsAlong } from './find-part.ts'
import { FLOW_ROOM, FLOWS } from './flow.ts'
import { layoutGraph, type Point } from './layout-graph.ts'
import { routeEdges } from './route-edges.ts'

const RADIUS = 30
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
const pairs = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)), {
  minLength: 1,
  maxLength: 24,
})

test.each(FLOWS)('no edge runs through a node that it does not join, %s', (flow) => {
  fc.assert(
    fc.property(pairs, (given) => {
      const edges = given.map(([from, to], index) => ({ id: String(index), from, to, shift: 0 }))
      const nodes = [...new Set(given.flat())]
      const places = layoutGraph({ nodes, edges }, new Map(), FLOW_ROOM[flow])
      const radii = new Map(nodes.map((id) => [id, RADIUS]))
      const routes = routeEdges(edges, places, radii, FLOW_ROOM[flow])
      for (const { id, from, to } of edges) {
        const others = nodes.filter((node) => node !== from && node !== to)
        const points = pointsAlong(routes.get(id) ?? [])
        for (const node of others)
          expect(distanceTo(points, places.get(node))).toBeGreaterThan(RADIUS)
      }
    }),
    { numRuns: 60 },
  )
})

test('routes through one gap lie beside each other', () => {
  const places = new Map([
    ['a', { x: 0, y: 0 }],
    ['b', { x: 240, y: 0 }],
    ['c', { x: 480, y: 0 }],
  ])
  const edges = ['1', '2'].map((id) => ({ id, from: 'a', to: 'c', shift: 0 }))
  const routes = routeEdges(edges, places, new Map())
  const heights = edges.map(({ id }) => Math.round(routes.get(id)?.[3]?.y ?? 0))
  expect(new Set(heights).size).toBe(2)
})

function distanceTo(points: readonly Point[], place: Point | undefined): number {
  return Math.min(...points.map(({ x, y }) => Math.hypot(x - (place?.x ?? 0), y - (place?.y ?? 0))))
}
