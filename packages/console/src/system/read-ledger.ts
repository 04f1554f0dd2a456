import type { Metrics } from './parse-metrics.ts'

/** What became of the documents of one source: received is the sum of all others. */
export type LedgerLine = {
  readonly source: string
  readonly received: number
  readonly stored: number
  readonly inFlight: number
  readonly reasons: readonly LedgerReason[]
}

/** Documents that were not stored, and why. */
type LedgerReason = {
  readonly fate: 'sampled out' | 'rejected' | 'dropped'
  readonly reason: string
  readonly count: number
}

const PREFIX = 'fluoroscope_documents_'

const FATES = [
  ['sampled_out_total', 'sampled out'],
  ['rejected_total', 'rejected'],
  ['dropped_total', 'dropped'],
] as const

/** The ledger by source, in the order of the metrics. */
export function readLedger(metrics: Metrics): readonly LedgerLine[] {
  const samples = (name: string) => metrics.get(PREFIX + name) ?? []
  const of = (name: string, source: string) =>
    samples(name).find(({ labels }) => labels.get('source') === source)?.value ?? 0
  return samples('received_total').map(({ labels, value }) => {
    const source = labels.get('source') ?? ''
    return {
      source,
      received: value,
      stored: of('stored_total', source),
      inFlight: of('in_flight', source),
      reasons: FATES.flatMap(([name, fate]) =>
        samples(name)
          .filter((sample) => sample.labels.get('source') === source && sample.value > 0)
          .map((sample) => ({
            fate,
            reason: sample.labels.get('reason') ?? '',
            count: sample.value,
          })),
      ),
    }
  })
}
