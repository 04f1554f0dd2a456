import { expect, test } from 'vitest'
import type { ComparedNode } from '../trace-rows/compare-trees.ts'
import type { MergedNode } from '../trace-rows/merged-tree.ts'
import { changeKind, changeSentence } from './change-words.ts'

function side(own: number, count = 1, inProgress = 0): MergedNode {
  const place = { service: 'orders', name: 'charge', parent: -1, depth: 0, longest: 0 }
  return { ...place, count, failures: 0, inProgress, total: own, own, critical: 0 }
}

test.each<[MergedNode | undefined, MergedNode | undefined, string, string]>([
  [side(1e6), side(3e6), 'more', 'charge of orders took 2 ms more of its own'],
  [
    side(3e6, 3),
    side(1e6, 1),
    'less',
    'charge of orders took 2 ms less of its own, once instead of 3 times',
  ],
  [undefined, side(3e6, 2), 'added', 'charge of orders is new: 3 ms of its own, 2 times'],
  [side(3e6), undefined, 'removed', 'charge of orders is gone: 3 ms of its own'],
])('%#: %s', (before, after, kind, sentence) => {
  const node: ComparedNode = {
    service: 'orders',
    name: 'charge',
    depth: 0,
    parent: -1,
    before,
    after,
  }
  expect(changeKind(node)).toBe(kind)
  expect(changeSentence(node)).toBe(sentence)
})

test.each([
  [side(100e6), side(100.5e6), 'same'],
  [side(100e6, 1), side(100e6, 2), 'more'],
  [side(100e6), side(0, 1, 1), 'open'],
])('a change too small, a count alone, and what has not ended', (before, after, kind) => {
  const node = { service: 'orders', name: 'charge', depth: 0, parent: -1, before, after }
  expect(changeKind(node)).toBe(kind)
})
