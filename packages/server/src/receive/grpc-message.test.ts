import { expect, test } from 'vitest'
import { grpcFrame } from '../../../../test/support/grpc-client.ts'
import { framed, parseGrpcTimeout, readGrpcMessage } from './grpc-message.ts'

const MESSAGE = Buffer.from('abc')
const bytesOf = (frame: Uint8Array) => Uint8Array.from(frame)

test('a message is what follows its prefix, compressed or not', () => {
  const plain = readGrpcMessage(bytesOf(grpcFrame(MESSAGE)), 'gzip')
  expect(plain).toMatchObject({ ok: true, value: { encoding: 'identity' } })
  if (plain.ok) expect(Buffer.from(plain.value.bytes)).toEqual(MESSAGE)
  const zipped = readGrpcMessage(bytesOf(grpcFrame(MESSAGE, 1)), 'gzip')
  expect(zipped).toMatchObject({ ok: true, value: { encoding: 'gzip' } })
  expect(readGrpcMessage(bytesOf(framed(new Uint8Array(0))), undefined)).toMatchObject({ ok: true })
})

test.each([
  ['nothing', new Uint8Array(0), undefined, 3, 'ends before a message'],
  ['half a prefix', new Uint8Array(4), undefined, 3, 'ends before a message'],
  ['a length beyond the end', grpcFrame(MESSAGE, 0, 4), undefined, 3, 'after 3 of 4 bytes'],
  ['the largest length', grpcFrame(MESSAGE, 0, 2 ** 32 - 1), undefined, 3, 'of 4294967295 bytes'],
  ['two messages', Buffer.concat([grpcFrame(MESSAGE), grpcFrame(MESSAGE)]), undefined, 3, 'more'],
  ['a flag of its own', grpcFrame(MESSAGE, 2), 'gzip', 3, 'compressed-flag 2'],
  ['no encoding', grpcFrame(MESSAGE, 1), undefined, 13, 'does not tell how'],
  ['another encoding', grpcFrame(MESSAGE, 1), 'snappy', 12, 'identity,gzip,deflate,zstd'],
])('%s is refused by name', (_what, frame, encoding, code, message) => {
  const read = readGrpcMessage(bytesOf(frame), encoding)
  expect(read).toMatchObject({
    ok: false,
    problem: { code, message: expect.stringContaining(message) },
  })
})

test.each([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['99999999S', 99_999_999_000],
  ['100m', 100],
  ['500u', 0.5],
  ['1000n', 0.001],
  ['', undefined],
  ['1', undefined],
  ['1h', undefined],
  ['-1S', undefined],
  ['123456789S', undefined],
])('a timeout of %s is %s ms', (header, millis) => {
  const parsed = parseGrpcTimeout(header)
  if (millis === undefined) expect(parsed).toBeUndefined()
  else expect(parsed).toBeCloseTo(millis, 9)
})
