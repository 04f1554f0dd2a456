/** What the configuration of the collector's X-Ray exporter decides (xray-behaviour 15.5, 15.4). */
export type MappingSettings = {
  /**
   * `span`: every attribute of the span that fits is an annotation; `span-and-resource`: those of the
   * resource too (the exporter's `index_all_attributes`); `listed`: only those that are listed (the
   * exporter's default). What is no annotation is metadata.
   */
  readonly index: 'span' | 'span-and-resource' | 'listed'
  /** Keys that are annotations in any case; of a resource's attributes with `otel.resource.` before. */
  readonly indexedAttributes: readonly string[]
  /** Log groups of spans whose resource names none. */
  readonly logGroups: readonly string[]
}

/** Everything a span says can be searched for. */
export const DEFAULT_MAPPING: MappingSettings = {
  index: 'span',
  indexedAttributes: [],
  logGroups: [],
}
