import { expect, test } from 'vitest'
import { counter, gauge, printMetrics } from './prometheus.ts'

test('prints help, type and samples, with escaped labels', () => {
  const metrics = [
    counter('a_total', 'First.', [
      { labels: { source: 'http', reason: 'x"y\\z\n' }, value: 3 },
      { labels: { source: 'udp' }, value: 0 },
    ]),
    gauge('b_bytes', 'Second.', 1.5),
    gauge('c', 'Without samples.', []),
  ]
  expect(printMetrics(metrics)).toBe(`# HELP a_total First.
# TYPE a_total counter
a_total{source="http",reason="x\\"y\\\\z\\n"} 3
a_total{source="udp"} 0
# HELP b_bytes Second.
# TYPE b_bytes gauge
b_bytes 1.5
`)
})
