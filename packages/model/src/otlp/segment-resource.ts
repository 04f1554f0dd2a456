import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import type { Segment } from '../segment.ts'
import { AttributeWriter } from './attribute-writer.ts'
import type { OtlpResource } from './otlp-span.ts'

/** Members of the `aws` block of a segment that tell of what it runs on, not of the request. */
export const RESOURCE_MEMBERS: ReadonlySet<string> = new Set([
  'account_id',
  'cloudwatch_logs',
  'ec2',
  'ecs',
  'eks',
  'elastic_beanstalk',
])

/** Members of `aws.xray` that tell of the SDK. */
export const SDK_MEMBERS: ReadonlySet<string> = new Set([
  'sdk',
  'sdk_version',
  'auto_instrumentation',
])

/** What a segment ran on (xray-behaviour 15.3 and 15.4, the other way round). */
export function resourceOfSegment(segment: Segment): OtlpResource {
  const { origin, service, aws = {} } = segment
  const writer = new AttributeWriter()
  writer.put('service.name', segment.name)
  for (const [member, value] of Object.entries(service ?? {})) {
    writer.put(SERVICE_KEYS.get(member) ?? `aws.xray.service.${member}`, value)
  }
  putPlatform(writer, origin)
  writer.put('cloud.account.id', aws['account_id'])
  for (const [block, keys] of BLOCKS) putBlock(writer, block, keys, aws[block])
  putLogGroups(writer, aws['cloudwatch_logs'])
  putSdk(writer, aws['xray'])
  return { attributes: writer.attributes, droppedAttributes: 0, schemaUrl: '' }
}

const SERVICE_KEYS: ReadonlyMap<string, string> = new Map([
  ['version', 'service.version'],
  ['runtime', 'process.runtime.name'],
  ['runtime_version', 'process.runtime.version'],
])

const PLATFORMS: ReadonlyMap<string, readonly [platform: string, launchType?: string]> = new Map([
  ['AWS::EC2::Instance', ['aws_ec2']],
  ['AWS::ECS::Container', ['aws_ecs']],
  ['AWS::ECS::EC2', ['aws_ecs', 'ec2']],
  ['AWS::ECS::Fargate', ['aws_ecs', 'fargate']],
  ['AWS::EKS::Container', ['aws_eks']],
  ['AWS::ElasticBeanstalk::Environment', ['aws_elastic_beanstalk']],
  ['AWS::AppRunner::Service', ['aws_app_runner']],
])

function putPlatform(writer: AttributeWriter, origin: string | undefined): void {
  const [platform, launchType] = PLATFORMS.get(origin ?? '') ?? []
  if (platform !== undefined) writer.put('cloud.provider', 'aws')
  writer.put('cloud.platform', platform)
  writer.put('aws.ecs.launchtype', launchType)
  writer.put('aws.xray.origin', origin)
}

/** The key of each known member of a block; others are `aws.<block>.<member>`. */
const BLOCKS: readonly (readonly [block: string, keys: ReadonlyMap<string, string>])[] = [
  [
    'ec2',
    new Map([
      ['instance_id', 'host.id'],
      ['availability_zone', 'cloud.availability_zone'],
      ['instance_size', 'host.type'],
      ['ami_id', 'host.image.id'],
    ]),
  ],
  [
    'ecs',
    new Map([
      ['container', 'container.name'],
      ['container_id', 'container.id'],
      ['container_arn', 'aws.ecs.container.arn'],
      ['cluster_arn', 'aws.ecs.cluster.arn'],
      ['task_arn', 'aws.ecs.task.arn'],
      ['task_family', 'aws.ecs.task.family'],
      ['availability_zone', 'cloud.availability_zone'],
      ['launch_type', 'aws.ecs.launchtype'],
    ]),
  ],
  [
    'eks',
    new Map([
      ['cluster_name', 'k8s.cluster.name'],
      ['pod', 'k8s.pod.name'],
      ['container_id', 'container.id'],
    ]),
  ],
  [
    'elastic_beanstalk',
    new Map([
      ['environment_name', 'service.namespace'],
      ['environment', 'service.namespace'],
      ['version_label', 'service.version'],
      ['deployment_id', 'service.instance.id'],
    ]),
  ],
]

function putBlock(
  writer: AttributeWriter,
  block: string,
  keys: ReadonlyMap<string, string>,
  value: JsonValue | undefined,
): void {
  if (value === undefined) return
  if (!isJsonObject(value)) {
    writer.put(`aws.${block}`, value)
    return
  }
  for (const [member, each] of Object.entries(value)) {
    writer.put(keys.get(member) ?? `aws.${block}.${member}`, each, `aws.xray.${block}.`)
  }
}

/** Lists of names and ARNs, where that is all the block says. */
function putLogGroups(writer: AttributeWriter, value: JsonValue | undefined): void {
  if (value === undefined) return
  const groups = Array.isArray(value) ? value : []
  if (groups.length === 0 || !groups.every(isLogGroup)) {
    writer.put('aws.cloudwatch_logs', value)
    return
  }
  const listOf = (member: string) => {
    const texts = groups.map((group: JsonObject) => group[member])
    const known = texts.filter((text) => text !== undefined)
    return known.length === 0 ? undefined : known
  }
  writer.put('aws.log.group.names', listOf('log_group'))
  writer.put('aws.log.group.arns', listOf('arn'))
}

function isLogGroup(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value)) return false
  return Object.entries(value).every(
    ([member, text]) => ['log_group', 'arn'].includes(member) && typeof text === 'string',
  )
}

const OPENTELEMETRY_SDK = /^(opentelemetry) for (\S+)$/

function putSdk(writer: AttributeWriter, block: JsonValue | undefined): void {
  if (block === undefined || !isJsonObject(block)) return
  const { sdk, sdk_version: version, auto_instrumentation: auto } = block
  const [, name, language] = OPENTELEMETRY_SDK.exec(typeof sdk === 'string' ? sdk : '') ?? []
  writer.put('telemetry.sdk.name', name ?? sdk)
  writer.put('telemetry.sdk.language', language)
  writer.put('telemetry.sdk.version', version)
  writer.put('aws.xray.auto_instrumentation', auto)
}
