import { expect, test } from 'vitest'
import { ByteBudget } from '../lib/byte-budget.ts'
import { readBody } from './http-body.ts'

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(size)
}

function limits(maxBytes: number, budgetBytes = 1000) {
  return { maxBytes, budget: new ByteBudget(budgetBytes) }
}

test('joins the chunks into memory of its own and holds the budget until released', async () => {
  const { maxBytes, budget } = limits(10)
  const body = await readBody(chunks(1, 3, 2), undefined, { maxBytes, budget })
  if (!body.ok) throw new Error(body.problem)
  expect([...body.value.bytes]).toEqual([1, 3, 3, 3, 2, 2])
  expect(body.value.bytes.buffer.byteLength).toBe(6)
  expect(budget.used).toBe(6)
  body.value.release()
  expect(budget.used).toBe(0)
})

test('a missing body is empty', async () => {
  const body = await readBody(null, undefined, limits(10))
  expect(body.ok && body.value.bytes.length).toBe(0)
})

test('refuses by the header before reading, and by the bytes whatever the header says', async () => {
  const { maxBytes, budget } = limits(10)
  let read = 0
  async function* counted() {
    for await (const chunk of chunks(4, 4, 4, 4)) {
      read += chunk.length
      yield chunk
    }
  }
  const problem = { ok: false, problem: 'too-large' }
  expect(await readBody(counted(), '11', { maxBytes, budget })).toEqual(problem)
  expect(read).toBe(0)
  expect(await readBody(counted(), '4', { maxBytes, budget })).toEqual(problem)
  expect(read).toBe(12)
  expect(budget.used).toBe(0)
})

test('refuses when the bodies of others fill the budget, and gives its own part back', async () => {
  const { maxBytes, budget } = limits(100, 10)
  expect(await readBody(chunks(6, 6), undefined, { maxBytes, budget })).toEqual({
    ok: false,
    problem: 'busy',
  })
  expect(budget.used).toBe(0)
})

test('a peer that goes away is told from a large body', async () => {
  async function* broken() {
    yield new Uint8Array(3)
    throw new Error('aborted')
  }
  const { maxBytes, budget } = limits(100)
  expect(await readBody(broken(), undefined, { maxBytes, budget })).toEqual({
    ok: false,
    problem: 'aborted',
  })
  expect(budget.used).toBe(0)
})
