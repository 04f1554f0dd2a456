import {
  bad,
  type FieldReference,
  ok,
  type PipelineStage,
  type Result,
  type SpansetExpression,
  type TraceQuery,
  type TraceQueryProblem,
  traceQueryProblem,
  unreachable,
} from '@fluoroscope/model'
import type { SpanNode, SpanTree } from '../span-tree.ts'
import { compileField, type FieldEvaluator, type PatternProblem } from './compile-field.ts'
import { compileScalarFilter } from './compile-scalar.ts'
import type { FieldValue } from './field-value.ts'
import { fieldsOfQuery, printField } from './query-fields.ts'
import type { Spanset, SpansetStep } from './spanset.ts'
import { combineSpansets } from './spanset-operation.ts'

/** A query ready to be asked of trace after trace. */
export type TraceMatcher = {
  /** The spansets that match; none where the trace does not. */
  match(tree: SpanTree): readonly Spanset[]
  /** What the query names of spans, each once: an answer shows it. */
  readonly fields: readonly FieldReference[]
}

/** @param text of the query, for the place of a pattern that is none */
export function compileTraceQuery(
  query: TraceQuery,
  text: string,
): Result<TraceMatcher, TraceQueryProblem> {
  const run = compileStages(query)
  if (!run.ok) return bad(traceQueryProblem(text, run.problem.offset, run.problem.reason))
  const match = (tree: SpanTree) => {
    if (tree.nodes.length === 0) return []
    return run.value([{ spans: tree.nodes, attributes: new Map() }], tree)
  }
  return ok({ match, fields: fieldsOfQuery(query) })
}

function compileStages(stages: TraceQuery): Result<SpansetStep, PatternProblem> {
  const steps: SpansetStep[] = []
  for (const stage of stages) {
    const step = compileStage(stage)
    if (!step.ok) return step
    steps.push(step.value)
  }
  return ok((spansets, tree) => steps.reduce((sets, step) => step(sets, tree), spansets))
}

function compileStage(stage: PipelineStage): Result<SpansetStep, PatternProblem> {
  switch (stage.kind) {
    case 'spanset-filter':
    case 'spanset-operation':
    case 'pipeline':
      return compileSpansets(stage)
    case 'scalar-filter':
      return compileScalarFilter(stage)
    case 'by': {
      const term = compileField(stage.term)
      return term.ok ? ok(groupBy(`by(${printField(stage.term)})`, term.value)) : term
    }
    case 'coalesce':
      return ok(coalesce)
    case 'select':
      // What is selected is shown of every span; it does not choose among them.
      return ok((spansets) => spansets)
    default:
      return unreachable(stage)
  }
}

function compileSpansets(expression: SpansetExpression): Result<SpansetStep, PatternProblem> {
  switch (expression.kind) {
    case 'spanset-filter': {
      const where = compileField(expression.where)
      return where.ok ? ok(filterBy(where.value)) : where
    }
    case 'pipeline':
      return compileStages(expression.stages)
    case 'spanset-operation': {
      const left = compileSpansets(expression.left)
      if (!left.ok) return left
      const right = compileSpansets(expression.right)
      if (!right.ok) return right
      const { operator } = expression
      return ok((spansets, tree) =>
        spansets.flatMap((spanset) => {
          const [first, second] = [left.value([spanset], tree), right.value([spanset], tree)]
          const spans = combineSpansets(operator, spansOf(first), spansOf(second))
          return spans.length === 0 ? [] : [{ ...spanset, spans: inOrder(spans, tree) }]
        }),
      )
    }
    default:
      return unreachable(expression)
  }
}

function spansOf(spansets: readonly Spanset[]): readonly SpanNode[] {
  return spansets.flatMap((spanset) => spanset.spans)
}

/** By start, then id, each once. */
function inOrder(spans: readonly SpanNode[], tree: SpanTree): readonly SpanNode[] {
  const wanted = new Set(spans)
  return tree.nodes.filter((node) => wanted.has(node))
}

function filterBy(where: FieldEvaluator): SpansetStep {
  return (spansets, tree) =>
    spansets.flatMap((spanset) => {
      const spans = spanset.spans.filter((node) => where(node, tree) === true)
      return spans.length === 0 ? [] : [{ ...spanset, spans }]
    })
}

/** One spanset for each value; spans without one make a group too. */
function groupBy(name: string, term: FieldEvaluator): SpansetStep {
  return (spansets, tree) =>
    spansets.flatMap((spanset) => {
      const groups = new Map<string, { value: FieldValue; spans: SpanNode[] }>()
      for (const node of spanset.spans) {
        const value = term(node, tree)
        const key = keyOf(value)
        const group = groups.get(key)
        if (group === undefined) groups.set(key, { value, spans: [node] })
        else group.spans.push(node)
      }
      return [...groups.values()].map(({ value, spans }) => ({
        spans,
        attributes: new Map(spanset.attributes).set(name, value),
      }))
    })
}

function keyOf(value: FieldValue): string {
  return `${typeof value} ${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each))}`
}

function coalesce(spansets: readonly Spanset[], tree: SpanTree): readonly Spanset[] {
  const spans = inOrder(spansOf(spansets), tree)
  return spans.length === 0 ? [] : [{ spans, attributes: new Map() }]
}
