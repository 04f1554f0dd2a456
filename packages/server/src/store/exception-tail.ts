import { serverError } from './click-house-client.ts'

/**
 * Passes a streamed result on, but for its end, which is looked at first: a ClickHouse server whose
 * query fails while the result is under way ends it with an exception instead of rows (since 25.11:
 * `\r\n__exception__\r\nTAG\r\nmessage…\r\nlength TAG\r\n__exception__\r\n`, at most 16 KiB).
 * Read as rows it could pass for some.
 * @param tag of the header `X-ClickHouse-Exception-Tag`; empty where the server sends none
 * @throws the server's error
 */
export async function* guardTail(
  chunks: AsyncIterable<Uint8Array>,
  tag: string,
): AsyncGenerator<Uint8Array> {
  if (tag === '') {
    yield* chunks
    return
  }
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    const free = held.length - LONGEST_EXCEPTION
    if (free <= 0) continue
    yield held.subarray(0, free)
    held = held.subarray(free)
  }
  const at = held.indexOf(`\r\n__exception__\r\n${tag}`)
  if (at >= 0) {
    throw serverError(held.toString('utf8', at))
  }
  if (held.length > 0) yield held
}

/** 16 KiB of message and what stands around it. */
const LONGEST_EXCEPTION = 17 * 1024
