import { type OtlpSpan, spansOfSegment, type Trace } from '@fluoroscope/model'

/** All spans of a trace, whichever way they were sent; of callees that sent nothing there is none. */
export function spansOfTrace(trace: Trace): readonly OtlpSpan[] {
  return trace.segments.flatMap(spansOfSegment)
}
