import { expect } from 'vitest'
import { until } from '../../support/wire-server.ts'
import { asks, bodyOf, type Case, follows, gives, includes, invalid, notFound } from '../case.ts'
import type { Body } from '../client.ts'

/** xray-behaviour 6.6, 6.7, 12.3, 12.6 and 12.7. */

const PROBABILISTIC = (DesiredSamplingPercentage: number) => ({
  Probabilistic: { DesiredSamplingPercentage },
})

/** Run before anything else is asked of the server. */
export const FRESH_ACCOUNT_CASES: readonly Case[] = [
  asks(
    'is NONE and active, without key',
    '6.6',
    ['GetEncryptionConfig', {}],
    gives({ EncryptionConfig: { Type: 'NONE', Status: 'ACTIVE' } }),
  ),
  asks(
    'is XRay and active',
    '6.7',
    ['GetTraceSegmentDestination', {}],
    gives({ Destination: 'XRay', Status: 'ACTIVE' }),
  ),
  asks('has Default at 1 %', '12.7', ['GetIndexingRules', {}], (answer) =>
    expect(answer).toEqual({
      kind: 'output',
      body: {
        IndexingRules: [
          {
            Name: 'Default',
            ModifiedAt: expect.any(Number),
            Rule: {
              Probabilistic: {
                DesiredSamplingPercentage: 1,
                ActualSamplingPercentage: expect.any(Number),
              },
            },
          },
        ],
      },
    }),
  ),
]

const KEYS = [
  'alias/aws/xray',
  '1234abcd-12ab-34cd-56ef-1234567890ab',
  'arn:aws:kms:eu-central-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab',
]

export const ACCOUNT_CASES: readonly Case[] = [
  ...KEYS.map((KeyId) =>
    asks(
      `the key ${KeyId} is answered as an ARN that is being taken up`,
      '12.3',
      ['PutEncryptionConfig', { Type: 'KMS', KeyId }],
      gives({
        EncryptionConfig: {
          Type: 'KMS',
          Status: 'UPDATING',
          KeyId: expect.stringMatching(/^arn:aws:kms:eu-central-1:\d{12}:/),
        },
      }),
    ),
  ),
  asks('KMS needs a key', '12.3', ['PutEncryptionConfig', { Type: 'KMS' }], invalid(/KeyId/)),
  asks(
    'NONE ignores a key',
    '12.3',
    ['PutEncryptionConfig', { Type: 'NONE', KeyId: 'alias/aws/xray' }],
    gives({ EncryptionConfig: { Type: 'NONE', Status: 'UPDATING' } }),
  ),
  follows('PutEncryptionConfig: what was put becomes active', '12.3', async (call) => {
    const put = await bodyOf(call('PutEncryptionConfig', { Type: 'KMS', KeyId: 'alias/aws/xray' }))
    const got = await until(
      () => bodyOf(call('GetEncryptionConfig', {})),
      (body) => (body['EncryptionConfig'] as Body)['Status'] === 'ACTIVE',
    )
    expect(got['EncryptionConfig']).toEqual({
      ...(put['EncryptionConfig'] as Body),
      Status: 'ACTIVE',
    })
  }),
  follows(
    'UpdateTraceSegmentDestination: is pending, then active, there and back',
    '12.7',
    async (call, client) => {
      const { Destination: old } = await bodyOf(call('GetTraceSegmentDestination', {}))
      for (const Destination of old === 'XRay' ? ['CloudWatchLogs', 'XRay'] : ['XRay']) {
        const answer = await call('UpdateTraceSegmentDestination', { Destination })
        gives({ Destination, Status: 'PENDING' })(answer, client)
        const got = await until(
          () => bodyOf(call('GetTraceSegmentDestination', {})),
          ({ Status }) => Status === 'ACTIVE',
        )
        expect(got).toEqual({ Destination, Status: 'ACTIVE' })
      }
    },
  ),
  ...[0, 5, 12.5, 100].map((percentage) =>
    asks(
      `${percentage} % is kept`,
      '12.7',
      ['UpdateIndexingRule', { Name: 'Default', Rule: PROBABILISTIC(percentage) }],
      includes({
        IndexingRule: { Name: 'Default', Rule: PROBABILISTIC(percentage) },
      }),
    ),
  ),
  ...[-0.5, 100.5].map((percentage) =>
    asks(
      `${percentage} % is refused`,
      '12.7',
      ['UpdateIndexingRule', { Name: 'Default', Rule: PROBABILISTIC(percentage) }],
      invalid(/DesiredSamplingPercentage/),
    ),
  ),
  asks(
    'another rule is not found',
    '12.7',
    ['UpdateIndexingRule', { Name: 'Other', Rule: PROBABILISTIC(5) }],
    notFound('Other'),
  ),
  follows('GetIndexingRules: tells what was set, and when', '12.7', async (call) => {
    const before = Date.now() / 1000 - 2
    const { IndexingRule } = await bodyOf(
      call('UpdateIndexingRule', { Name: 'Default', Rule: PROBABILISTIC(7) }),
    )
    expect(await bodyOf(call('GetIndexingRules', {}))).toEqual({ IndexingRules: [IndexingRule] })
    expect(Number((IndexingRule as Body)['ModifiedAt'])).toBeGreaterThan(before)
  }),
  asks(
    'refuses a token that it never gave',
    '1.4',
    ['GetIndexingRules', { NextToken: 'x' }],
    invalid(/token/i),
  ),
  asks(
    'answers nothing',
    '1.1',
    ['PutTelemetryRecords', { TelemetryRecords: [{ Timestamp: 1 }] }],
    gives({}),
  ),
  asks(
    'an empty list is refused',
    '6.6',
    ['PutTelemetryRecords', { TelemetryRecords: [] }],
    invalid(/empty/i),
  ),
  asks(
    'more than ten records are taken',
    '6.6',
    [
      'PutTelemetryRecords',
      { TelemetryRecords: Array.from({ length: 11 }, (_, index) => ({ Timestamp: index })) },
    ],
    gives({}),
  ),
]
