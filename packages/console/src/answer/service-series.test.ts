import { expect, test } from 'vitest'
import { AnswerError } from './json-reader.ts'
import { readSeriesPage } from './service-series.ts'

const STATISTICS = {
  OkCount: 3,
  ErrorStatistics: { ThrottleCount: 1, OtherCount: 2, TotalCount: 3 },
  FaultStatistics: { OtherCount: 0, TotalCount: 0 },
  TotalCount: 6,
  TotalResponseTime: 1.5,
}

test.each(['ServiceSummaryStatistics', 'EdgeSummaryStatistics'])(
  'a bucket tells its end and its %s',
  (member) => {
    const entry = { Timestamp: 1_760_000_060, [member]: STATISTICS }
    const page = readSeriesPage({ TimeSeriesServiceStatistics: [entry], NextToken: 'more' })
    expect(page).toEqual({
      nextToken: 'more',
      entries: [
        {
          end: 1_760_000_060,
          statistics: { ok: 3, error: 2, throttle: 1, fault: 0, totalNanos: 1_500_000_000 },
        },
      ],
    })
  },
)

test('a bucket without its time is refused', () => {
  const answer = { TimeSeriesServiceStatistics: [{ EdgeSummaryStatistics: STATISTICS }] }
  expect(() => readSeriesPage(answer)).toThrow(AnswerError)
})
