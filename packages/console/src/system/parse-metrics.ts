/** One number of a metric, told apart by its labels. */
type MetricSample = {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** Samples by the name of their metric. */
export type Metrics = ReadonlyMap<string, readonly MetricSample[]>

/** Reads the server's own Prometheus text; lines that are no samples are passed over. */
export function parseMetrics(text: string): Metrics {
  const metrics = new Map<string, MetricSample[]>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? []
    if (name === undefined) continue
    const sample = { labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) }
    const known = metrics.get(name)
    if (known === undefined) metrics.set(name, [sample])
    else known.push(sample)
  }
  return metrics
}

/** The only sample of a metric; undefined where the server does not tell. */
export function metricValue(metrics: Metrics, name: string): number | undefined {
  return metrics.get(name)?.[0]?.value
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /\b([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

function parseLabels(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, unescaped(value)]),
  )
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_whole, character: string) =>
    character === 'n' ? '\n' : character,
  )
}
