import type { UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { type FaultBand, forecastFaults } from './fault-forecast.ts'
import type { SeriesBucket, SeriesQuery } from './service-series.ts'

/** Buckets of an entity, ascending, without those in which nothing ended. @throws StoreError */
export type FindSeries = (query: SeriesQuery) => Promise<readonly SeriesBucket[]>

/** The newest part of a time series. */
export type SeriesPage = {
  /** Newest first. */
  readonly entries: readonly SeriesEntry[]
  /** Where the part before this one ends, for `to`; undefined where this is the last. */
  readonly next: UnixNanos | undefined
}

/** A bucket, and how many faults were to be expected in it, where that is asked for and known. */
export type SeriesEntry = SeriesBucket & { readonly band: FaultBand | undefined }

/** A page spans so many periods, however many of them hold something. */
const PAGE_BUCKETS = 1440

/** What lies further back hardly counts: six half-lives of the forecast. */
const HISTORY_NANOS = 21_600_000_000_000n

/** @throws StoreError */
export async function findSeriesPage(
  findSeries: FindSeries,
  query: SeriesQuery,
  isForecast: boolean,
): Promise<SeriesPage> {
  const { from, to, period } = query
  const span = BigInt(PAGE_BUCKETS * period) * NANOS_PER_SECOND
  const start = to - from > span ? unixNanos(to - span) : from
  const history = isForecast ? HISTORY_NANOS : 0n
  const buckets = await findSeries({ ...query, from: unixNanos(start - history) })
  const bands = isForecast ? forecastFaults(buckets.map(faultsOf)) : []
  const entries = buckets.map((bucket, index) => ({ ...bucket, band: bands[index] }))
  return {
    entries: entries.filter(({ end }) => BigInt(end) * NANOS_PER_SECOND >= start).reverse(),
    next: start > from ? start : undefined,
  }
}

const NANOS_PER_SECOND = 1_000_000_000n

function faultsOf({ end, statistics }: SeriesBucket) {
  const { ok, error, throttle, fault } = statistics
  return { end, faults: fault, total: ok + error + throttle + fault }
}
