import { useEffect, useState } from 'preact/hooks'
import { readSeriesPage, type SeriesEntry } from '../answer/service-series.ts'
import { ask, type ClientProblem, type TimeRange } from '../client.ts'
import { periodFor } from './layout-series.ts'

/** As many columns a range is shown in, at most. */
export const SERIES_COLUMNS = 60
/** 30 days in periods of five minutes are six pages. */
const MOST_PAGES = 10

/** The requests of a selection over time, as far as they are known. */
type Series = {
  readonly entries: readonly SeriesEntry[] | undefined
  readonly problem: ClientProblem | undefined
  /** There are more pages than are asked for. */
  readonly isCut: boolean
}

/**
 * Requests by the period in which they ended; what was known stays until the next answer.
 * @param selector `service(…)` or `edge(…)`
 */
export function useSeries(selector: string, group: string | undefined, range: TimeRange): Series {
  const [series, setSeries] = useState<Series>({
    entries: undefined,
    problem: undefined,
    isCut: false,
  })
  useEffect(() => {
    let isCurrent = true
    void fetchSeries(selector, group, range).then((answer) => isCurrent && setSeries(answer))
    return () => {
      isCurrent = false
    }
  }, [selector, group, range.from, range.to])
  return series
}

async function fetchSeries(
  selector: string,
  group: string | undefined,
  range: TimeRange,
): Promise<Series> {
  const input = {
    StartTime: range.from,
    // Buckets are told by their end, and the present one ends after now.
    EndTime: range.to + 300,
    EntitySelectorExpression: selector,
    Period: periodFor(range, SERIES_COLUMNS),
    ...(group === undefined ? {} : { GroupName: group }),
  }
  const entries: SeriesEntry[] = []
  let token: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const asked = token === undefined ? input : { ...input, NextToken: token }
    const answer = await ask('/TimeSeriesServiceStatistics', asked, readSeriesPage)
    if (!answer.ok) return { entries: undefined, problem: answer.problem, isCut: false }
    entries.push(...answer.value.entries)
    token = answer.value.nextToken
    if (token === undefined) break
  }
  return { entries, problem: undefined, isCut: token !== undefined }
}
