import type { Nanos, TraceId, TraceSummary } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { printTraceSummary } from './trace-summary.ts'

const ORDERS = { name: 'orders', type: undefined, account: undefined }

const SUMMARY: TraceSummary = {
  id: '1-68f00000-111122223333444455556666' as TraceId,
  start: unixNanos(1_760_559_104_900_000_000n),
  duration: 190_400_000 as Nanos,
  responseTime: undefined,
  hasFault: true,
  hasError: false,
  hasThrottle: false,
  isPartial: false,
  http: { url: undefined, status: 500, method: 'POST', userAgent: undefined, clientIp: undefined },
  annotations: new Map([
    [
      'tier',
      [
        { value: 'gold', services: [ORDERS] },
        { value: 3, services: [] },
      ],
    ],
    ['__proto__', [{ value: true, services: [] }]],
  ]),
  users: [{ name: 'u-81', services: [] }],
  services: [ORDERS, { name: 'table', type: 'AWS::DynamoDB::Table', account: '123456789012' }],
  resourceArns: ['arn:x'],
  instanceIds: ['i-1'],
  availabilityZones: ['eu-central-1a'],
  entryPoint: undefined,
  revision: 2,
  lastUpdate: unixNanos(1_760_559_110_999_999_999n),
  faultRootCauses: [
    {
      clientImpacting: true,
      services: [
        {
          key: ORDERS,
          inferred: false,
          entityPath: [
            { name: 'orders', exceptions: [{ name: 'E', message: 'm' }], remote: false },
          ],
        },
      ],
    },
  ],
  errorRootCauses: [],
  omittedRootCauses: 0,
  responseTimeRootCauses: [
    {
      clientImpacting: true,
      services: [
        { key: ORDERS, inferred: true, entityPath: [{ name: 'a', coverage: 0.75, remote: true }] },
      ],
    },
  ],
}

test('prints every member in its unit, nulls where X-Ray has them (8.1)', () => {
  expect(printTraceSummary(SUMMARY, false, undefined)).toMatchObject({
    Id: '1-68f00000-111122223333444455556666',
    StartTime: 1_760_559_104,
    Duration: 0.19,
    ResponseTime: null,
    HasFault: true,
    Http: { HttpURL: null, HttpStatus: 500, HttpMethod: 'POST', UserAgent: null, ClientIp: null },
    Users: [{ UserName: 'u-81', ServiceIds: [] }],
    ServiceIds: [
      { Name: 'orders', Names: ['orders'], AccountId: null, Type: null },
      { Name: 'table', Names: ['table'], AccountId: '123456789012', Type: 'AWS::DynamoDB::Table' },
    ],
    ResourceARNs: [{ ARN: 'arn:x' }],
    InstanceIds: [{ Id: 'i-1' }],
    AvailabilityZones: [{ Name: 'eu-central-1a' }],
    EntryPoint: null,
    ErrorRootCauses: [],
    Revision: 2,
    MatchedEventTime: null,
    MatchedService: null,
    MatchedEdge: null,
  })
  expect(printTraceSummary(SUMMARY, true, undefined).MatchedEventTime).toBe(1_760_559_110)
})

test('an annotation value has exactly one member, whatever its key is called', () => {
  const { Annotations } = printTraceSummary(SUMMARY, false, undefined)
  expect(Object.keys(Annotations)).toEqual(['tier', '__proto__'])
  expect(Annotations['tier']).toEqual([
    {
      AnnotationValue: { StringValue: 'gold' },
      ServiceIds: [{ Name: 'orders', Names: ['orders'], AccountId: null, Type: null }],
    },
    { AnnotationValue: { NumberValue: 3 }, ServiceIds: [] },
  ])
  expect(JSON.stringify(Annotations)).toContain(
    '"__proto__":[{"AnnotationValue":{"BooleanValue":true}',
  )
})

test('root causes have a type and lists Grafana can read (8.6)', () => {
  const { FaultRootCauses, ResponseTimeRootCauses } = printTraceSummary(SUMMARY, false, undefined)
  const service = { Name: 'orders', Names: ['orders'], AccountId: null, Type: 'unknown' }
  expect(FaultRootCauses).toEqual([
    {
      ClientImpacting: true,
      Services: [
        {
          ...service,
          Inferred: false,
          EntityPath: [
            { Name: 'orders', Exceptions: [{ Name: 'E', Message: 'm' }], Remote: false },
          ],
        },
      ],
    },
  ])
  expect(ResponseTimeRootCauses).toEqual([
    {
      ClientImpacting: true,
      Services: [
        { ...service, Inferred: true, EntityPath: [{ Name: 'a', Coverage: 0.75, Remote: true }] },
      ],
    },
  ])
})
