import { type Exception, endOf, type Segment, type Subsegment } from '../segment.ts'
import { AttributeWriter } from './attribute-writer.ts'
import type { OtlpEvent } from './otlp-span.ts'

/**
 * The exceptions of an entity as events (xray-behaviour 15.6, 15.8). X-Ray does not tell when they
 * happened: they stand at the end, of an entity in progress at its start.
 */
export function exceptionEvents(entity: Segment | Subsegment): readonly OtlpEvent[] {
  if (entity.cause?.kind !== 'exceptions') return []
  const time = endOf(entity) ?? entity.start
  return entity.cause.exceptions.map((exception) => ({
    time,
    name: 'exception',
    attributes: attributesOf(exception),
    droppedAttributes: 0,
  }))
}

function attributesOf(exception: Exception) {
  const writer = new AttributeWriter()
  writer.put('exception.type', exception.type)
  writer.put('exception.message', exception.message)
  writer.put('exception.stacktrace', stackTrace(exception))
  writer.put('aws.xray.exception.id', exception.id)
  writer.put('aws.xray.exception.remote', exception.remote)
  writer.put('aws.xray.exception.truncated', exception.truncated)
  writer.put('aws.xray.exception.skipped', exception.skipped)
  writer.put('aws.xray.exception.cause', exception.cause)
  return writer.attributes
}

/** In JavaScript's form: `Type: message`, then `at label (path:line)` for each frame. */
function stackTrace({ type, message, stack }: Exception): string | undefined {
  if (stack.length === 0) return undefined
  const title = [type, message].filter((text) => text !== undefined && text !== '').join(': ')
  const frames = stack.map(({ path, line, label }) => {
    const place = [path, line].filter((part) => part !== undefined).join(':')
    if (label === undefined || label === '') return `    at ${place}`
    return place === '' ? `    at ${label}` : `    at ${label} (${place})`
  })
  return [title, ...frames].join('\n')
}
