import { expect, test } from 'vitest'
import { type EngineSession, SessionPool } from './session-pool.ts'

const PATIENT = new AbortController().signal

function counted() {
  const opened: { closed: boolean }[] = []
  const open = (): EngineSession => {
    const state = { closed: false }
    opened.push(state)
    return {
      queryAsync: () => Promise.resolve({ bytes: () => new Uint8Array() }),
      close: () => {
        state.closed = true
      },
    }
  }
  return { opened, open }
}

test('a session is used again after a success and thrown away after a failure', async () => {
  const { opened, open } = counted()
  const pool = new SessionPool(open, 1, 10)
  await pool.use(() => Promise.resolve(1), PATIENT)
  await pool.use(() => Promise.resolve(2), PATIENT)
  expect(opened).toEqual([{ closed: false }])
  await expect(pool.use(() => Promise.reject(new Error('failed')), PATIENT)).rejects.toThrow(
    'failed',
  )
  expect(opened).toEqual([{ closed: true }])
  await pool.use(() => Promise.resolve(3), PATIENT)
  expect(opened).toEqual([{ closed: true }, { closed: false }])
})

test('uses take turns in the order asked, no more at a time than there are sessions', async () => {
  const { opened, open } = counted()
  const pool = new SessionPool(open, 2, 10)
  const order: number[] = []
  let running = 0
  const work = (index: number) => async () => {
    running += 1
    expect(running).toBeLessThanOrEqual(2)
    order.push(index)
    await new Promise((resolve) => setTimeout(resolve, 2))
    running -= 1
  }
  await Promise.all(Array.from({ length: 8 }, (_, index) => pool.use(work(index), PATIENT)))
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(opened).toHaveLength(2)
})

test('the queue has an end, and who goes away leaves it', async () => {
  const pool = new SessionPool(counted().open, 1, 1)
  let release = () => {}
  const first = pool.use(() => new Promise<void>((resolve) => (release = resolve)), PATIENT)
  const leaving = new AbortController()
  const second = pool.use(() => Promise.resolve('second'), leaving.signal)
  await expect(pool.use(() => Promise.resolve(), PATIENT)).rejects.toMatchObject({ code: 202 })
  leaving.abort(new Error('gone'))
  await expect(second).rejects.toThrow('gone')
  const third = pool.use(() => Promise.resolve('third'), PATIENT)
  release()
  await first
  expect(await third).toBe('third')
  pool.close()
  await expect(pool.use(() => Promise.resolve(), PATIENT)).rejects.toMatchObject({ code: 202 })
})
