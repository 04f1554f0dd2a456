import { expect, test } from 'vitest'
import { requestContext } from './request-context.ts'

const DEFAULTS = { account: '000000000000', region: 'us-east-1' }

test.each([
  [undefined, DEFAULTS],
  ['', DEFAULTS],
  ['Bearer x', DEFAULTS],
  [
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/xray/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
    { account: '000000000000', region: 'eu-central-1' },
  ],
  [
    'AWS4-HMAC-SHA256 SignedHeaders=host,Credential=123456789012/20261122/us-gov-west-1/xray/aws4_request,Signature=00',
    { account: '123456789012', region: 'us-gov-west-1' },
  ],
  [
    'AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-central-1/s3/aws4_request, Signature=00',
    DEFAULTS,
  ],
  ["AWS4-HMAC-SHA256 Credential=AKID/20261122/eu'central/xray/aws4_request", DEFAULTS],
])('%s', (authorization, context) => {
  expect(requestContext(authorization, DEFAULTS)).toEqual(context)
})
