import type {
  ListRetrievedTracesOutput,
  OtlpSpan,
  Result,
  RetrievedTraceOutput,
  Segment,
  Trace,
} from '@fluoroscope/model'
import {
  bad,
  ListRetrievedTracesInput,
  millisecondSeconds,
  ok,
  spansOfTrace,
} from '@fluoroscope/model'
import {
  findRetrieval,
  type KnownRetrieval,
  type RetrievalOptions,
} from '../../act/trace-retrievals.ts'
import type { RetrievedPage, RetrievedPosition } from '../../query/retrieved-traces.ts'
import { invalidToken, openToken, sealToken } from '../../query/sealed-token.ts'
import { traceDuration } from '../../query/trace-times.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'
import { STATUS_OUTPUT } from '../retrieval-status.ts'
import { printSpanRecord } from '../span-record.ts'
import { printDocument } from './batch-get-traces.ts'

/** The next page of a retrieval. @throws StoreError */
export type FindRetrievedPage = <Span>(
  retrieval: KnownRetrieval['retrieval'],
  position: RetrievedPosition,
  spansOf: (trace: Trace) => readonly Span[],
) => Promise<RetrievedPage<Span>>

/** xray-behaviour 12.8: at most five parts of traces a page, a hundred spans each. */
export function listRetrievedTraces(
  options: RetrievalOptions,
  findPage: FindRetrievedPage,
): Operation {
  return operation(
    'ListRetrievedTraces',
    '/ListRetrievedTraces',
    ListRetrievedTracesInput,
    async ({ RetrievalToken: token, TraceFormat, NextToken }) => {
      const format = TraceFormat ?? 'XRAY'
      const known = await findRetrieval(options, token)
      if (!known.ok) return known
      const { retrieval, status } = known.value
      const question = ['ListRetrievedTraces', token, format]
      const position = readPosition(question, NextToken)
      if (!position.ok) return position
      const page =
        status === 'complete' ? pageIn[format](findPage, retrieval, position.value) : NONE
      const { traces, next } = await page
      const output: ListRetrievedTracesOutput = {
        RetrievalStatus: STATUS_OUTPUT[status],
        TraceFormat: format,
        Traces: traces,
        NextToken: next === undefined ? null : sealToken(question, `${next.trace} ${next.span}`),
      }
      return ok(output)
    },
  )
}

type Page = {
  readonly traces: readonly RetrievedTraceOutput[]
  readonly next: RetrievedPosition | undefined
}

const NONE: Page = { traces: [], next: undefined }

const POSITION = /^(\d{1,9}) (\d{1,9})$/

function readPosition(
  question: readonly unknown[],
  token: string | null | undefined,
): Result<RetrievedPosition, OperationError> {
  if (typeof token !== 'string') return ok({ trace: 0, span: 0 })
  const [, trace, span] = POSITION.exec(openToken(question, token) ?? '') ?? []
  if (trace === undefined) return bad(invalidRequest(invalidToken(token)))
  return ok({ trace: Number(trace), span: Number(span) })
}

type ReadPage = (
  findPage: FindRetrievedPage,
  retrieval: KnownRetrieval['retrieval'],
  position: RetrievedPosition,
) => Promise<Page>

const pageIn: Readonly<Record<'XRAY' | 'OTEL', ReadPage>> = {
  /** As `BatchGetTraces`. */
  XRAY: async (findPage, retrieval, position) =>
    printPage(
      await findPage(retrieval, position, ({ segments, inferred }) => [...segments, ...inferred]),
      (segment: Segment) => printDocument(segment),
    ),
  /** What was sent: callees that sent nothing have no span of their own. */
  OTEL: async (findPage, retrieval, position) =>
    printPage(await findPage(retrieval, position, spansOfTrace), (span: OtlpSpan) => ({
      Id: span.id,
      Document: printSpanRecord(span),
    })),
}

function printPage<Span>(
  { parts, next }: RetrievedPage<Span>,
  print: (span: Span) => RetrievedTraceOutput['Spans'][number],
): Page {
  const traces = parts.map(({ trace, spans }) => {
    const duration = traceDuration(trace)
    return {
      Id: trace.id,
      Duration: duration === undefined ? null : millisecondSeconds(duration),
      Spans: spans.map(print),
    }
  })
  return { traces, next }
}
