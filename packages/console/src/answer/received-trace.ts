import {
  isJsonObject,
  type JsonValue,
  type Nanos,
  parseSegmentDocument,
  type Segment,
  type TraceId,
} from '@fluoroscope/model'
import { readList, readObject, readOptionalNumber, readText } from './json-reader.ts'

/** One trace of `BatchGetTraces`, its documents read. */
export type ReceivedTrace = {
  readonly id: TraceId
  /** Undefined while nothing has completed. */
  readonly duration: Nanos | undefined
  /** The trace grew beyond what the server gives back: not all of it is here. */
  readonly limitExceeded: boolean
  readonly segments: readonly Segment[]
  /** The text of each segment's document. */
  readonly texts: ReadonlyMap<Segment, string>
  /** Documents that could not be read, with the reason: shown, never left out silently. */
  readonly unreadable: readonly { readonly text: string; readonly reason: string }[]
}

/** The server nests subsegments that were sent apart: its documents outgrow the bounds of one put. */
const LIMITS = {
  maxLength: 256 * 1024 * 1024,
  maxDepth: 2000,
  maxSubsegments: 2_000_000,
  maxValues: 100_000_000,
}

/** Reads the answer of `POST /Traces` for one id (xray-behaviour 6.2); undefined where it is unknown. */
export function readReceivedTrace(answer: JsonValue, id: TraceId): ReceivedTrace | undefined {
  const [first] = readList(readObject(answer, 'the answer')['Traces'], 'Traces')
  if (first === undefined) return undefined
  const trace = readObject(first, 'Traces[0]')
  const seconds = readOptionalNumber(trace['Duration'], 'Traces[0].Duration')
  const texts = new Map<Segment, string>()
  const unreadable: { text: string; reason: string }[] = []
  for (const [index, item] of readList(trace['Segments'], 'Traces[0].Segments').entries()) {
    const where = `Traces[0].Segments[${index}]`
    const text = readText(readObject(item, where)['Document'], `${where}.Document`)
    const parsed = parseSegmentDocument(text, LIMITS)
    if (!parsed.ok) {
      const { message, field } = parsed.problem
      unreadable.push({ text, reason: field === undefined ? message : `${message} (${field})` })
    } else if (parsed.value.document.kind === 'segment') {
      texts.set({ ...parsed.value.document.segment, inferred: isInferred(text) }, text)
    } else {
      unreadable.push({ text, reason: 'A subsegment without its segment' })
    }
  }
  return {
    id,
    duration: seconds === undefined ? undefined : (Math.round(seconds * 1e9) as Nanos),
    limitExceeded: trace['LimitExceeded'] === true,
    segments: [...texts.keys()],
    texts,
    unreadable,
  }
}

/** `inferred` is only ever written by the service, so the reader of sent documents leaves it out. */
function isInferred(text: string): boolean {
  if (!text.includes('"inferred"')) return false
  const document: unknown = JSON.parse(text)
  return isJsonObject(document) && document['inferred'] === true
}
