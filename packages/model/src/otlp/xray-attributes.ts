import type { JsonObject } from '../json.ts'
import { parseEntityId } from '../trace-id.ts'
import { knownMembers } from './known-members.ts'
import { isOtlpArray } from './otlp-span.ts'
import { textsOf } from './resource-meaning.ts'
import { type SpanAttributes, takeFlag, takeText } from './span-attributes.ts'

/**
 * Attributes in which a span that was an X-Ray segment keeps what OpenTelemetry has no word for
 * (xray-behaviour 15.8, and what this program adds when it gives segments as spans).
 */
export type XrayAttributes = {
  /** Flags that the status does not imply. */
  readonly flags: { readonly [flag in 'fault' | 'error' | 'throttle']: boolean | undefined }
  readonly cause: XrayCause | undefined
  /** Members of `aws.xray` that tell of this one request. */
  readonly sampling: JsonObject | undefined
}

/** What a cause says besides its exceptions; or the id of one recorded elsewhere in the trace. */
export type XrayCause = {
  readonly exceptionId: string | undefined
  readonly id: string | undefined
  readonly workingDirectory: string | undefined
  readonly paths: readonly string[]
}

/** Reads and takes them. */
export function takeXrayAttributes(attributes: SpanAttributes): XrayAttributes {
  if (!attributes.tells('aws')) return NOTHING_OF_XRAY
  return {
    flags: {
      fault: takeFlag(attributes, 'aws.xray.fault'),
      error: takeFlag(attributes, 'aws.xray.error'),
      throttle: takeFlag(attributes, 'aws.xray.throttle'),
    },
    cause: takeCause(attributes),
    sampling: knownMembers([
      ['rule_name', takeText(attributes, 'aws.xray.rule_name')],
      ['sampling_rule_name', takeText(attributes, 'aws.xray.sampling_rule_name')],
    ]),
  }
}

const NOTHING_OF_XRAY: XrayAttributes = {
  flags: { fault: undefined, error: undefined, throttle: undefined },
  cause: undefined,
  sampling: undefined,
}

/** For subsegments: a segment has no namespace, so the attribute stays what it is there. */
export function takeNamespace(attributes: SpanAttributes): string | undefined {
  return attributes.tells('aws') ? takeText(attributes, 'aws.xray.namespace') : undefined
}

/** For subsegments too. */
export function takePrecursorIds(attributes: SpanAttributes): readonly string[] {
  return attributes.tells('aws') ? takeTexts(attributes, 'aws.xray.precursor_ids') : []
}

function takeCause(attributes: SpanAttributes): XrayCause | undefined {
  const exceptionId = takeText(attributes, 'aws.xray.cause')
  const id = takeText(attributes, 'aws.xray.cause.id')
  const workingDirectory = takeText(attributes, 'aws.xray.cause.working_directory')
  const paths = takeTexts(attributes, 'aws.xray.cause.paths')
  const isTold = exceptionId ?? id ?? workingDirectory
  if (isTold === undefined && paths.length === 0) return undefined
  return { exceptionId: hexOf(exceptionId), id: hexOf(id), workingDirectory, paths }
}

/** Hex ids in lower case, so that they meet; others as they are. */
function hexOf(id: string | undefined): string | undefined {
  return id === undefined ? undefined : (parseEntityId(id) ?? id)
}

/** An array of texts; taken where that is all it holds. */
function takeTexts(attributes: SpanAttributes, key: string): readonly string[] {
  const value = attributes.get(key)
  const texts = textsOf(value)
  if (!isOtlpArray(value) || texts.length !== value.length) return []
  attributes.take(key)
  return texts
}
