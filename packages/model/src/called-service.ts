import type { Subsegment } from './segment.ts'

/** The node type of a callee that is no AWS service. */
export const REMOTE_TYPE = 'remote'

/** The node type of a database called through SQL. */
export const SQL_TYPE = 'Database::SQL'

/** The node type of a queue, which alone has a `QueueTime` of its own (xray-behaviour 7.3). */
export const QUEUE_TYPE = 'AWS::SQS::Queue'

/** What a call says of the service it calls; stands for the callee as long as that reports nothing. */
export type CalledService = {
  /** The resource where the call names one, else as the call is named. */
  readonly name: string
  /** `remote`, `Database::SQL`, or the origin of an AWS service. */
  readonly type: string
  /** The table, bucket, queue, topic or function; only where `aws.operation` is told too. */
  readonly resource: string | undefined
}

/** What a callee is known by. */
export type Call = Pick<Subsegment, 'name' | 'namespace' | 'sql' | 'aws'>

/**
 * Names the callee of a subsegment with namespace `aws` or `remote` (xray-behaviour 7.3, 9.2, 13.4);
 * undefined for the program's own work.
 */
export function calledServiceOf(call: Call): CalledService | undefined {
  switch (call.namespace) {
    case 'aws':
      return awsServiceOf(call)
    case 'remote': {
      const type = call.sql === undefined ? REMOTE_TYPE : SQL_TYPE
      return { name: call.name, type, resource: undefined }
    }
    default:
      return undefined
  }
}

/** Services whose resource is known: how their calls are named, and the member that names it. */
const RESOURCE_KINDS = new Map([
  ['dynamodb', { type: 'AWS::DynamoDB::Table', member: 'table_name' }],
  ['s3', { type: 'AWS::S3::Bucket', member: 'bucket_name' }],
  ['sqs', { type: QUEUE_TYPE, member: 'queue_url' }],
  ['sns', { type: 'AWS::SNS', member: 'topic_arn' }],
  ['lambda', { type: 'AWS::Lambda', member: 'function_name' }],
])

function awsServiceOf(call: Call): CalledService {
  const kind = RESOURCE_KINDS.get(serviceWord(call.name))
  const hasOperation = typeof call.aws?.['operation'] === 'string'
  const resource = kind && hasOperation ? call.aws[kind.member] : undefined
  if (kind === undefined || typeof resource !== 'string' || resource === '') {
    return { name: call.name, type: `AWS::${call.name}`, resource: undefined }
  }
  return { name: resource, type: kind.type, resource }
}

/** `DynamoDB`, `dynamodb`, `AmazonDynamoDBv2`: SDKs differ in prefix, version and case. */
function serviceWord(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:amazon|aws) ?/, '')
    .replace(/v\d$/, '')
}
