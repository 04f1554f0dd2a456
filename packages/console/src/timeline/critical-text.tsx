import { useMemo } from 'preact/hooks'
import { ServiceChip } from '../control/service-chip.tsx'
import { durationText, shareText } from '../number-text.ts'
import type { CriticalPath } from '../trace-rows/critical-path.ts'
import { textAt } from '../trace-rows/string-table.ts'
import type { TraceRows } from '../trace-rows/trace-rows.ts'

/** `Critical path 412 ms of 430 ms: 61 % orders-db`. */
export function CriticalText({ rows, critical }: { rows: TraceRows; critical: CriticalPath }) {
  // All rows are gone through: not again for each part of the time that is looked at.
  const [service, nanos] = useMemo(() => mainService(rows, critical), [rows, critical])
  if (critical.total === 0) return null
  return (
    <p class="critical-text">
      <span class="critical-key" aria-hidden="true" /> Critical path {durationText(critical.total)}{' '}
      of {durationText(rows.span)}
      {service !== undefined && (
        <>
          : {shareText(Math.round((nanos / critical.total) * 100) / 100)}{' '}
          <ServiceChip name={service} />
        </>
      )}
    </p>
  )
}

/** The service that takes most of the path, and its nanoseconds of it. */
function mainService(
  rows: TraceRows,
  { share }: CriticalPath,
): readonly [service: string | undefined, nanos: number] {
  const sums = new Map<number, number>()
  for (let row = 0; row < rows.count; row++) {
    const nanos = share[row] ?? 0
    if (nanos > 0) sums.set(rows.service[row] ?? 0, (sums.get(rows.service[row] ?? 0) ?? 0) + nanos)
  }
  let most: readonly [number, number] | undefined
  for (const entry of sums) if (most === undefined || entry[1] > most[1]) most = entry
  return most === undefined ? [undefined, 0] : [textAt(rows.strings, most[0]), most[1]]
}
