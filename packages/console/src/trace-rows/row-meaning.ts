import type { JsonObject, JsonValue, Segment, Subsegment } from '@fluoroscope/model'
import { isJsonObject } from '@fluoroscope/model'
import { rowText } from '../timeline/row-text.ts'
import type { RowKind } from './trace-rows.ts'

const QUEUE = /^(?:SQS|SNS|Kinesis|EventBridge|Events)$/i
const AWS_DATABASE = /^(?:DynamoDB|RDS|ElastiCache|Redshift|Neptune|OpenSearch)$/i

/** What the row is: where the request goes, if it goes anywhere. */
export function rowKind(entity: Segment | Subsegment): RowKind {
  if (entity.kind === 'segment') return segmentKind(entity)
  if (entity.sql !== undefined) return 'database'
  if (entity.namespace === 'aws') {
    if (AWS_DATABASE.test(entity.name)) return 'database'
    return QUEUE.test(entity.name) ? 'queue' : 'aws'
  }
  return entity.namespace === 'remote' ? 'remote' : 'local'
}

function segmentKind({ inferred, origin = '' }: Segment): RowKind {
  if (!inferred) return 'service'
  if (/^Database::|DynamoDB|RDS/i.test(origin)) return 'database'
  if (/SQS|SNS|Kinesis|queue|topic/i.test(origin)) return 'queue'
  return origin.startsWith('AWS::') ? 'aws' : 'remote'
}

/**
 * The same for rows that do the same to the same: the name and what the row says, its numbers and ids
 * left out. Statements of SQL come without values already.
 */
export function similarText(entity: Segment | Subsegment, text = rowText(entity)): string {
  const request = text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}/gi, '#')
    .replace(/\d+/g, '#')
  return `${entity.name}\u0000${request}`
}

/** What a search by key finds on the row, besides what columns hold: annotations first. */
export function rowTerms(entity: Segment | Subsegment): readonly (readonly [string, string])[] {
  const terms: [string, string][] = []
  for (const [key, value] of entity.annotations) terms.push([key, String(value)])
  const add = (key: string, value: JsonValue | undefined) => {
    if (typeof value === 'string' && value !== '') terms.push([key, value])
  }
  add('url', entity.http?.url)
  add('method', entity.http?.method)
  add('operation', entity.aws?.['operation'])
  if (entity.kind === 'segment') {
    add('user', entity.user)
    add('origin', entity.origin)
  } else {
    add('namespace', entity.namespace)
    add('sql', entity.sql?.['sanitized_query'])
  }
  for (const exception of entity.cause?.kind === 'exceptions' ? entity.cause.exceptions : []) {
    add('exception', [exception.type, exception.message].filter(Boolean).join(': '))
  }
  if (entity.metadata !== undefined) addMetadata(terms, entity.metadata)
  return terms
}

/** Every scalar of the metadata, by its path. */
function addMetadata(terms: [string, string][], metadata: JsonObject): void {
  const open: [string, JsonValue][] = Object.entries(metadata)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next
    if (isJsonObject(value)) {
      for (const [key, inner] of Object.entries(value)) open.push([`${path}.${key}`, inner])
    } else if (Array.isArray(value)) {
      for (const inner of value as readonly JsonValue[]) open.push([path, inner])
    } else if (value !== null) {
      terms.push([path, String(value)])
    }
  }
}
