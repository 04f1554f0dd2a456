import type { JsonObject, JsonValue } from '../json.ts'
import { jsonOfValue } from './json-of-value.ts'
import { knownMembers } from './known-members.ts'
import type { MappingSettings } from './mapping-settings.ts'
import { isOtlpArray, type OtlpAttributes, type OtlpValue } from './otlp-span.ts'
import { textOf } from './span-attributes.ts'

/** What a resource says of all its spans; made once for many of them. */
export type ResourceMeaning = {
  readonly attributes: OtlpAttributes
  readonly serviceName: string | undefined
  /** The `origin` of segments (xray-behaviour 15.3). */
  readonly origin: string | undefined
  /** `telemetry.sdk.language`, which tells how stack traces read. */
  readonly language: string | undefined
  readonly account: string | undefined
  readonly instanceId: string | undefined
  readonly availabilityZone: string | undefined
  /** The `aws` block of segments, without what a span adds; undefined where nothing is known. */
  readonly aws: JsonObject | undefined
  /** The `service` block of segments. */
  readonly service: JsonObject | undefined
  readonly index: MappingSettings['index']
  readonly indexedAttributes: ReadonlySet<string>
}

/** Reads the attributes of a resource (xray-behaviour 15.3, 15.4, 5.6). */
export function readResource(
  attributes: OtlpAttributes,
  settings: MappingSettings,
): ResourceMeaning {
  const text = (key: string) => textOf(attributes, key)
  const provider = text('cloud.provider')
  const isAws = provider === undefined || provider === 'aws'
  const platform = isAws ? text('cloud.platform') : undefined
  const version = text('service.version') ?? text('container.image.tag')
  const zone = text('cloud.availability_zone')
  const hasHost = platform === 'aws_ec2' || text('host.id') !== undefined
  return {
    attributes,
    serviceName: text('service.name'),
    origin: text('aws.xray.origin') ?? originOf(platform, text('aws.ecs.launchtype')),
    language: text('telemetry.sdk.language'),
    account: isAws ? text('cloud.account.id') : undefined,
    instanceId: isAws ? text('host.id') : undefined,
    availabilityZone: isAws && (hasHost || platform === 'aws_ecs') ? zone : undefined,
    aws: isAws ? awsBlock(attributes, platform, settings) : sdkBlock(attributes),
    service: version === undefined ? undefined : { version },
    ...indexRules(attributes, settings),
  }
}

const ORIGINS: ReadonlyMap<string, string> = new Map([
  ['aws_ec2', 'AWS::EC2::Instance'],
  ['aws_ecs', 'AWS::ECS::Container'],
  ['aws_eks', 'AWS::EKS::Container'],
  ['aws_elastic_beanstalk', 'AWS::ElasticBeanstalk::Environment'],
  ['aws_app_runner', 'AWS::AppRunner::Service'],
])

function originOf(platform: string | undefined, launchType: string | undefined) {
  if (platform === 'aws_ecs' && launchType === 'ec2') return 'AWS::ECS::EC2'
  if (platform === 'aws_ecs' && launchType === 'fargate') return 'AWS::ECS::Fargate'
  return platform === undefined ? undefined : ORIGINS.get(platform)
}

function awsBlock(
  attributes: OtlpAttributes,
  platform: string | undefined,
  settings: MappingSettings,
): JsonObject | undefined {
  const text = (key: string) => textOf(attributes, key)
  const onHost = platform === 'aws_ec2' || text('host.id') !== undefined
  const onCluster = platform === 'aws_eks' || text('k8s.cluster.name') !== undefined
  return knownMembers([
    ['account_id', text('cloud.account.id')],
    ['cloudwatch_logs', logGroupsOf(attributes, settings)],
    ['ec2', onHost ? ec2Block(attributes) : undefined],
    ['ecs', platform === 'aws_ecs' ? ecsBlock(attributes) : undefined],
    ['eks', onCluster ? eksBlock(attributes) : undefined],
    [
      'elastic_beanstalk',
      platform === 'aws_elastic_beanstalk' ? beanstalkBlock(attributes) : undefined,
    ],
    ['xray', xrayBlock(attributes)],
  ])
}

/** All that a resource outside of AWS says to X-Ray. */
function sdkBlock(attributes: OtlpAttributes): JsonObject | undefined {
  return knownMembers([['xray', xrayBlock(attributes)]])
}

function ec2Block(attributes: OtlpAttributes): JsonObject | undefined {
  return knownMembers([
    ['instance_id', textOf(attributes, 'host.id')],
    ['availability_zone', textOf(attributes, 'cloud.availability_zone')],
    ['instance_size', textOf(attributes, 'host.type')],
    ['ami_id', textOf(attributes, 'host.image.id')],
  ])
}

function ecsBlock(attributes: OtlpAttributes): JsonObject | undefined {
  return knownMembers([
    ['container', textOf(attributes, 'container.name')],
    ['container_id', textOf(attributes, 'container.id')],
    ['container_arn', textOf(attributes, 'aws.ecs.container.arn')],
    ['cluster_arn', textOf(attributes, 'aws.ecs.cluster.arn')],
    ['task_arn', textOf(attributes, 'aws.ecs.task.arn')],
    ['task_family', textOf(attributes, 'aws.ecs.task.family')],
    ['launch_type', textOf(attributes, 'aws.ecs.launchtype')],
    ['availability_zone', textOf(attributes, 'cloud.availability_zone')],
  ])
}

function eksBlock(attributes: OtlpAttributes): JsonObject | undefined {
  return knownMembers([
    ['cluster_name', textOf(attributes, 'k8s.cluster.name')],
    ['pod', textOf(attributes, 'k8s.pod.name')],
    ['container_id', textOf(attributes, 'container.id')],
  ])
}

const INTEGER_TEXT = /^\d{1,15}$/

function beanstalkBlock(attributes: OtlpAttributes): JsonObject | undefined {
  const deployment = textOf(attributes, 'service.instance.id')
  if (deployment === undefined) return undefined
  return knownMembers([
    ['environment_name', textOf(attributes, 'service.namespace')],
    ['deployment_id', INTEGER_TEXT.test(deployment) ? Number(deployment) : undefined],
    ['version_label', textOf(attributes, 'service.version')],
  ])
}

function xrayBlock(attributes: OtlpAttributes): JsonObject | undefined {
  const sdk = textOf(attributes, 'telemetry.sdk.name')
  const language = textOf(attributes, 'telemetry.sdk.language')
  const auto = textOf(attributes, 'telemetry.auto.version', 'telemetry.distro.version')
  const told = attributes.get('aws.xray.auto_instrumentation')
  const isAuto = typeof told === 'boolean' ? told : auto !== undefined
  if (sdk === undefined && !isAuto) return undefined
  return knownMembers([
    ['sdk', sdk !== undefined && language !== undefined ? `${sdk} for ${language}` : sdk],
    ['sdk_version', textOf(attributes, 'telemetry.sdk.version')],
    ['auto_instrumentation', isAuto],
  ])
}

/** ARNs before names, and both before the configured names; texts may join several with `&`. */
function logGroupsOf(attributes: OtlpAttributes, settings: MappingSettings) {
  const arns = listOf(attributes.get('aws.log.group.arns'))
  if (arns.length > 0) return arns.map((arn) => ({ log_group: logGroupOf(arn), arn }))
  const names = listOf(attributes.get('aws.log.group.names'))
  const groups = names.length > 0 ? names : settings.logGroups
  return groups.length === 0 ? undefined : groups.map((name) => ({ log_group: name }))
}

/** The seventh part of `arn:aws:logs:<region>:<account>:log-group:<name>`. */
function logGroupOf(arn: string): string {
  return arn.split(':')[6] ?? arn
}

function listOf(value: OtlpValue | undefined): readonly string[] {
  if (typeof value === 'string') return value.split('&').filter((part) => part !== '')
  return textsOf(value)
}

/** The texts of an array. */
export function textsOf(value: OtlpValue | undefined): readonly string[] {
  if (!isOtlpArray(value)) return []
  return value.filter((element) => typeof element === 'string')
}

/** The exporter's configuration, where it travels with the resource (xray-behaviour 5.6). */
function indexRules(
  attributes: OtlpAttributes,
  settings: MappingSettings,
): Pick<ResourceMeaning, 'index' | 'indexedAttributes'> {
  const all = attributes.get('aws.xray.exporter.config.index_all_attributes')
  const listed = textsOf(attributes.get('aws.xray.exporter.config.indexed_attributes'))
  const indexedAttributes = new Set([...settings.indexedAttributes, ...listed])
  if (typeof all !== 'boolean') return { index: settings.index, indexedAttributes }
  return { index: all ? 'span-and-resource' : 'listed', indexedAttributes }
}

/** The attributes of the resource as a segment's metadata or annotations name them. */
export const RESOURCE_PREFIX = 'otel.resource.'

/** The attributes of the resource as metadata, but for those that are annotations. */
export function resourceMetadata(
  resource: ResourceMeaning,
  annotations: readonly (readonly [key: string, value: unknown])[],
): JsonObject {
  const annotated = new Set(annotations.map(([key]) => key))
  const members: [string, JsonValue][] = []
  for (const [own, value] of resource.attributes) {
    const key = RESOURCE_PREFIX + own
    if (value !== null && !annotated.has(key)) members.push([key, jsonOfValue(value)])
  }
  return Object.fromEntries(members)
}
