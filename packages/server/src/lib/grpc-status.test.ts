import { expect, test } from 'vitest'
import { GRPC_CODE, trailersOf } from './grpc-status.ts'

test('a message is percent-encoded as gRPC over HTTP/2 asks: UTF-8 outside of printable ASCII, and %', () => {
  const message = '100 % of »it«\n'
  expect(trailersOf({ code: GRPC_CODE.internal, message })).toEqual({
    'grpc-status': '13',
    'grpc-message': '100 %25 of %C2%BBit%C2%AB%0A',
  })
})

test('a status without a message is its code alone', () => {
  expect(trailersOf({ code: GRPC_CODE.ok, message: '' })).toEqual({ 'grpc-status': '0' })
})

test('when to come again is a google.rpc.RetryInfo in the details', () => {
  const trailers = trailersOf({ code: GRPC_CODE.unavailable, message: 'no', retrySeconds: 3 })
  const details = Buffer.from(trailers['grpc-status-details-bin'] ?? '', 'base64')
  const type = 'type.googleapis.com/google.rpc.RetryInfo'
  // google/rpc/status.proto, google/rpc/error_details.proto, google/protobuf/duration.proto
  const any = [0x0a, type.length, ...Buffer.from(type), 0x12, 4, 0x0a, 2, 0x08, 3]
  const status = [0x08, 14, 0x12, 2, ...Buffer.from('no'), 0x1a, any.length, ...any]
  expect([...details]).toEqual(status)
  expect(trailers['grpc-status-details-bin']).not.toContain('=')
})
