import type { MapNode } from '../answer/service-graph.ts'

/** What a node stands for, each drawn in a shape of its own. */
export type NodeKind =
  | 'service'
  | 'client'
  | 'queue'
  | 'database'
  | 'external'
  | 'inferred'
  | 'bundle'

type Named = Pick<MapNode, 'key' | 'reports' | 'bundle'>

export const KIND_WORDS: Readonly<Record<NodeKind, string>> = {
  service: 'Service',
  client: 'Clients',
  queue: 'Queue or topic',
  database: 'Database',
  external: 'External host',
  inferred: 'Inferred resource',
  bundle: 'Several services as one',
}

const QUEUE = /SQS|SNS|Kinesis|Kafka|MQ|EventBridge|Events::|queue|topic|messaging/i
const DATABASE = /^Database::|DynamoDB|RDS|Aurora|ElastiCache|Redshift|Neptune|DocDB|OpenSearch/i

/** By type and state (xray-behaviour 9.2): who reports by itself is a service, whatever its type. */
export function kindOf({ key, reports, bundle }: Named): NodeKind {
  if (bundle !== undefined) return 'bundle'
  const type = key.type ?? ''
  if (type === 'client') return 'client'
  if (reports) return 'service'
  if (type === 'remote') return 'external'
  if (QUEUE.test(type)) return 'queue'
  return DATABASE.test(type) ? 'database' : 'inferred'
}

/** The name; for clients whose they are, since they carry the name of what they call. */
export function fullName(node: Named): string {
  return kindOf(node) === 'client' ? `Clients of ${node.key.name}` : node.key.name
}

/** The name as a map has room for it: the last part of a queue's URL or a resource's ARN. */
export function nodeLabel(node: Named): string {
  const name = fullName(node)
  const isLong = /^(?:https?:\/\/|arn:)/.test(name)
  return isLong ? (name.split(/[/:]/).findLast((part) => part !== '') ?? name) : name
}

/** The type as people say it: `DynamoDB table` for `AWS::DynamoDB::Table`; empty where none is told. */
export function typeText(type: string | undefined): string {
  if (type === undefined || type === 'client' || type === 'remote') return ''
  const [owner, ...rest] = type.split('::')
  return (owner === 'AWS' ? rest : [owner, ...rest]).join(' ')
}
