import { fetchTraceList, type TraceListQuestion } from '../client.ts'
import { AnalyticsSession } from './analytics-session.ts'
import type { AnalyticsQuestion } from './analytics-view.ts'

/** What the page tells the worker. */
export type AnalyticsRequest =
  /** The first: what to retrieve. */
  | { readonly kind: 'retrieve'; readonly question: TraceListQuestion }
  | { readonly kind: 'ask'; readonly question: AnalyticsQuestion }
  | { readonly kind: 'read' | 'stop' }

let session: AnalyticsSession | undefined

addEventListener('message', ({ data }: MessageEvent<AnalyticsRequest>) => {
  switch (data.kind) {
    case 'retrieve':
      session = new AnalyticsSession(
        data.question,
        fetchTraceList,
        (report) => postMessage(report),
        () => performance.now(),
      )
      void session.read()
      return
    case 'ask':
      session?.ask(data.question)
      return
    case 'read':
      void session?.read()
      return
    case 'stop':
      session?.stop()
  }
})
