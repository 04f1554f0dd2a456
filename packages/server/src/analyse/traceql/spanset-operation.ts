import { type SpansetOperator, unreachable } from '@fluoroscope/model'
import type { SpanNode } from '../span-tree.ts'

/**
 * The spans that an operator makes of those on its two sides, in no order and some maybe twice. None where
 * it does not hold.
 */
export function combineSpansets(
  operator: SpansetOperator,
  left: readonly SpanNode[],
  right: readonly SpanNode[],
): readonly SpanNode[] {
  switch (operator) {
    case '&&':
      return left.length > 0 && right.length > 0 ? [...left, ...right] : []
    case '||':
      return [...left, ...right]
    case '>':
    case '>>':
    case '<':
    case '<<':
    case '~':
      return related(operator, left, right)
    case '!>':
    case '!>>':
    case '!<':
    case '!<<':
    case '!~':
      return unrelated(operator, left, right)
    case '&>':
    case '&>>':
    case '&<':
    case '&<<':
    case '&~': {
      const relation = RELATION_OF[operator]
      return [...related(OPPOSITE[relation], right, left), ...related(relation, left, right)]
    }
    default:
      return unreachable(operator)
  }
}

type Relation = '>' | '>>' | '<' | '<<' | '~'

/** The relation seen from the other side. */
const OPPOSITE: Readonly<Record<Relation, Relation>> = {
  '>': '<',
  '>>': '<<',
  '<': '>',
  '<<': '>>',
  '~': '~',
}

const RELATION_OF = {
  '!>': '>',
  '!>>': '>>',
  '!<': '<',
  '!<<': '<<',
  '!~': '~',
  '&>': '>',
  '&>>': '>>',
  '&<': '<',
  '&<<': '<<',
  '&~': '~',
} as const satisfies Partial<Record<SpansetOperator, Relation>>

function unrelated(
  operator: '!>' | '!>>' | '!<' | '!<<' | '!~',
  left: readonly SpanNode[],
  right: readonly SpanNode[],
): readonly SpanNode[] {
  const found = new Set(related(RELATION_OF[operator], left, right))
  return right.filter((node) => !found.has(node))
}

/** Those on the right that are children, descendants, … of one on the left. */
function related(
  relation: Relation,
  left: readonly SpanNode[],
  right: readonly SpanNode[],
): readonly SpanNode[] {
  const among = new Set(left)
  switch (relation) {
    case '>':
      return right.filter(({ parent }) => parent !== undefined && among.has(parent))
    case '<': {
      const parents = new Set(left.map(({ parent }) => parent))
      return right.filter((node) => parents.has(node))
    }
    case '>>': {
      const below = new AncestorSearch(among)
      return right.filter((node) => below.hasOne(node))
    }
    case '<<': {
      const ancestors = ancestorsOf(left)
      return right.filter((node) => ancestors.has(node))
    }
    case '~':
      return right.filter((node) => hasSiblingIn(node, among))
    default:
      return unreachable(relation)
  }
}

/** Ids come from outside: parents may go round in a circle, which ends where it was before. */
function ancestorsOf(nodes: readonly SpanNode[]): ReadonlySet<SpanNode> {
  const ancestors = new Set<SpanNode>()
  for (const { parent } of nodes) {
    for (let at = parent; at !== undefined && !ancestors.has(at); at = at.parent) ancestors.add(at)
  }
  return ancestors
}

function hasSiblingIn(node: SpanNode, among: ReadonlySet<SpanNode>): boolean {
  return node.parent?.children.some((other) => other !== node && among.has(other)) ?? false
}

/** Whether an ancestor of a span is among some; what was found on the way is kept. */
class AncestorSearch {
  readonly #among: ReadonlySet<SpanNode>
  readonly #known = new Map<SpanNode, boolean>()

  constructor(among: ReadonlySet<SpanNode>) {
    this.#among = among
  }

  hasOne(node: SpanNode): boolean {
    const way = new Set<SpanNode>()
    let found = false
    for (let at: SpanNode | undefined = node; at !== undefined && !way.has(at); at = at.parent) {
      const known = this.#known.get(at)
      if (known !== undefined) {
        found = known
        break
      }
      way.add(at)
      if (at.parent !== undefined && this.#among.has(at.parent)) {
        found = true
        break
      }
    }
    for (const each of way) this.#known.set(each, found)
    return found
  }
}
