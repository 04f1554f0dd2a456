import { parentPort } from 'node:worker_threads'
import { assert } from '@fluoroscope/model'
import { type Batch, BatchEncoder } from './batch-encoder.ts'
import type { ParseAnswer } from './parse-pool.ts'

/** One thread of a `ParsePool`: answers each batch, in their order. An exception ends it. */
assert(parentPort !== null, 'a parse worker has a parent')
const port = parentPort
const encoder = new BatchEncoder()

port.on('message', (batch: Batch) => {
  const answer: ParseAnswer = encoder.encode(batch)
  port.postMessage(answer, answer.ok ? wholeBuffers(answer.value.rows) : [])
})

/** Buffers that are handed over instead of copied: those that hold nothing else. */
function wholeBuffers(rows: Readonly<Record<string, Uint8Array | number>>): ArrayBuffer[] {
  return Object.values(rows).flatMap((value) =>
    value instanceof Uint8Array &&
    value.buffer instanceof ArrayBuffer &&
    value.byteLength === value.buffer.byteLength
      ? [value.buffer]
      : [],
  )
}
