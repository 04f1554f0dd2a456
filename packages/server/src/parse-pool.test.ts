import { unixNanos } from '@fluoroscope/model'
import { afterEach, expect, test } from 'vitest'
import type { Batch } from './batch-encoder.ts'
import { createLog } from './lib/log.ts'
import { EncoderError, ParsePool } from './parse-pool.ts'

/** Answers with the first byte of a batch; 1 throws, 2 never ends, 3 fills its memory. */
const SCRIPT = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ bytes }) => {
      if (bytes[0] === 1) throw new Error('broken')
      while (bytes[0] === 2);
      if (bytes[0] === 3) for (const all = [];;) all.push(new Array(100000).fill('x' + all.length))
      parentPort.postMessage({ ok: true, value: { ignoredValues: bytes[0] } })
    })`)}`,
)

const pools: ParsePool[] = []

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop()
})

function open(size: number, timeoutMs = 5000): ParsePool {
  const log = createLog({ level: 'silent' })
  const pool = new ParsePool({ script: SCRIPT, size, log, timeoutMs, maxHeapMiB: 32 })
  pools.push(pool)
  pool.start()
  return pool
}

function batch(first: number): Batch {
  return {
    kind: 'request',
    bytes: Uint8Array.of(first),
    encoding: 'identity',
    maxInflatedBytes: 1,
    received: unixNanos(0n),
    context: { account: '', region: '' },
    keepUnsampled: false,
  }
}

test('every batch gets its own answer', async () => {
  const pool = open(2)
  const sent = Array.from({ length: 50 }, (_, index) => 10 + index)
  const answers = await Promise.all(sent.map((first) => pool.encode(batch(first))))
  expect(answers.map((answer) => answer.ok && answer.value.ignoredValues)).toEqual(sent)
  expect(pool.waiting).toBe(0)
})

test.each([
  ['throws', 1],
  ['takes too long', 2],
  ['fills its memory', 3],
])('a batch that %s fails, those behind it in the queue do not', async (_what, first) => {
  const pool = open(1, first === 2 ? 2000 : 60_000)
  await pool.encode(batch(9))
  const broken = expect(pool.encode(batch(first))).rejects.toThrow(EncoderError)
  // At most one more is with the same worker; it may share the fate, the others may not.
  const shared = pool.encode(batch(20)).catch(() => undefined)
  const behind = [21, 22, 23].map((byte) => pool.encode(batch(byte)))
  await broken
  await shared
  const answers = await Promise.all(behind)
  expect(answers.map((answer) => answer.ok && answer.value.ignoredValues)).toEqual([21, 22, 23])
  expect(pool.crashes).toBe(1)
})

test('stopping fails what waits', async () => {
  const pool = open(1)
  const waiting = [2, 30, 31].map((first) => expect(pool.encode(batch(first))).rejects.toThrow())
  await pool.stop()
  await Promise.all(waiting)
})
