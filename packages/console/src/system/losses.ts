import { numberText } from '../number-text.ts'
import type { LedgerLine } from './read-ledger.ts'

const FATES = ['sampled out', 'rejected', 'dropped'] as const

/** What was received and not stored since the server's start, in words. */
export function lossText(ledger: readonly LedgerLine[]): {
  readonly text: string
  readonly isAny: boolean
} {
  const counts = FATES.map((fate) =>
    ledger
      .flatMap(({ reasons }) => reasons)
      .reduce((sum, reason) => sum + (reason.fate === fate ? reason.count : 0), 0),
  )
  const lost = FATES.flatMap((fate, index) => {
    const count = counts[index] ?? 0
    return count > 0 ? [`${numberText(count)} ${fate}`] : []
  })
  if (lost.length === 0) {
    return { text: 'none sampled out or lost since the server started', isAny: false }
  }
  return { text: `documents since the server started: ${lost.join(', ')}`, isAny: true }
}
