import { useEffect, useState } from 'preact/hooks'
import { fetchText } from '../client.ts'
import { parseMetrics } from './parse-metrics.ts'
import { type LedgerLine, readLedger } from './read-ledger.ts'

const AGAIN_MS = 15_000

/** The ledger as the server last told it; undefined while it is not known. */
export function useLedger(): readonly LedgerLine[] | undefined {
  const [ledger, setLedger] = useState<readonly LedgerLine[] | undefined>(undefined)
  useEffect(() => {
    let isCurrent = true
    const ask = async () => {
      if (document.hidden) return
      const answer = await fetchText('/metrics')
      if (isCurrent) setLedger(answer.ok ? readLedger(parseMetrics(answer.value)) : undefined)
    }
    void ask()
    const timer = setInterval(() => void ask(), AGAIN_MS)
    return () => {
      isCurrent = false
      clearInterval(timer)
    }
  }, [])
  return ledger
}
