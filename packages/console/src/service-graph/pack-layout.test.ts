import { expect, test } from 'vitest'
import { type LayoutTask, layoutPicture } from './layout-picture.ts'
import { packLayout, unpackLayout } from './pack-layout.ts'

const TASK: LayoutTask = {
  nodes: new Map([
    ['shop', 20],
    ['stock', 20],
    ['pay', 30],
  ]),
  edges: [
    { id: 'shop>stock', from: 'shop', to: 'stock', shift: 0 },
    { id: 'shop>pay', from: 'shop', to: 'pay', shift: 4 },
    { id: 'pay>pay', from: 'pay', to: 'pay', shift: 0 },
  ],
  before: new Map(),
  flow: 'right',
}

test.each(['right', 'down'] as const)(
  'a map that flows %s comes across as it was laid out',
  (flow) => {
    const task = { ...TASK, flow }
    const layout = layoutPicture(task)
    expect(unpackLayout(structuredClone(packLayout(layout, task)), task)).toEqual(layout)
  },
)

test('what has no place or route has none on the other side', () => {
  const { routes, flow } = layoutPicture(TASK)
  const layout = {
    places: new Map([['pay', { x: 1, y: 2 }]]),
    routes: new Map([...routes].filter(([id]) => id !== 'shop>pay')),
    flow,
  }
  expect(unpackLayout(packLayout(layout, TASK), TASK)).toEqual(layout)
})
