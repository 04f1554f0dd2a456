import type { SpanNode, SpanTree } from '../span-tree.ts'
import type { FieldValue } from './field-value.ts'

/** Spans of one trace that belong together, and what the query made of them as a whole. */
export type Spanset = {
  /** By start, then id; never empty in an answer. */
  readonly spans: readonly SpanNode[]
  /** Groups and aggregates, by how they are written. */
  readonly attributes: ReadonlyMap<string, FieldValue>
}

/** What a step makes of the spansets before it. */
export type SpansetStep = (spansets: readonly Spanset[], tree: SpanTree) => readonly Spanset[]
