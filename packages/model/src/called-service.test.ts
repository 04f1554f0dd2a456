import { describe, expect, test } from 'vitest'
import { calledServiceOf } from './called-service.ts'
import type { JsonObject } from './json.ts'
import { parseSegmentDocument } from './segment-document.ts'

function callOf(members: JsonObject) {
  const call = { id: '00000000000000c1', start_time: 1, end_time: 2, ...members }
  const document = {
    id: '00000000000000a1',
    trace_id: '1-58406520-a006649127e371903a2de979',
    name: 'front',
    start_time: 1,
    end_time: 2,
    subsegments: [call],
  }
  const parsed = parseSegmentDocument(JSON.stringify(document))
  if (!parsed.ok || parsed.value.document.kind !== 'segment') throw new Error('not a segment')
  const [subsegment] = parsed.value.document.segment.subsegments
  if (subsegment === undefined) throw new Error('no subsegment')
  return calledServiceOf(subsegment)
}

/** xray-behaviour 7.3 and 9.2. */
describe('calledServiceOf', () => {
  test.each([
    ['DynamoDB', { operation: 'GetItem', table_name: 't1' }, 't1', 'AWS::DynamoDB::Table'],
    ['dynamodb', { operation: 'GetItem', table_name: 't1' }, 't1', 'AWS::DynamoDB::Table'],
    ['S3', { operation: 'GetObject', bucket_name: 'b' }, 'b', 'AWS::S3::Bucket'],
    ['SQS', { operation: 'SendMessage', queue_url: 'http://q' }, 'http://q', 'AWS::SQS::Queue'],
    ['SNS', { operation: 'Publish', topic_arn: 'arn:t' }, 'arn:t', 'AWS::SNS'],
    ['Lambda', { operation: 'Invoke', function_name: 'f' }, 'f', 'AWS::Lambda'],
    ['SQS', { queue_url: 'http://q' }, 'SQS', 'AWS::SQS'],
    ['DynamoDB', { operation: 'ListTables' }, 'DynamoDB', 'AWS::DynamoDB'],
    ['my-db', { operation: 'GetItem', table_name: 't1' }, 'my-db', 'AWS::my-db'],
  ])('%s with %j is %s, %s', (name, aws, node, type) => {
    expect(callOf({ name, namespace: 'aws', aws })).toMatchObject({ name: node, type })
  })

  test('a host is remote, a database is SQL, own work is nothing', () => {
    expect(callOf({ name: 'pay.example', namespace: 'remote' })?.type).toBe('remote')
    expect(callOf({ name: 'db@host', namespace: 'remote', sql: {} })?.type).toBe('Database::SQL')
    expect(callOf({ name: '## work' })).toBeUndefined()
    expect(callOf({ name: '## work', namespace: 'local' })).toBeUndefined()
  })
})
