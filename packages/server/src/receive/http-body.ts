import type { IncomingMessage } from 'node:http'
import { bad, ok, type Result } from '@fluoroscope/model'
import type { ByteBudget } from '../lib/byte-budget.ts'

export type BodyProblem = 'too-large' | 'busy' | 'aborted'

export type BodyLimits = {
  readonly maxBytes: number
  /** What all bodies may hold together while they are read and worked on. */
  readonly budget: ByteBudget
}

/** A body as it was sent. `release` gives its memory back and must be called once. */
export type Body = { readonly bytes: Uint8Array<ArrayBuffer>; release(): void }

/**
 * Reads a whole body within its limits; what is left of a refused one is not read.
 * @param contentLength the header, where there is one: refuses before the first byte
 */
export async function readBody(
  source: AsyncIterable<Uint8Array> | null,
  contentLength: string | undefined,
  { maxBytes, budget }: BodyLimits,
): Promise<Result<Body, BodyProblem>> {
  if (Number(contentLength ?? 0) > maxBytes) return bad('too-large')
  const chunks: Uint8Array[] = []
  let total = 0
  const refuse = (problem: BodyProblem) => {
    budget.giveBack(total)
    return bad(problem)
  }
  try {
    for await (const chunk of source ?? []) {
      if (total + chunk.length > maxBytes) return refuse('too-large')
      if (!budget.take(chunk.length)) return refuse('busy')
      total += chunk.length
      chunks.push(chunk)
    }
  } catch {
    // The peer went away; whatever broke the stream, there is nobody to answer.
    return refuse('aborted')
  }
  return ok({ bytes: joinChunks(chunks, total), release: () => budget.giveBack(total) })
}

/** The chunks of a request; leaving early keeps the connection, so that an answer can still go. */
export function chunksOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false })
}

/** Into memory of its own, so that it may be handed to another thread. */
function joinChunks(chunks: readonly Uint8Array[], total: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
