import { expect, test } from 'vitest'
import { metricValue, parseMetrics } from './parse-metrics.ts'
import { readLedger } from './read-ledger.ts'

/** In the text format that Prometheus documents, version 0.0.4. */
const TEXT = `# HELP fluoroscope_documents_received_total Segment documents received.
# TYPE fluoroscope_documents_received_total counter
fluoroscope_documents_received_total{source="udp"} 12
fluoroscope_documents_received_total{source="http"} 5
fluoroscope_documents_stored_total{source="udp"} 9
fluoroscope_documents_stored_total{source="http"} 5
fluoroscope_documents_rejected_total{source="udp",reason="a \\"quoted\\" \\\\ one"} 2
fluoroscope_documents_dropped_total{source="udp",reason="queue"} 0
fluoroscope_documents_in_flight{source="udp"} 1
process_uptime_seconds 3.5
`

test('samples are read with their labels', () => {
  const metrics = parseMetrics(TEXT)
  expect(metricValue(metrics, 'process_uptime_seconds')).toBe(3.5)
  expect(metricValue(metrics, 'nowhere')).toBeUndefined()
  expect(metrics.get('fluoroscope_documents_rejected_total')?.[0]?.labels.get('reason')).toBe(
    'a "quoted" \\ one',
  )
})

test('the ledger of a source adds up, its losses by reason', () => {
  expect(readLedger(parseMetrics(TEXT))).toEqual([
    {
      source: 'udp',
      received: 12,
      stored: 9,
      inFlight: 1,
      reasons: [{ fate: 'rejected', reason: 'a "quoted" \\ one', count: 2 }],
    },
    { source: 'http', received: 5, stored: 5, inFlight: 0, reasons: [] },
  ])
})
