import { useEffect, useRef, useState } from 'preact/hooks'
import type { TraceClient } from '../trace-rows/trace-client.ts'
import type { SearchAnswer, TracePicture } from '../trace-rows/trace-session.ts'

/** What a search has found; undefined while none is made or its answer has not come. */
export type SearchState = { readonly text: string; readonly answer: SearchAnswer } | undefined

/** Asks the worker for the rows that `text` finds, again whenever the trace changes. */
export function useSearch(
  client: TraceClient | undefined,
  picture: TracePicture,
  text: string,
): SearchState {
  const [state, setState] = useState<SearchState>(undefined)
  const asked = useRef(0)
  useEffect(() => {
    const number = ++asked.current
    if (client === undefined || text.trim() === '') {
      setState(undefined)
      return
    }
    void client.ask('search', text).then((answer) => {
      // Rows of another picture are numbered anew: its own search follows.
      const isOfPicture = !answer.ok || answer.hits.length === picture.rows.count
      if (number === asked.current && isOfPicture) setState({ text, answer })
    })
  }, [client, picture, text])
  const isOfPicture = state?.answer.ok !== true || state.answer.hits.length === picture.rows.count
  return isOfPicture ? state : undefined
}
