import { type Result, secondsFromUnixNanos } from '@fluoroscope/model'
import type { TraceListPage } from '../answer/trace-list.ts'
import type { ClientProblem, TimeRange, TraceListQuestion } from '../client.ts'
import { type AnalyticsQuestion, type AnalyticsView, answerAnalytics } from './analytics-view.ts'
import { TraceColumns } from './trace-columns.ts'

/** How far the traces have been retrieved. */
export type RetrievalProgress = {
  readonly state: 'reading' | 'stopped' | 'complete'
  readonly traces: number
  readonly range: TimeRange
  /** All matching traces that started from this second on are here; older ones may be missing. */
  readonly readFrom: number | undefined
  /** Why reading stopped by itself. */
  readonly problem: ClientProblem | undefined
}

/** What a session tells the page. */
export type SessionReport =
  | { readonly kind: 'progress'; readonly progress: RetrievalProgress }
  | { readonly kind: 'view'; readonly view: AnalyticsView; readonly question: AnalyticsQuestion }

type FetchPage = (
  question: TraceListQuestion,
  token?: string,
) => Promise<Result<TraceListPage, ClientProblem>>

/** As many traces are read at once; more only when asked. */
export const READ_AT_ONCE = 20_000
/** While reading, the picture is made anew so often. */
const REPORT_MS = 700

/**
 * Retrieves the traces of a question page by page, newest first, and answers what is asked of them.
 * Reading goes on until all are here, {@link stop}, or {@link READ_AT_ONCE} more have been read.
 */
export class AnalyticsSession {
  readonly #question: TraceListQuestion
  readonly #fetchPage: FetchPage
  readonly #report: (report: SessionReport) => void
  readonly #now: () => number
  readonly #columns = new TraceColumns()
  #asked: AnalyticsQuestion | undefined
  #token: string | undefined
  #state: RetrievalProgress['state'] = 'stopped'
  #problem: ClientProblem | undefined
  #oldest: number | undefined
  #newest = 0
  #reported = Number.NEGATIVE_INFINITY

  /** @param now milliseconds, to report no more often than can be looked at */
  constructor(
    question: TraceListQuestion,
    fetchPage: FetchPage,
    report: (report: SessionReport) => void,
    now: () => number,
  ) {
    this.#question = question
    this.#fetchPage = fetchPage
    this.#report = report
    this.#now = now
  }

  /** Reads on from where it stopped; ends when it stops again. */
  async read(): Promise<void> {
    if (this.#state !== 'stopped') return
    this.#state = 'reading'
    this.#problem = undefined
    this.#tell()
    const enough = this.#columns.size + READ_AT_ONCE
    while (this.#state === 'reading') {
      const page = await this.#fetchPage(this.#question, this.#token)
      if (page.ok) this.#take(page.value)
      else this.#problem = page.problem
      const isEnough = !page.ok || this.#columns.size >= enough
      if (this.#state === 'reading' && isEnough) this.#state = 'stopped'
      // Before the page is told that all is counted, it is.
      if (this.#state !== 'reading' || this.#now() - this.#reported >= REPORT_MS) this.#answer()
      this.#tell()
    }
  }

  /** Stops reading after the page that is under way. */
  stop(): void {
    if (this.#state === 'reading') this.#state = 'stopped'
  }

  /** Answers now, and again as more traces come. */
  ask(question: AnalyticsQuestion): void {
    this.#asked = question
    this.#answer()
  }

  #take({ traces, nextToken }: TraceListPage): void {
    this.#columns.add(traces)
    for (const { start } of traces) {
      const second = Math.floor(secondsFromUnixNanos(start))
      this.#newest = Math.max(this.#newest, second)
      this.#oldest = Math.min(this.#oldest ?? second, second)
    }
    this.#token = nextToken
    if (nextToken === undefined) this.#state = 'complete'
  }

  #tell(): void {
    this.#report({
      kind: 'progress',
      progress: {
        state: this.#state,
        traces: this.#columns.size,
        range: this.#question.range,
        readFrom: this.#state === 'complete' ? undefined : this.#oldest,
        problem: this.#problem,
      },
    })
  }

  #answer(): void {
    const question = this.#asked
    if (question === undefined) return
    this.#reported = this.#now()
    const { from, to } = this.#question.range
    // Senders' clocks may run ahead of this one.
    const range = { from, to: Math.max(to, this.#newest + 1) }
    const view = answerAnalytics(this.#columns, range, question)
    this.#report({ kind: 'view', view, question })
  }
}
