import { expect, test } from 'vitest'
import { draggedSpan, spanAfterKey } from './brush-span.ts'

test('a drag chooses the columns between, whichever way and however far it goes', () => {
  expect(draggedSpan(2, 5, 10)).toEqual({ first: 2, last: 5 })
  expect(draggedSpan(5, 2, 10)).toEqual({ first: 2, last: 5 })
  expect(draggedSpan(8, 40, 10)).toEqual({ first: 8, last: 9 })
  expect(draggedSpan(3, -7, 10)).toEqual({ first: 0, last: 3 })
})

test('arrows move a choice, with Shift they let it grow', () => {
  expect(spanAfterKey('ArrowRight', false, undefined, 10)).toEqual({ first: 0, last: 0 })
  expect(spanAfterKey('ArrowLeft', false, undefined, 10)).toEqual({ first: 9, last: 9 })
  expect(spanAfterKey('ArrowRight', false, { first: 2, last: 4 }, 10)).toEqual({
    first: 5,
    last: 5,
  })
  expect(spanAfterKey('ArrowRight', true, { first: 2, last: 4 }, 10)).toEqual({ first: 2, last: 5 })
  expect(spanAfterKey('ArrowLeft', true, { first: 0, last: 4 }, 10)).toEqual({ first: 0, last: 4 })
  expect(spanAfterKey('a', false, undefined, 10)).toBeUndefined()
})
