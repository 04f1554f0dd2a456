import type { TraceId } from '@fluoroscope/model'
import { readTraceLinks, type TraceLinks } from '../answer/trace-links.ts'
import { type ClientProblem, fetchJson } from '../client.ts'
import type { TracePicture } from '../trace-rows/trace-session.ts'
import { useAnswer } from '../trace-view/use-answer.ts'

/** Who links to a trace, asked again when it changes; or why that is not known. */
export function useTraceLinks(
  id: TraceId,
  picture: TracePicture | undefined,
): { readonly links: TraceLinks | undefined; readonly problem: ClientProblem | undefined } {
  const isThere = picture !== undefined
  const answer = useAnswer(
    () => (isThere ? fetchJson(`/api/traces/${id}/links`, readTraceLinks) : undefined),
    [id, isThere, picture?.rows.count],
  )
  return {
    links: answer?.ok === true ? answer.value : undefined,
    problem: answer?.ok === false ? answer.problem : undefined,
  }
}
