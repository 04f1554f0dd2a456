import type { JsonValue } from '../json.ts'
import type { OtlpAttributes, OtlpValue } from './otlp-span.ts'
import { valueOfJson } from './value-of-json.ts'

/** Collects attributes; what is not told is left out, and nothing is written over. */
export class AttributeWriter {
  readonly #attributes = new Map<string, OtlpValue>()

  get attributes(): OtlpAttributes {
    return this.#attributes
  }

  /** @returns the key it got: `prefix` goes before one that another value has already */
  put(key: string, value: JsonValue | undefined, prefix = 'aws.xray.'): string {
    if (value === undefined) return key
    const given = valueOfJson(value)
    let free = key
    while (this.#attributes.has(free) && this.#attributes.get(free) !== given) free = prefix + free
    this.#attributes.set(free, given)
    return free
  }
}
