import type { IncomingMessage } from 'node:http'
import type { Result } from '@fluoroscope/model'
import type { OperationError } from './operation-error.ts'

/** A body as it was sent; `release` gives its memory back and must be called once. */
export type SentBody = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly encoding: 'identity' | 'gzip' | 'deflate' | 'zstd'
  release(): void
}

/** A request, and the socket's view of it where there is a socket. */
export type BodySource = {
  readonly request: Request
  readonly incoming: IncomingMessage | undefined
}

/** Reads bodies within their limits. */
export type Bodies = {
  read(source: BodySource): Promise<Result<SentBody, OperationError>>
  /** For everything but segments: small, inflated, UTF-8. */
  readText(source: BodySource): Promise<Result<string, OperationError>>
}
