import type { JsonValue } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { readTraceListPage } from './trace-list.ts'

const BARE = { Id: '1-68f00000-111122223333444455556666', StartTime: 1760559104 }

/** A cause as xray-behaviour 8.3 writes it. */
function cause(...services: readonly (readonly [name: string, exception?: string])[]): JsonValue {
  return {
    ClientImpacting: false,
    Services: services.map(([Name, exception]) => ({
      Name,
      Names: [Name],
      Type: 'unknown',
      AccountId: null,
      Inferred: false,
      EntityPath: [
        { Name, Remote: false, Exceptions: exception ? [{ Name: exception, Message: '' }] : [] },
      ],
    })),
  }
}

function factsOf(summary: object): readonly string[] {
  const page = { TraceSummaries: [{ ...BARE, ...summary }] } as JsonValue
  return (readTraceListPage(page).traces[0]?.facts ?? []).map(({ key, value }) => `${key}=${value}`)
}

test('a summary without anything is ok, and that is all', () => {
  expect(factsOf({})).toEqual(['outcome=ok'])
})

test('flags are independent, as the filter language reads them', () => {
  expect(factsOf({ HasFault: true, HasError: true })).toEqual(['outcome=fault', 'outcome=error'])
})

test('causes are paths of services, with the exceptions on them', () => {
  expect(
    factsOf({
      FaultRootCauses: [cause(['web'], ['orders', 'TimeoutError'])],
      ErrorRootCauses: [cause(['web', 'Refused']), cause(['web', 'Refused'])],
      ResponseTimeRootCauses: [cause(['web'], ['orders'], ['orders@db'])],
    }),
  ).toEqual([
    'outcome=ok',
    'cause.fault=web → orders',
    'exception=TimeoutError',
    'cause.error=web',
    'exception=Refused',
    'cause.responsetime=web → orders → orders@db',
  ])
})

test('machines, users and services are told, the client and what is empty are not', () => {
  expect(
    factsOf({
      AvailabilityZones: [{ Name: 'eu-west-1a' }],
      InstanceIds: [{ Id: 'i-0abc' }],
      ResourceARNs: [{ ARN: 'arn:aws:ecs:x' }],
      Users: [{ UserName: 'u-81', ServiceIds: null }],
      ServiceIds: [
        { Name: 'web', Type: 'client' },
        { Name: 'web', Type: null },
        { Name: 'web', Type: 'AWS::ECS::Container' },
      ],
      Http: { HttpURL: null, UserAgent: 'demo/1' },
      IsPartial: true,
    }),
  ).toEqual([
    'outcome=ok',
    'user=u-81',
    'service=web',
    'partial=true',
    'http.useragent=demo/1',
    'availabilityzone=eu-west-1a',
    'instance.id=i-0abc',
    'resource.arn=arn:aws:ecs:x',
  ])
})
