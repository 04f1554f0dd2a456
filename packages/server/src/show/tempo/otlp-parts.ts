import type { OtlpAttributes, OtlpResource, OtlpScope, OtlpSpan } from '@fluoroscope/model'

/** Spans by resource and scope, as OTLP's messages hold them. */
export type ResourceSpans = {
  readonly resource: OtlpResource
  readonly scopes: readonly { readonly scope: OtlpScope; readonly spans: readonly OtlpSpan[] }[]
}

/** In the order of their first spans; what says the same is one, whoever sent it. */
export function groupSpans(spans: Iterable<OtlpSpan>): readonly ResourceSpans[] {
  const resources = new Keys<OtlpResource>(({ attributes, schemaUrl, droppedAttributes }) =>
    keyOf(attributes, schemaUrl, String(droppedAttributes)),
  )
  const scopes = new Keys<OtlpScope>(
    ({ attributes, schemaUrl, droppedAttributes, name, version }) =>
      keyOf(attributes, schemaUrl, String(droppedAttributes), name, version),
  )
  type Group = {
    resource: OtlpResource
    scopes: Map<string, { scope: OtlpScope; spans: OtlpSpan[] }>
  }
  const groups = new Map<string, Group>()
  for (const span of spans) {
    const { resource, scope } = span
    const resourceKey = resources.of(resource)
    const group = groups.get(resourceKey) ?? { resource, scopes: new Map() }
    groups.set(resourceKey, group)
    const scopeKey = scopes.of(scope)
    const known = group.scopes.get(scopeKey)
    if (known === undefined) group.scopes.set(scopeKey, { scope, spans: [span] })
    else known.spans.push(span)
  }
  return [...groups.values()].map((group) => ({ ...group, scopes: [...group.scopes.values()] }))
}

/** Many spans share one object: its key is made once. */
class Keys<Part extends object> {
  readonly #known = new Map<Part, string>()
  readonly #make: (part: Part) => string

  constructor(make: (part: Part) => string) {
    this.#make = make
  }

  of(part: Part): string {
    const key = this.#known.get(part) ?? this.#make(part)
    this.#known.set(part, key)
    return key
  }
}

function keyOf(attributes: OtlpAttributes, ...texts: readonly string[]): string {
  return JSON.stringify([texts, attributes], (_, value) => {
    if (value instanceof Map) return ['map', ...value]
    if (value instanceof Uint8Array) return ['bytes', ...value]
    return typeof value === 'bigint' ? ['integer', String(value)] : value
  })
}
