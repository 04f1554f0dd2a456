import type { JsonObject, JsonValue } from '../json.ts'
import { jsonOfValue } from './json-of-value.ts'
import { knownMembers } from './known-members.ts'
import { isOtlpArray } from './otlp-span.ts'
import { textsOf } from './resource-meaning.ts'
import { type SpanAttributes, takeInteger, takeText, textOf } from './span-attributes.ts'
import { isAwsCall } from './span-name.ts'

/**
 * Members of the `aws` block that a span tells (xray-behaviour 15.4, 3.4); undefined where it tells
 * none. Besides the table of 15.4, calls to AWS name their bucket, topic and function, which the
 * service graph names its nodes after (7.3).
 */
export function awsCallOf(attributes: SpanAttributes): JsonObject | undefined {
  const isTold = attributes.tells('aws') || attributes.tells('rpc') || attributes.tells('messaging')
  if (!isTold) return undefined
  return knownMembers([
    ['operation', takeText(attributes, 'aws.operation') ?? takeText(attributes, 'rpc.method')],
    ['account_id', takeText(attributes, 'aws.account_id')],
    ['region', takeText(attributes, 'aws.region')],
    ['request_id', takeText(attributes, 'aws.request_id', 'aws.requestId')],
    ['retries', takeInteger(attributes, 'aws.xray.retries')],
    ['queue_url', queueUrl(attributes)],
    ...tables(attributes),
    ...(isAwsCall(attributes) ? resourcesOf(attributes) : []),
  ])
}

/** Further members of X-Ray's own calls (xray-behaviour 3.4), which travel under their names. */
const XRAY_MEMBERS = [
  'id_2',
  'version_id',
  'prefix',
  'message_attribute_names',
  'attribute_names',
  'invocation_type',
  'log_type',
  'status_code',
  'function_error',
  'resource_names',
]

type Members = readonly (readonly [string, JsonValue | undefined])[]

function resourcesOf(attributes: SpanAttributes): Members {
  return [
    ['bucket_name', takeText(attributes, 'aws.s3.bucket', 'aws.bucket.name', 'aws.bucket_name')],
    ['key', takeText(attributes, 'aws.s3.key', 'aws.key')],
    ['topic_arn', takeText(attributes, 'aws.sns.topic.arn', 'aws.topic_arn')],
    [
      'function_name',
      takeText(attributes, 'aws.lambda.function.name', 'aws.function_name', 'faas.invoked_name'),
    ],
    ...XRAY_MEMBERS.map((member) => [member, takeJson(attributes, `aws.${member}`)] as const),
  ]
}

function takeJson(attributes: SpanAttributes, key: string): JsonValue | undefined {
  const value = attributes.get(key)
  if (value === undefined || value === null) return undefined
  attributes.take(key)
  return jsonOfValue(value)
}

/** Names of the queues of AWS, among the systems that have a `messaging.url`. */
const AWS_QUEUES: readonly (string | undefined)[] = [undefined, 'AmazonSQS', 'aws_sqs', 'aws.sqs']

function queueUrl(attributes: SpanAttributes): string | undefined {
  const isOfAws = AWS_QUEUES.includes(textOf(attributes, 'messaging.system'))
  const url = isOfAws ? takeText(attributes, 'messaging.url') : undefined
  return url ?? takeText(attributes, 'aws.queue_url', 'aws.queue.url', 'aws.sqs.queue.url')
}

/** One table is `table_name`, more are `table_names`. */
function tables(attributes: SpanAttributes): Members {
  const isSemantic = attributes.get('aws.dynamodb.table_names') !== undefined
  const key = isSemantic ? 'aws.dynamodb.table_names' : 'aws.table_names'
  const told = attributes.get(key)
  const names = typeof told === 'string' && told !== '' ? [told] : textsOf(told)
  const isWhole = !isOtlpArray(told) || names.length === told.length
  if (names.length > 0 && isWhole) attributes.take(key)
  if (names.length > 1) return [['table_names', names]]
  return [['table_name', names[0] ?? takeText(attributes, 'aws.table_name', 'aws.table.name')]]
}
