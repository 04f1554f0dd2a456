import type { JsonObject, Segment, Subsegment } from '@fluoroscope/model'
import { urlParts } from '../request-text.ts'

const MAX_SQL = 80

/** What a row says behind its name: the request, the operation, the statement, the resource. */
export function rowText(entity: Segment | Subsegment): string {
  const parts = [sqlText(entity), awsText(entity.aws), httpText(entity), originText(entity)]
  return parts.find((part) => part !== '') ?? ''
}

function sqlText(entity: Segment | Subsegment): string {
  const query = entity.kind === 'subsegment' ? textOf(entity.sql, ['sanitized_query']) : ''
  return query.replace(/\s+/g, ' ').slice(0, MAX_SQL)
}

const RESOURCES = ['table_name', 'bucket_name', 'queue_url', 'topic_arn', 'function_name']

function awsText(aws: JsonObject | undefined): string {
  const operation = textOf(aws, ['operation'])
  if (operation === '') return ''
  const resource = textOf(aws, RESOURCES)
  // Of a queue's URL or a topic's ARN the last part is its name.
  return `${operation} ${resource.slice(Math.max(resource.lastIndexOf('/'), resource.lastIndexOf(':')) + 1)}`.trim()
}

function httpText(entity: Segment | Subsegment): string {
  const { http } = entity
  if (http === undefined) return ''
  const path = http.url === undefined ? '' : urlParts(http.url).path
  return [http.method ?? '', path, http.status === undefined ? '' : String(http.status)]
    .filter((part) => part !== '')
    .join(' ')
}

function originText(entity: Segment | Subsegment): string {
  return entity.kind === 'segment' ? (entity.origin ?? '') : ''
}

function textOf(object: JsonObject | undefined, keys: readonly string[]): string {
  const found = keys.map((key) => object?.[key]).find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : ''
}
