import { cpus, release, totalmem } from 'node:os'

/** One line that says where the figures were made. */
export function machine(): string {
  const [cpu] = cpus()
  const gib = (totalmem() / 2 ** 30).toFixed(0)
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${gib} GiB, Linux ${release()}, Node ${process.version}`
}

/** The value at share `p` (0..1) of a sorted list. */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
}

/** `p50 1.2 ms  p99 3.4 ms  max 5.6 ms` of durations in milliseconds. */
export function latencies(millis: readonly number[]): string {
  const sorted = [...millis].sort((a, b) => a - b)
  const show = (p: number) => `${percentile(sorted, p).toFixed(1)} ms`
  return `p50 ${show(0.5)}  p95 ${show(0.95)}  p99 ${show(0.99)}  max ${show(1)}  (n = ${sorted.length})`
}
