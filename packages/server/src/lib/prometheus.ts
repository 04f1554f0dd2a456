/** One metric and its values; counters end in `_total`, units in the name (`_bytes`, `_seconds`). */
export type Metric = {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number }

/** Prometheus' text format, version 0.0.4. Metrics without samples are left out. */
export function printMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(
      ({ name, help, type, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples
          .map(({ labels, value }) => `${name}${printLabels(labels)} ${value}\n`)
          .join('')}`,
    )
    .join('')
}

export function counter(name: string, help: string, samples: readonly Sample[] | number): Metric {
  return { name, help, type: 'counter', samples: samplesOf(samples) }
}

export function gauge(name: string, help: string, samples: readonly Sample[] | number): Metric {
  return { name, help, type: 'gauge', samples: samplesOf(samples) }
}

function samplesOf(samples: readonly Sample[] | number): readonly Sample[] {
  return typeof samples === 'number' ? [{ value: samples }] : samples
}

function printLabels(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
