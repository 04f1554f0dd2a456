/** What a process of the fleet is told when it starts, as JSON in its first argument. */
export type Settings = {
  /** Ports on 127.0.0.1 of the processes started before this one. */
  readonly ports: Readonly<Partial<Record<ProcessName, number>>>
  /** Ask the endpoint for sampling rules, instead of tracing every request. */
  readonly centralSampling: boolean
}

export const PROCESS_NAMES = [
  'database',
  'cloud',
  'provider',
  'inventory',
  'payments',
  'recommendations',
  'orders',
  'shipping',
  'storefront',
] as const

/** In the order they start: a process only calls those before it. */
export type ProcessName = (typeof PROCESS_NAMES)[number]

export type MessageToParent = { readonly kind: 'ready'; readonly port: number }
export type MessageToChild = { readonly kind: 'stop' }

/** The port of a process this one depends on; the fleet starts them in order, so it is there. */
export function portOf(settings: Settings, name: ProcessName): number {
  const port = settings.ports[name]
  if (port === undefined) throw new Error(`${name} was not started before its callers`)
  return port
}
