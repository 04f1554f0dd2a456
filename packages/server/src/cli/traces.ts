import type { TraceSummaryOutput } from '@fluoroscope/model'
import { bad, ok, type Result, secondsFromUnixNanos } from '@fluoroscope/model'
import { ENDPOINT_FLAG, JSON_FLAG, readArguments, readCount } from './arguments.ts'
import { type CommandIo, type ExitCode, fail, lineWidth, misuse } from './command-io.ts'
import { readFilter } from './filter-flag.ts'
import { paintFor } from './paint.ts'
import { dateTimeText } from './quantity-text.ts'
import { readTimeRange, TIME_RANGE_FLAGS, type TimeRange } from './time-range.ts'
import { layoutTraceTable } from './trace-table.ts'
import { openApi, type XRayApi } from './xray-api.ts'

export const TRACES_FLAGS = [
  ...TIME_RANGE_FLAGS,
  { name: 'filter', value: 'EXPRESSION', help: 'only traces that match, as X-Ray filters' },
  { name: 'limit', value: 'COUNT', help: 'most traces to list [50]' },
  JSON_FLAG,
  ENDPOINT_FLAG,
] as const

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 100_000

/** Lists traces, the newest first. */
export async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const given = readArguments(argv, TRACES_FLAGS, 0)
  if (!given.ok) return misuse(io, 'traces', given.problem)
  const { flags } = given.value
  const range = readTimeRange(flags, io.now())
  if (!range.ok) return misuse(io, 'traces', range.problem)
  const filter = readFilter(flags.get('filter'))
  if (!filter.ok) return misuse(io, 'traces', filter.problem)
  const limit = readCount(flags, 'limit', 1, MAX_LIMIT)
  if (!limit.ok) return misuse(io, 'traces', limit.problem)
  const api = openApi(flags, io)
  if (!api.ok) return misuse(io, 'traces', api.problem)
  const wanted = limit.value ?? DEFAULT_LIMIT
  const found = await listTraces(api.value, range.value, filter.value, wanted)
  if (!found.ok) return fail(io, found.problem)
  if (flags.has('json')) printJson(found.value, io)
  else printTable(found.value, filter.value, io)
  if (found.value.cut) {
    const shown = found.value.summaries.length
    io.stderr.write(
      `These are the newest ${shown}; there are more: --limit ${shown * 4}, or a shorter --since.\n`,
    )
  }
  return 0
}

type FoundTraces = {
  readonly summaries: readonly TraceSummaryOutput[]
  /** There are more than the limit. */
  readonly cut: boolean
}

/** Follows the pages, which come newest first, until there are enough. */
async function listTraces(
  api: XRayApi,
  range: TimeRange,
  filter: string | undefined,
  limit: number,
): Promise<Result<FoundTraces, string>> {
  const summaries: TraceSummaryOutput[] = []
  let token: string | null = null
  do {
    const page = await api.traceSummaries({
      StartTime: range.from,
      EndTime: range.to,
      ...(filter === undefined ? {} : { FilterExpression: filter }),
      ...(token === null ? {} : { NextToken: token }),
    })
    if (!page.ok) return bad(page.problem)
    summaries.push(...page.value.TraceSummaries)
    if (token !== null && page.value.NextToken === token) return bad('the server repeats a page')
    token = page.value.NextToken ?? null
  } while (token !== null && summaries.length <= limit)
  return ok({
    summaries: summaries.slice(0, limit),
    cut: token !== null || summaries.length > limit,
  })
}

function printJson({ summaries }: FoundTraces, io: CommandIo): void {
  for (const summary of summaries) {
    if (io.signal.aborted) return
    io.stdout.write(`${JSON.stringify(summary)}\n`)
  }
}

function printTable({ summaries }: FoundTraces, filter: string | undefined, io: CommandIo): void {
  if (summaries.length === 0) {
    io.stderr.write(
      filter === undefined
        ? 'No traces in this time. Longer: --since 7d. Some to look at: fluoroscope demo.\n'
        : 'No traces in this time match the filter. Longer: --since 7d.\n',
    )
    return
  }
  const today = dateTimeText(secondsFromUnixNanos(io.now())).slice(0, 10)
  const lines = layoutTraceTable(summaries, today, lineWidth(io), paintFor(io))
  io.stdout.write(`${lines.join('\n')}\n`)
}
