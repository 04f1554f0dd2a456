import type { TraceId } from '@fluoroscope/model'
import { entityIdText, type Json, segmentJson, subsegmentJson, traceIdOf } from './traces.ts'

/**
 * The traces that `fixtures/filter/matches.json` speaks of, by name: their documents. Times are in
 * seconds after `BASE_SECONDS`.
 */
export const FILTER_TRACES: ReadonlyMap<string, readonly Json[]> = new Map([
  ['fine', fine()],
  ['slow', slow()],
  ['failed', failed()],
  ['missing', missing()],
  ['throttled', throttled()],
  ['partial', partial()],
  ['handled', handled()],
  ['lambda', lambda()],
  ['table', table()],
  ['open', open()],
  ['foreign', foreign()],
  ['dotted', dotted()],
  ['legacy', legacy()],
  ['orphan', orphan()],
])

/** The id that a name stands for. */
export function traceIdNamed(name: string): TraceId {
  const hex = Buffer.from(name.padEnd(12, '.').slice(0, 12)).toString('hex')
  return traceIdOf(`1-68f00000-${hex}`)
}

function segment(trace: string, id: number, name: string, times: Times, more: Json = {}): Json {
  return segmentJson(id, name, times, { trace_id: traceIdNamed(trace), ...more })
}

type Times = readonly [number, number]

function http(method: string, url: string, status: number, more: Json = {}): Json {
  return { http: { request: { method, url, ...more }, response: { status } } }
}

function thrown(...exceptions: readonly (readonly [type: string, message: string])[]): Json {
  const list = exceptions.map(([type, message], index) => ({
    id: entityIdText(0xe0 + index),
    type,
    message,
  }))
  return { cause: { exceptions: list } }
}

function below(id: number): Json {
  return { parent_id: entityIdText(id) }
}

/** A call that names the callee; embedded in its segment. */
function call(id: number, name: string, times: Times, more: Json = {}): Json {
  return subsegmentJson(id, name, times, { namespace: 'remote', ...more })
}

function tableCall(id: number, name: string, times: Times, more: Json = {}): Json {
  const aws = { operation: 'GetItem', table_name: name }
  return subsegmentJson(id, 'DynamoDB', times, { namespace: 'aws', aws, ...more })
}

/** 0.2 s; front (EC2) calls orders (ECS), all well. */
function fine(): readonly Json[] {
  const request = { user_agent: 'search bot', client_ip: '203.0.113.9' }
  return [
    segment('fine', 1, 'front', [0, 0.2], {
      ...http('GET', 'https://shop.test/api/cart/1', 200, request),
      origin: 'AWS::EC2::Instance',
      user: 'u-81',
      resource_arn: 'arn:aws:ecs:eu-west-1:000000000000:task/a',
      aws: { ec2: { instance_id: 'i-0abc', availability_zone: 'eu-west-1a' } },
      annotations: { tier: 'gold', items: 30, beta: true },
      subsegments: [call(2, 'orders', [0.01, 0.16], http('GET', 'http://orders/1', 200))],
    }),
    segment('fine', 3, 'orders', [0.02, 0.15], {
      ...below(2),
      ...http('GET', 'http://orders/1', 200),
      origin: 'AWS::ECS::Container',
    }),
  ]
}

/** 6 s, most of it in the table t1 behind pricing: front 6, call 4.5, pricing 4.4, table 4.3. */
function slow(): readonly Json[] {
  return [
    segment('slow', 1, 'front', [0, 6], {
      ...http('GET', 'https://shop.example/prices', 200),
      subsegments: [call(2, 'pricing', [1, 5.5])],
    }),
    segment('slow', 3, 'pricing', [1.05, 5.45], {
      ...below(2),
      subsegments: [tableCall(4, 't1', [1.1, 5.4])],
    }),
  ]
}

/** A chain of four that all fault: front, auth, directory, store. */
function failed(): readonly Json[] {
  const names = ['front', 'auth', 'directory', 'store']
  return names.map((name, index) => {
    const isLast = index === names.length - 1
    const times: Times = [index * 0.1, 1 - index * 0.1]
    const next = names[index + 1] ?? ''
    const subsegments = isLast ? [] : [call(10 * index + 2, next, times, { fault: true })]
    const more = isLast ? thrown(['IoFailure', 'disk gone'], ['Timeout', 'no answer']) : {}
    return segment('failed', 10 * index + 1, name, times, {
      ...(index === 0 ? http('POST', 'https://shop.test/login', 500) : below(10 * index - 8)),
      fault: true,
      subsegments,
      ...more,
    })
  })
}

/** 404 of orders itself, told by the status alone. */
function missing(): readonly Json[] {
  return [segment('missing', 1, 'orders', [0, 0.05], http('PUT', 'https://orders.test/9', 404))]
}

function throttled(): readonly Json[] {
  return [
    segment('throttled', 1, 'front', [0, 0.01], {
      ...http('GET', 'https://shop.test/', 429),
      error: true,
      throttle: true,
    }),
  ]
}

/** 2 s; the parent of orders has not come. */
function partial(): readonly Json[] {
  return [
    segment('partial', 1, 'front', [0, 2], http('GET', 'https://shop.test/x', 200)),
    segment('partial', 3, 'orders', [0.5, 1], { ...below(99), user: 'u-82' }),
  ]
}

/** orders faults, front saw an error and answered 200 all the same. */
function handled(): readonly Json[] {
  return [
    segment('handled', 1, 'front', [0, 5], {
      ...http('GET', 'https://shop.test/api/cart/2', 200),
      subsegments: [
        call(2, 'orders', [0.1, 2.1], { error: true, ...http('GET', 'http://o/', 400) }),
      ],
    }),
    segment('handled', 3, 'orders', [0.2, 2], {
      ...below(2),
      ...http('GET', 'http://o/', 503),
      fault: true,
      ...thrown(['OwnFailure', 'out of stock']),
    }),
  ]
}

/** A function and the Lambda service before it, of one name; the function has the error. */
function lambda(): readonly Json[] {
  return [
    segment('lambda', 1, 'fn', [0, 1], { origin: 'AWS::Lambda' }),
    segment('lambda', 2, 'fn', [0.1, 0.9], {
      ...below(1),
      origin: 'AWS::Lambda::Function',
      error: true,
    }),
  ]
}

/** The table t1 throttles front, 0.3 s; front is well. */
function table(): readonly Json[] {
  return [
    segment('table', 1, 'front', [0, 8], {
      subsegments: [tableCall(2, 't1', [0.1, 0.4], { error: true, throttle: true })],
    }),
  ]
}

/** front has not ended. */
function open(): readonly Json[] {
  const started = segment('open', 1, 'front', [0, 1])
  return [{ ...started, end_time: undefined, in_progress: true }]
}

/** Code that belongs to another account than the sender. */
function foreign(): readonly Json[] {
  return [segment('foreign', 1, 'billing', [0, 3], { aws: { account_id: '123456789012' } })]
}

/** Annotations whose keys or types are not those of `fine`; on a subsegment. */
function dotted(): readonly Json[] {
  const annotations = { 'aws.local.service': 'cart', items: '30', beta: false }
  return [
    segment('dotted', 1, 'cart', [0, 0.5], {
      subsegments: [subsegmentJson(2, 'work', [0, 0.4], { annotations })],
    }),
  ]
}

/** front calls legacy, which reports nothing. */
function legacy(): readonly Json[] {
  return [
    segment('legacy', 1, 'front', [0, 0.3], {
      ...http('GET', 'https://shop.test/old', 302),
      subsegments: [call(2, 'legacy', [0.1, 0.2], http('GET', 'http://legacy/', 200))],
    }),
  ]
}

/** A subsegment whose segment has not come. */
function orphan(): readonly Json[] {
  const more = { trace_id: traceIdNamed('orphan'), type: 'subsegment', ...below(9) }
  return [subsegmentJson(1, 'work', [0, 1], more)]
}
