import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../json.ts'
import type { OtlpSpan, OtlpValue } from './otlp-span.ts'
import {
  attributes,
  documentsOf,
  eventOf,
  printedSpan,
  resourceWith,
  spanWith,
} from './test-otlp-span.ts'

const ID = expect.stringMatching(/^[0-9a-f]{16}$/)
const FAILED = { code: 'error', message: '' } as const

function exceptionsOf(parts: Partial<OtlpSpan>): JsonValue | undefined {
  const cause = printedSpan(spanWith(parts))['cause'] as JsonObject | undefined
  return cause?.['exceptions']
}

describe('flags (15.6)', () => {
  const OK = { code: 'ok', message: '' } as const
  const UNSET = { code: 'unset', message: '' } as const
  type Flags = readonly ('fault' | 'error' | 'throttle')[]
  const CASES: readonly [OtlpSpan['status'], OtlpValue | undefined, Flags][] = [
    [UNSET, undefined, []],
    [OK, undefined, []],
    [FAILED, undefined, ['fault']],
    [UNSET, 200, []],
    [FAILED, 200, ['fault']],
    [UNSET, 399, []],
    [UNSET, 400, ['error']],
    [FAILED, 404, ['error']],
    [OK, 404, ['error']],
    [FAILED, 429, ['error', 'throttle']],
    [UNSET, 499, ['error']],
    [UNSET, 500, ['fault']],
    [OK, 503, ['fault']],
    [UNSET, 599, ['fault']],
    [UNSET, 600, []],
    [FAILED, 600, ['fault']],
  ]

  describe.each(['http.status_code', 'http.response.status_code'])('%s', (key) => {
    test.each(CASES)('%j with %s: %j', (status, code, flags) => {
      const members = code === undefined ? {} : { [key]: code }
      const [document] = documentsOf(
        spanWith({ kind: 'server', status, attributes: attributes(members) }),
      )
      expect(document).toMatchObject({
        segment: {
          fault: flags.includes('fault'),
          error: flags.includes('error'),
          throttle: flags.includes('throttle'),
        },
      })
    })
  })
})

describe('cause (15.6)', () => {
  const event = eventOf('exception', {
    'exception.type': 'TypeError',
    'exception.message': 'no order',
    'exception.stacktrace': 'TypeError: no order\n    at load (/srv/orders.js:41:13)',
  })

  test.each(['client', 'producer'] as const)('exceptions of a %s are remote', (kind) => {
    expect(exceptionsOf({ kind, events: [event] })).toMatchObject([{ remote: true }])
  })

  test('an exception event, whatever the status; the language tells how its stack reads', () => {
    const resource = resourceWith({ 'telemetry.sdk.language': 'nodejs' })
    const span = spanWith({ kind: 'server', events: [event], resource })
    expect(printedSpan(span)['cause']).toEqual({
      exceptions: [
        {
          id: ID,
          type: 'TypeError',
          message: 'no order',
          remote: false,
          stack: [{ path: '/srv/orders.js', line: 41, label: 'load' }],
        },
      ],
    })
    expect(printedSpan(span)['fault']).toBeUndefined()
    expect(printedSpan(span)).toEqual(printedSpan(span))
  })

  test('each cause is an exception of its own, found by its id', () => {
    const stack =
      'A: a\n\tat x.Y.z(Y.java:1)\nCaused by: B: b\n\tat q.R.s(R.java:2)\nCaused by: C: c'
    const chained = eventOf('exception', { 'exception.type': 'A', 'exception.stacktrace': stack })
    const resource = resourceWith({ 'telemetry.sdk.language': 'java' })
    const exceptions = exceptionsOf({ events: [chained, event], resource }) as JsonObject[]
    const [first, second, third, other] = exceptions
    expect(exceptions.map((each) => each['type'])).toEqual(['A', 'B', 'C', 'TypeError'])
    expect(first?.['cause']).toBe(second?.['id'])
    expect(second).toMatchObject({ message: 'b', cause: third?.['id'], remote: false })
    expect(third?.['cause']).toBeUndefined()
    expect(other?.['cause']).toBeUndefined()
    expect(new Set(exceptions.map((each) => each['id'])).size).toBe(4)
  })

  test('failed attempts of AWS calls', () => {
    const failure = eventOf('HTTP request failure', {
      'http.response.status_code': 503,
      'aws.http.error_message': 'slow down',
    })
    const calls = attributes({ 'rpc.system': 'aws-api' })
    expect(exceptionsOf({ kind: 'client', events: [failure], attributes: calls })).toEqual([
      {
        id: ID,
        type: 'aws.http.error.event',
        message: '503@1760559104.123456@slow down',
        remote: true,
      },
    ])
    expect(exceptionsOf({ kind: 'client', events: [failure] })).toBeUndefined()
  })

  test('the message of an Error status, else the status text of HTTP, else no cause', () => {
    const text = attributes({ 'http.status_text': 'INTERNAL SERVER ERROR' })
    const status = { code: 'error', message: 'no stock' } as const
    const exception = (message: string) => [{ id: ID, type: '', message }]
    expect(exceptionsOf({ status, attributes: text })).toEqual(exception('no stock'))
    expect(exceptionsOf({ status: FAILED, attributes: text })).toEqual(
      exception('INTERNAL SERVER ERROR'),
    )
    expect(exceptionsOf({ status: FAILED })).toBeUndefined()
    expect(exceptionsOf({ status: { code: 'unset', message: 'x' } })).toBeUndefined()
  })

  test('exceptions of X-Ray keep their ids and counts (15.8)', () => {
    const sent = eventOf('exception', {
      'exception.type': 'TimeoutError',
      'exception.message': 'no answer',
      'exception.stacktrace': 'TimeoutError: no answer\n\tat load(orders.js: 41)\n',
      'aws.xray.exception.id': '2f0c1d9be0a1b2c3',
      'aws.xray.exception.remote': true,
      'aws.xray.exception.truncated': 12,
      'aws.xray.exception.skipped': 0,
      'aws.xray.exception.cause': '77aa77aa77aa77aa',
    })
    expect(exceptionsOf({ events: [sent] })).toEqual([
      {
        id: '2f0c1d9be0a1b2c3',
        type: 'TimeoutError',
        message: 'no answer',
        remote: true,
        truncated: 12,
        skipped: 0,
        cause: '77aa77aa77aa77aa',
        stack: [{ path: 'orders.js', line: 41, label: 'load' }],
      },
    ])
  })
})
