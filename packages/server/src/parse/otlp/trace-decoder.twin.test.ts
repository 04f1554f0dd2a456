import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
} from '../../../../../test/support/arbitrary-otlp.ts'
import { type ReadRequest, readByBatch, readByTwin } from '../../../../../test/support/otlp-twin.ts'
import { TraceDecoder } from './trace-decoder.ts'

const decoder = new TraceDecoder(['http.request.method', 'a', ''])
const RUNS = { numRuns: 150 }

function read(request: Uint8Array): ReadRequest {
  const result = decoder.decode(request)
  return result.ok ? readByBatch(result.value) : undefined
}

/** protobufjs passes over unknown varints of any length; ten bytes is all that the wire form allows. */
function hasLongVarint(request: Uint8Array): boolean {
  const result = decoder.decode(request)
  if (!result.ok) return result.problem.message.includes('varint that is too long')
  return result.value.rejections.some(({ message }) => message.includes('varint that is too long'))
}

/** Changes to the bytes of a message: a byte overwritten, a piece cut out, doubled or moved. */
const arbitraryMutations = fc.array(
  fc.record({
    kind: fc.constantFrom('overwrite', 'cut', 'insert', 'double', 'end'),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    size: fc.integer({ min: 1, max: 24 }),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x0a, 0x12, 0x7f, 0x80, 0xff, 0x0b, 0x0c)),
  }),
  { minLength: 1, maxLength: 4 },
)

type Mutation = {
  readonly kind: string
  readonly at: number
  readonly size: number
  readonly byte: number
}

function mutate(bytes: Uint8Array, { kind, at, size, byte }: Mutation): Uint8Array {
  const list = [...bytes]
  const index = Math.floor(at * list.length)
  if (kind === 'overwrite') list[index] = byte
  else if (kind === 'cut') list.splice(index, size)
  else if (kind === 'insert') list.splice(index, 0, byte)
  else if (kind === 'double') list.splice(index, 0, ...list.slice(index, index + size))
  else list.length = index
  return Uint8Array.from(list)
}

describe('the reader and protobufjs', () => {
  test('read well-formed requests alike', () => {
    fc.assert(
      fc.property(arbitraryTraceRequest, (request) => {
        const bytes = encodeTraceRequest(request)
        expect(read(bytes)).toEqual(readByTwin(bytes))
      }),
      RUNS,
    )
  })

  test('read damaged requests alike', () => {
    let malformed = 0
    fc.assert(
      fc.property(arbitraryTraceRequest, arbitraryMutations, (request, mutations) => {
        const bytes = mutations.reduce(mutate, encodeTraceRequest(request))
        if (hasLongVarint(bytes)) return
        const twin = readByTwin(bytes)
        expect(read(bytes)).toEqual(twin)
        if (twin === undefined) malformed += 1
      }),
      { numRuns: 600 },
    )
    // Damage must be found, or the property says little.
    expect(malformed).toBeGreaterThan(100)
  })

  test('read damaged spans alike, and the others as if nothing was', () => {
    let rejected = 0
    fc.assert(
      fc.property(arbitraryTraceRequest, arbitraryMutations, (request, mutations) => {
        const bytes = encodeTraceRequest(request, (span) => mutations.reduce(mutate, span))
        if (hasLongVarint(bytes)) return
        const twin = readByTwin(bytes)
        expect(twin).toBeDefined()
        expect(read(bytes)).toEqual(twin)
        rejected += twin?.rejected.filter((reason) => reason.endsWith('malformed-span')).length ?? 0
      }),
      { numRuns: 600 },
    )
    expect(rejected).toBeGreaterThan(100)
  })

  test('read arbitrary bytes alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        fc.pre(!hasLongVarint(bytes))
        expect(read(bytes)).toEqual(readByTwin(bytes))
      }),
      { numRuns: 2000 },
    )
  })

  test('merge what is sent in pieces alike', () => {
    fc.assert(
      fc.property(arbitraryTraceRequest, arbitraryTraceRequest, (one, other) => {
        const resourceSpans = [one, other].flatMap(({ resourceSpans }) =>
          resourceSpans.map((group) => encodeTraceRequest({ resourceSpans: [group] })),
        )
        // The contents of all ResourceSpans as one: repeated fields grow, singular ones are merged.
        const contents = resourceSpans.map((bytes) => bytes.subarray(headerSize(bytes)))
        const merged = Buffer.concat(contents)
        const request = Buffer.concat([Buffer.from([0x0a, ...varint(merged.length)]), merged])
        expect(read(request)).toEqual(readByTwin(request))
      }),
      RUNS,
    )
  })
})

/** Bytes of tag and length of a request's only field. */
function headerSize(bytes: Uint8Array): number {
  let at = 1
  while ((bytes[at] ?? 0) >= 0x80) at += 1
  return at + 1
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}
