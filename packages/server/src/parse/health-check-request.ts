import { bad, ok, type Result } from '@fluoroscope/model'
import { WireReader } from './otlp/wire-reader.ts'

/** The service that a HealthCheckRequest of grpc.health.v1 asks for, empty for all; or what is wrong. */
export function parseHealthCheckRequest(bytes: Uint8Array): Result<string, string> {
  const reader = new WireReader()
  reader.open(bytes, 0)
  let service = ''
  while (reader.at < bytes.length) {
    const tag = reader.tag(bytes.length)
    if (tag !== 0x0a) {
      reader.skip(tag, bytes.length, 0)
      continue
    }
    const end = reader.length(bytes.length)
    service = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
      'utf8',
      reader.at,
      end,
    )
    reader.at = end
  }
  return reader.flaw === undefined ? ok(service) : bad(`The request ${reader.flaw}`)
}
