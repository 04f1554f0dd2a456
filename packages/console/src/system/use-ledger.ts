import { ok } from '@fluoroscope/model'
import { fetchText } from '../client.ts'
import { usePolled } from '../polled.ts'
import { parseMetrics } from './parse-metrics.ts'
import { type LedgerLine, readLedger } from './read-ledger.ts'

const AGAIN_MS = 15_000

/** The ledger as the server last told it; undefined while it is not known. */
export function useLedger(): readonly LedgerLine[] | undefined {
  const { state } = usePolled(fetchLedger, AGAIN_MS)
  const { value, problem } = state.value
  return problem === undefined ? value : undefined
}

async function fetchLedger() {
  const answer = await fetchText('/metrics')
  return answer.ok ? ok(readLedger(parseMetrics(answer.value))) : answer
}
