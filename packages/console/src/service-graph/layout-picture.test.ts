import { expect, test } from 'vitest'
import { FLOW_ROOM } from './flow.ts'
import { layoutPicture } from './layout-picture.ts'
import { stepAlong } from './step-along.ts'
import { callOf } from './test-graphs.ts'

const EDGES = [callOf('a', 'b', 2), callOf('a', 'c')]
const TASK = {
  nodes: new Map(['a', 'b', 'c'].map((id) => [id, 20])),
  edges: EDGES.map(({ id, from, to }) => ({ id, from, to, shift: 0 })),
  before: new Map(),
}

test('from top to bottom callers stand above callees, wide enough apart for their names', () => {
  const { places } = layoutPicture({ ...TASK, flow: 'down' })
  const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id))
  expect([a?.y, b?.y, c?.y]).toEqual([0, FLOW_ROOM.down.column, FLOW_ROOM.down.column])
  expect((c?.x ?? 0) - (b?.x ?? 0)).toBe(FLOW_ROOM.down.row)
})

test('a route ends at the node below, from above', () => {
  const { places, routes } = layoutPicture({ ...TASK, flow: 'down' })
  const [start, end] = [routes.get('a>b')?.[0], routes.get('a>b')?.at(-1)]
  expect(start?.x).toBe(places.get('a')?.x)
  expect(end?.x).toBe(places.get('b')?.x)
  expect(end?.y).toBeLessThan(places.get('b')?.y ?? 0)
})

test('what was placed before stays, whichever way calls run', () => {
  const first = layoutPicture({ ...TASK, flow: 'down' })
  const nodes = new Map([...TASK.nodes, ['d', 20]] as const)
  const edges = [...TASK.edges, { id: 'b>d', from: 'b', to: 'd', shift: 0 }]
  const later = layoutPicture({ nodes, edges, before: first.places, flow: 'down' })
  for (const [id, place] of first.places) expect(later.places.get(id)).toEqual(place)
  expect(later.places.get('d')?.y).toBe(2 * FLOW_ROOM.down.column)
})

test('arrows go along calls downwards, and across to the side', () => {
  const layout = layoutPicture({ ...TASK, flow: 'down' })
  expect(stepAlong(EDGES, layout, 'a', 'down')).toBe('b')
  expect(stepAlong(EDGES, layout, 'b', 'right')).toBe('c')
  expect(stepAlong(EDGES, layout, 'c', 'up')).toBe('a')
  expect(stepAlong(EDGES, layout, 'c', 'left')).toBe('b')
})
