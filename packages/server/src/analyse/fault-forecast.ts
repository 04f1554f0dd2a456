/** The requests of one entity that ended in one period. */
export type FaultBucket = {
  /** Unix seconds. */
  readonly end: number
  readonly faults: number
  readonly total: number
}

/** How many faults were to be expected, whole counts, both included. */
export type FaultBand = { readonly low: number; readonly high: number }

/**
 * What the buckets before each one lead to expect of it, given its number of requests; undefined for the
 * first one, before which there is nothing.
 *
 * The rate of faults is estimated from past counts that lose half their weight every hour, with half a
 * fault and half a success beside them (Jeffreys' prior), so that little data means a wide band and none
 * would mean any number. The band is the mean of the beta-binomial distribution that follows, three
 * standard deviations to both sides; these grow where past buckets strayed further than that distribution
 * has it (quasi-likelihood), and at least {@link LEAST_MARGIN} faults, so that a few requests alarm nobody.
 *
 * Faults above the band count as its upper end: an outage does not become what is expected at once, and
 * a rate that stays is expected in the end.
 * @param buckets ascending; gaps between them count as time that passed
 */
export function forecastFaults(
  buckets: readonly FaultBucket[],
): readonly (FaultBand | undefined)[] {
  const bands: (FaultBand | undefined)[] = []
  let past: Past | undefined
  for (const bucket of buckets) {
    const aged: Past | undefined = past && agedTo(past, bucket.end)
    const band = aged && bandOf(aged, bucket.total)
    bands.push(band)
    past = learned(aged, bucket, band)
  }
  return bands
}

const HALF_LIFE_SECONDS = 3600
const DEVIATIONS = 3

/** A band reaches at least so many faults to both sides. */
const LEAST_MARGIN = 3

/** Weighted sums over past buckets, as of `at`, unix seconds. */
type Past = {
  readonly at: number
  readonly faults: number
  readonly total: number
  /** Squares of how far buckets strayed, each over its variance, and the weight of those buckets. */
  readonly strayed: number
  readonly weight: number
}

function agedTo(past: Past, at: number): Past {
  const share = 0.5 ** ((at - past.at) / HALF_LIFE_SECONDS)
  return {
    at,
    faults: past.faults * share,
    total: past.total * share,
    strayed: past.strayed * share,
    weight: past.weight * share,
  }
}

function bandOf(past: Past, total: number): FaultBand {
  const { mean, variance } = predicted(past, total)
  const dispersion = past.weight === 0 ? 1 : Math.max(1, past.strayed / past.weight)
  const margin = Math.max(DEVIATIONS * Math.sqrt(variance * dispersion), LEAST_MARGIN)
  return {
    low: Math.max(0, Math.floor(mean - margin)),
    high: Math.min(total, Math.ceil(mean + margin)),
  }
}

/** Mean and variance of the beta-binomial distribution. */
function predicted({ faults, total: known }: Past, total: number) {
  const weight = known + 1
  const rate = (faults + 0.5) / weight
  const variance = (total * rate * (1 - rate) * (weight + total)) / (weight + 1)
  return { mean: total * rate, variance }
}

function learned(past: Past | undefined, bucket: FaultBucket, band: FaultBand | undefined): Past {
  const { end, total } = bucket
  if (past === undefined || band === undefined) {
    return { at: end, faults: bucket.faults, total, strayed: 0, weight: 0 }
  }
  const faults = Math.min(bucket.faults, band.high)
  const { mean, variance } = predicted(past, total)
  return {
    at: end,
    faults: past.faults + faults,
    total: past.total + total,
    strayed: past.strayed + (total === 0 ? 0 : (faults - mean) ** 2 / variance),
    weight: past.weight + (total === 0 ? 0 : 1),
  }
}
