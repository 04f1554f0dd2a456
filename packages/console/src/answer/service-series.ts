import type { JsonValue, RequestStatistics } from '@fluoroscope/model'
import {
  AnswerError,
  readList,
  readObject,
  readOptionalNumber,
  readOptionalText,
} from './json-reader.ts'
import { readStatistics } from './service-graph.ts'

/** Requests that ended in the period before `end`, epoch seconds. */
export type SeriesEntry = { readonly end: number; readonly statistics: RequestStatistics }

export type SeriesPage = {
  readonly entries: readonly SeriesEntry[]
  /** Undefined on the last page. */
  readonly nextToken: string | undefined
}

/** Reads a page of `POST /TimeSeriesServiceStatistics` (xray-behaviour 9.8); throws {@link AnswerError}. */
export function readSeriesPage(answer: JsonValue): SeriesPage {
  const body = readObject(answer, 'the answer')
  const entries = readList(body['TimeSeriesServiceStatistics'], 'TimeSeriesServiceStatistics')
  return {
    entries: entries.map((value, index) => {
      const where = `TimeSeriesServiceStatistics[${index}]`
      const entry = readObject(value, where)
      const end = readOptionalNumber(entry['Timestamp'], `${where}.Timestamp`)
      if (end === undefined) throw new AnswerError(`${where}.Timestamp is missing`)
      const statistics = entry['ServiceSummaryStatistics'] ?? entry['EdgeSummaryStatistics']
      return { end, statistics: readStatistics(statistics, `${where}.SummaryStatistics`) }
    }),
    nextToken: readOptionalText(body['NextToken'], 'NextToken') || undefined,
  }
}
