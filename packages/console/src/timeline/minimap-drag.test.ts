import { expect, test } from 'vitest'
import { dragPart, startDrag } from './minimap-drag.ts'

const SPAN = 100e6

test.each<[string, Parameters<typeof startDrag>[0], number, number, ReturnType<typeof dragPart>]>([
  ['a part is chosen in either direction', undefined, 60e6, 20e6, { from: 20e6, to: 60e6 }],
  ['what is hardly moved is a click', undefined, 60e6, 60.1e6, undefined],
  ['a choice ends where the trace does', undefined, 60e6, 400e6, { from: 60e6, to: SPAN }],
  ['the part is moved', { from: 10e6, to: 30e6 }, 20e6, 40e6, { from: 30e6, to: 50e6 }],
  ['the part stops at the end', { from: 10e6, to: 30e6 }, 20e6, 140e6, { from: 80e6, to: SPAN }],
  ['an edge is moved', { from: 10e6, to: 30e6 }, 30.5e6, 50e6, { from: 10e6, to: 50e6 }],
  [
    'an edge is moved past the other',
    { from: 10e6, to: 30e6 },
    10e6,
    50e6,
    { from: 30e6, to: 50e6 },
  ],
  [
    'beside the part another is chosen',
    { from: 10e6, to: 30e6 },
    70e6,
    80e6,
    { from: 70e6, to: 80e6 },
  ],
])('%s', (_what, part, from, to, expected) => {
  expect(dragPart(startDrag(part, SPAN, from, 1e6), SPAN, to)).toEqual(expected)
})
