import {
  type JsonObject,
  parseSegmentDocument,
  printSegment,
  type Segment,
  type Trace,
  unixNanos,
} from '@fluoroscope/model'
import { describe, expect, test } from 'vitest'
import { assembleTrace } from './assemble-trace.ts'
import { serviceKeyOf, serviceStateOf } from './service-key.ts'

const TRACE_ID = '1-68f00000-111122223333444455556666'
const CALL = { id: '51aa62bb73cc84dd', start_time: 11, end_time: 12 }
const CALLEE = { id: 'aaaa0000bbbb1111', name: 'back', start_time: 11, end_time: 12 }

function traceWith(call: JsonObject, ...others: JsonObject[]): Trace {
  const root = { id: '10aa20bb30cc40dd', name: 'front', start_time: 10, end_time: 20 }
  const documents = [{ ...root, subsegments: [{ ...CALL, ...call }] }, ...others].map((members) => {
    const parsed = parseSegmentDocument(JSON.stringify({ ...members, trace_id: TRACE_ID }))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem))
    return {
      document: parsed.value.document,
      received: unixNanos(1n),
      account: '000000000000',
      region: 'us-east-1',
    }
  })
  const [first] = documents
  if (first?.document.kind !== 'segment') throw new Error('no segment')
  return assembleTrace(first.document.segment.traceId, documents)
}

function inferredFor(call: JsonObject): Segment {
  const [inferred] = traceWith(call).inferred
  if (inferred === undefined) throw new Error('nothing inferred')
  return inferred
}

/** Call, origin in the document, name and type of the node, state. */
const KINDS: [JsonObject, string | undefined, string, string, string][] = [
  [
    { name: 'DynamoDB', aws: { operation: 'PutItem', table_name: 'orders' } },
    'AWS::DynamoDB::Table',
    'orders',
    'AWS::DynamoDB::Table',
    'unknown',
  ],
  [
    { name: 'dynamodb', aws: { operation: 'PutItem', table_name: 'orders' } },
    'AWS::DynamoDB::Table',
    'orders',
    'AWS::DynamoDB::Table',
    'unknown',
  ],
  [
    { name: 'AmazonDynamoDBv2', aws: { operation: 'PutItem', table_name: 'orders' } },
    'AWS::DynamoDB::Table',
    'orders',
    'AWS::DynamoDB::Table',
    'unknown',
  ],
  [
    { name: 'S3', aws: { operation: 'GetObject', bucket_name: 'pictures' } },
    'AWS::S3::Bucket',
    'pictures',
    'AWS::S3::Bucket',
    'unknown',
  ],
  [
    { name: 'SQS', aws: { operation: 'SendMessage', queue_url: 'https://sqs/1/q' } },
    'AWS::SQS::Queue',
    'https://sqs/1/q',
    'AWS::SQS::Queue',
    'unknown',
  ],
  [
    { name: 'SNS', aws: { operation: 'Publish', topic_arn: 'arn:aws:sns:r:1:t' } },
    'AWS::SNS',
    'arn:aws:sns:r:1:t',
    'AWS::SNS',
    'unknown',
  ],
  [
    { name: 'Lambda', aws: { operation: 'Invoke', function_name: 'thumb' } },
    'AWS::Lambda',
    'thumb',
    'AWS::Lambda',
    'unknown',
  ],
  [
    { name: 'SQS', aws: { queue_url: 'https://sqs/1/q', resource_names: ['sent'] } },
    'AWS::SQS',
    'SQS',
    'AWS::SQS',
    'unknown',
  ],
  [
    { name: 'DynamoDB', aws: { table_name: 'orders' } },
    'AWS::DynamoDB',
    'DynamoDB',
    'AWS::DynamoDB',
    'unknown',
  ],
  [
    { name: 'my-db', aws: { operation: 'PutItem', table_name: 'orders' } },
    'AWS::my-db',
    'my-db',
    'AWS::my-db',
    'unknown',
  ],
  [{ name: 'SSM' }, 'AWS::SSM', 'SSM', 'AWS::SSM', 'unknown'],
  [{ name: 'api.test', namespace: 'remote' }, undefined, 'api.test', 'remote', 'passive'],
  [
    { name: 'ebdb@host', namespace: 'remote', sql: { database_type: 'PostgreSQL' } },
    undefined,
    'ebdb@host',
    'Database::SQL',
    'unknown',
  ],
]

describe('inferred segments and their nodes (7.3, 9.2)', () => {
  test.each(KINDS)('%j: %s', (call, origin, name, type, state) => {
    const inferred = inferredFor({ namespace: 'aws', ...call })
    expect(printSegment(inferred)['origin']).toBe(origin)
    expect(inferred).toMatchObject({ name: call['name'], inferred: true, parentId: CALL.id })
    expect(serviceKeyOf(inferred)).toEqual({ name, type, account: undefined })
    expect(serviceStateOf(inferred)).toBe(state)
    const resources = name === call['name'] ? undefined : [name]
    expect(inferred.aws?.['resource_names']).toEqual(resources)
  })

  test('copies times, flags, http and aws, but neither cause nor `traced`', () => {
    const call = {
      name: 'api.test',
      namespace: 'remote',
      fault: true,
      cause: { exceptions: [{ id: 'aaaa0000bbbb1111' }] },
      http: { request: { url: 'http://api.test', traced: true }, response: { status: 500 } },
    }
    const printed = printSegment(inferredFor(call))
    expect(printed).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: 'api.test',
      start_time: 11,
      trace_id: TRACE_ID,
      end_time: 12,
      parent_id: CALL.id,
      inferred: true,
      fault: true,
      http: { request: { url: 'http://api.test' }, response: { status: 500 } },
    })
  })

  test('a queue gets a subsegment QueueTime with the same times', () => {
    const aws = { operation: 'SendMessage', queue_url: 'https://sqs/1/q' }
    const queue = inferredFor({ name: 'SQS', namespace: 'aws', aws })
    expect(printSegment(queue)['subsegments']).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        name: 'QueueTime',
        start_time: 11,
        end_time: 12,
      },
    ])
    expect(queue.subsegments[0]?.id).not.toBe(queue.id)
  })

  test('the same trace has the same ids every time', () => {
    const call = { name: 'S3', namespace: 'aws' }
    expect(inferredFor(call).id).toBe(inferredFor(call).id)
    expect(inferredFor({ ...call, id: 'ffaa62bb73cc84dd' }).id).not.toBe(inferredFor(call).id)
  })

  test('none for own work, for open calls and for callees that reported', () => {
    expect(traceWith({ name: 'step' }).inferred).toEqual([])
    expect(traceWith({ name: 'step', namespace: 'local' }).inferred).toEqual([])
    const open = { name: 'S3', namespace: 'aws', end_time: null, in_progress: true }
    expect(traceWith(open).inferred).toEqual([])
    const remote = { name: 'back', namespace: 'remote', traced: true }
    expect(traceWith(remote).inferred).toHaveLength(1)
    expect(traceWith(remote, { ...CALLEE, parent_id: CALL.id }).inferred).toEqual([])
  })

  test('a reporting service is named by its name and origin', () => {
    const [segment] = traceWith(
      { name: 'x' },
      { ...CALLEE, origin: 'AWS::EC2::Instance' },
    ).segments.filter((each) => each.id === CALLEE.id)
    if (segment === undefined) throw new Error('no segment')
    expect(serviceKeyOf(segment)).toEqual({
      name: 'back',
      type: 'AWS::EC2::Instance',
      account: undefined,
    })
    expect(serviceStateOf(segment)).toBe('active')
  })
})
