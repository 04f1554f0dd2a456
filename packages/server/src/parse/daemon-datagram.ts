import { bad, isJsonObject, type JsonValue, ok, type Result } from '@fluoroscope/model'
import { decodeUtf8 } from './decode-utf8.ts'

/** Why a datagram is dropped before its document is looked at (xray-behaviour 5.1). */
export type DatagramProblem =
  | 'no-header'
  | 'bad-header'
  | 'unknown-format'
  | 'unknown-version'
  | 'empty-body'

/** A header has two members; a longer first line is a document without one. */
const MAX_HEADER_BYTES = 512
const LINE_FEED = 0x0a

/**
 * The body of a datagram of the X-Ray daemon's protocol: a JSON header line
 * `{"format": "json", "version": 1}`, in any spacing, ended by `\n` or `\r\n`, then one document. Other
 * members of the header are ignored. The body is a view of the datagram.
 */
export function parseDaemonDatagram(datagram: Uint8Array): Result<Uint8Array, DatagramProblem> {
  const end = datagram.subarray(0, MAX_HEADER_BYTES).indexOf(LINE_FEED)
  if (end === -1) return bad('no-header')
  const problem = findHeaderProblem(datagram.subarray(0, end))
  if (problem !== undefined) return bad(problem)
  const body = datagram.subarray(end + 1)
  return body.every(isWhiteSpace) ? bad('empty-body') : ok(body)
}

function findHeaderProblem(line: Uint8Array): DatagramProblem | undefined {
  const header = parseJson(decodeUtf8(line))
  if (!isJsonObject(header)) return 'bad-header'
  const { format, version } = header
  if (format === undefined && version === undefined) return 'no-header'
  if (typeof format !== 'string' || format.toLowerCase() !== 'json') return 'unknown-format'
  return version === 1 ? undefined : 'unknown-version'
}

function parseJson(text: string | undefined): JsonValue | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    // Not JSON is as bad as any other first line that is no header.
    return undefined
  }
}

/** JSON's white space: space, tab, line feed, carriage return. */
function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === LINE_FEED || byte === 0x0d
}
