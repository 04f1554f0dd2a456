import { deriveEntityId } from '../derive-entity-id.ts'
import type { Cause, Exception } from '../segment.ts'
import { type EntityId, parseEntityId } from '../trace-id.ts'
import type { OtlpEvent, OtlpSpan } from './otlp-span.ts'
import type { ResourceMeaning } from './resource-meaning.ts'
import { integerOf, textOf } from './span-attributes.ts'
import { isAwsApi } from './span-name.ts'
import { parseStackTrace, type StackTrace } from './stack-trace.ts'
import type { XrayCause } from './xray-attributes.ts'

/** The name of the event that tells an exception (OpenTelemetry's conventions). */
export const EXCEPTION_EVENT = 'exception'

/** The name of the event in which AWS SDKs tell a failed attempt. */
const HTTP_FAILURE_EVENT = 'HTTP request failure'

/**
 * The `cause` of a span (xray-behaviour 15.6): what it was in X-Ray, its exception events, else the message of an Error
 * status; undefined where there is neither. Exceptions that bring no id have one derived from the
 * span's, so that a span has the same ids whenever it is read.
 */
export function causeOf(
  span: OtlpSpan,
  told: XrayCause | undefined,
  resource: ResourceMeaning,
): Cause | undefined {
  if (told?.exceptionId !== undefined) return { kind: 'reference', exceptionId: told.exceptionId }
  const isRemote = span.kind === 'client' || span.kind === 'producer'
  const reading: Reading = { span, isRemote, language: resource.language, next: 0 }
  const exceptions = span.events.flatMap((event) => exceptionsOf(event, reading))
  if (exceptions.length === 0 && told === undefined) exceptions.push(...statusException(reading))
  if (exceptions.length === 0 && told === undefined) return undefined
  const { id, workingDirectory, paths = [] } = told ?? {}
  return { kind: 'exceptions', id, workingDirectory, paths, exceptions }
}

type Reading = {
  readonly span: OtlpSpan
  readonly isRemote: boolean
  readonly language: string | undefined
  /** Counts the ids derived for this span. */
  next: number
}

/** An Error status is an exception without a type, where it has a message. */
function statusException(reading: Reading): readonly Exception[] {
  const { status, attributes } = reading.span
  const message = status.message || textOf(attributes, 'http.status_text')
  if (status.code !== 'error' || message === undefined) return []
  return [{ ...NO_EXCEPTION, id: nextId(reading), type: '', message }]
}

function nextId({ span, ...reading }: Reading): EntityId {
  return deriveEntityId(span.traceId, span.id, `exception/${reading.next}`)
}

const NO_EXCEPTION: Exception = {
  id: undefined,
  type: undefined,
  message: undefined,
  remote: undefined,
  truncated: undefined,
  skipped: undefined,
  cause: undefined,
  stack: [],
}

function exceptionsOf(event: OtlpEvent, reading: Reading): readonly Exception[] {
  if (event.name === EXCEPTION_EVENT) return exceptionChain(event, reading)
  const isFailure = event.name === HTTP_FAILURE_EVENT && isAwsApi(reading.span.attributes)
  return isFailure ? httpFailure(event, reading) : []
}

/** The exception of an event, followed by what its stack trace says caused it. */
function exceptionChain(event: OtlpEvent, reading: Reading): readonly Exception[] {
  const { attributes } = event
  const { frames, causes } = stackOf(event, reading.language)
  const chain: Exception[] = [
    {
      id: exceptionIdOf(event, 'aws.xray.exception.id') ?? takeId(reading),
      type: textOf(attributes, 'exception.type'),
      message: textOf(attributes, 'exception.message'),
      remote: flagOf(event, 'aws.xray.exception.remote') ?? reading.isRemote,
      truncated: integerOf(attributes, 'aws.xray.exception.truncated'),
      skipped: integerOf(attributes, 'aws.xray.exception.skipped'),
      cause: exceptionIdOf(event, 'aws.xray.exception.cause'),
      stack: frames,
    },
  ]
  for (const { type, message, frames: stack } of causes) {
    const id = takeId(reading)
    const last = chain.length - 1
    chain[last] = { ...(chain[last] ?? NO_EXCEPTION), cause: id }
    chain.push({ ...NO_EXCEPTION, id, type, message, remote: reading.isRemote, stack })
  }
  return chain
}

function takeId(reading: Reading): EntityId {
  const id = nextId(reading)
  reading.next++
  return id
}

/**
 * X-Ray's exceptions travel with their id, and with a stack in a form that the language of the program
 * says nothing of: Java's from the collector, JavaScript's from this program.
 */
export function stackOf(event: OtlpEvent, language: string | undefined): StackTrace {
  const text = textOf(event.attributes, 'exception.stacktrace') ?? ''
  if (event.attributes.get('aws.xray.exception.id') === undefined) {
    return parseStackTrace(text, language)
  }
  const java = parseStackTrace(text, 'java')
  return java.frames.length > 0 ? java : parseStackTrace(text, 'javascript')
}

function flagOf(event: OtlpEvent, key: string): boolean | undefined {
  const value = event.attributes.get(key)
  return typeof value === 'boolean' ? value : undefined
}

function exceptionIdOf(event: OtlpEvent, key: string): string | undefined {
  const text = textOf(event.attributes, key)
  return text === undefined ? undefined : (parseEntityId(text) ?? text)
}

/** `<status>@<epoch seconds>@<text>` (xray-behaviour 15.6). */
function httpFailure(event: OtlpEvent, reading: Reading): readonly Exception[] {
  const status = integerOf(event.attributes, 'http.response.status_code', 'http.status_code')
  const text = event.attributes.get('aws.http.error_message')
  if (status === undefined || typeof text !== 'string') return []
  const message = `${status}@${epochSeconds(event.time)}@${text}`
  const type = 'aws.http.error.event'
  return [{ ...NO_EXCEPTION, id: takeId(reading), type, message, remote: true }]
}

const MICROS_PER_SECOND = 1_000_000n

/** With six decimals. */
function epochSeconds(time: bigint): string {
  const micros = time / 1000n
  return `${micros / MICROS_PER_SECOND}.${String(micros % MICROS_PER_SECOND).padStart(6, '0')}`
}
