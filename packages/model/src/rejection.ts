/**
 * Why a document was refused. Codes of X-Ray (xray-behaviour 4.2), and, where it names none, our own:
 * `DocumentTooLarge`, `DocumentTooDeep`, `TooManySubsegments`, `InvalidStartTime`, `InvalidEndTime`
 * and `InvalidSpans` of a packet of OpenTelemetry's spans.
 */
export type RejectionCode =
  | 'ParseError'
  | 'MissingId'
  | 'InvalidId'
  | 'MissingName'
  | 'InvalidName'
  | 'MissingTraceId'
  | 'InvalidTraceId'
  | 'MissingStartTime'
  | 'MissingEndTime'
  | 'InProgressSegmentHasEndTime'
  | 'InProgressSubsegmentHasEndTime'
  | 'MissingParentId'
  | 'InvalidParentId'
  | 'UnknownType'
  | 'DocumentTooLarge'
  | 'DocumentTooDeep'
  | 'TooManySubsegments'
  | 'InvalidStartTime'
  | 'InvalidEndTime'
  | 'InvalidSpans'

/** One document refused, as `UnprocessedTraceSegments` names it. */
export type Rejection = {
  readonly code: RejectionCode
  /** The document's id as it was sent, `""` included; undefined where none could be read. */
  readonly id: string | undefined
  /** X-Ray's text for the code; holds nothing the sender wrote. */
  readonly message: string
  /** Path of the offending member, `subsegments[2].start_time`; undefined for the whole text. */
  readonly field: string | undefined
}

/** What X-Ray's message calls the place of the defect. */
export type RejectedPart = 'segment' | 'subsegment' | 'entity'

/** Makes a rejection with the message form of xray-behaviour 4.2. */
export function rejectionOf(
  code: RejectionCode,
  part: RejectedPart,
  id?: string,
  field?: string,
): Rejection {
  const cause = part === 'subsegment' ? ', Cause: null' : ''
  return { code, id, message: `Invalid ${part}. ErrorCode: ${code}${cause}`, field }
}
