import { type JsonObject, type Outcome, outcomeOf } from '@fluoroscope/model'
import { cellWidth, fitText, padText, safeText } from './cell-text.ts'
import { OUTCOME_MARKS } from './outcome-mark.ts'
import type { Ink, Paint } from './paint.ts'
import { durationText } from './quantity-text.ts'
import type { TraceTree, TreeNode } from './trace-tree.ts'

/** One line of the waterfall before it is painted. */
export type WaterfallRow = {
  /** Guides of the tree, `│  ├─ `. */
  readonly guides: string
  readonly name: string
  /** What is said behind the name: operation, status. */
  readonly hint: string
  readonly outcome: Outcome
  readonly kind: 'segment' | 'subsegment' | 'inferred-callee'
  readonly inProgress: boolean
  /** Seconds since the trace began; several for calls folded into one line. */
  readonly bars: readonly { readonly start: number; readonly end: number }[]
  readonly seconds: number | undefined
}

/** As many like calls in a row become one line. */
const FOLD_FROM = 4

/** The rows of a trace, callers above what they called. */
export function waterfallRows(tree: TraceTree, fold = true): readonly WaterfallRow[] {
  return tree.roots.flatMap((root) => rowsOf(root, '', '', tree, fold))
}

/** Lines of a waterfall of `width` cells: mark, tree, duration, bar to scale. */
export function layoutWaterfall(
  rows: readonly WaterfallRow[],
  length: number,
  width: number,
  paint: Paint,
): readonly string[] {
  const natural = Math.max(...rows.map((row) => cellWidth(labelOf(row))), 8)
  const nameWidth = Math.min(natural, Math.max(24, Math.floor(width * 0.5)))
  const barWidth = Math.min(MAX_BAR, width - nameWidth - DURATION_WIDTH - 6)
  return [
    axisLine(nameWidth, barWidth, length, paint),
    ...rows.map((row) => paintRow(row, { nameWidth, barWidth, length }, paint)),
  ]
}

/** Explains the signs that occur in the rows; empty when none does. */
export function legendOf(rows: readonly WaterfallRow[], paint: Paint): string {
  const outcomes = (['fault', 'error', 'throttle'] as const)
    .filter((outcome) => rows.some((row) => row.outcome === outcome))
    .map((outcome) => {
      const { ink, letter, word } = OUTCOME_MARKS[outcome]
      return paint(ink, `${letter} ${word}`)
    })
  const inferred = rows.some(({ kind }) => kind === 'inferred-callee')
  return [
    ...outcomes,
    ...(inferred ? [`${INFERRED}${INFERRED} reported by the caller only`] : []),
    ...(rows.some(({ inProgress }) => inProgress) ? [`${OPEN}${OPEN} in progress`] : []),
  ].join('   ')
}

const DURATION_WIDTH = 8
const MAX_BAR = 200
const INFERRED = '┄'
const OPEN = '░'
const FULL = '█'
/** From one to seven eighths of a cell, filled from the left. */
const LEFT_PARTS = ['▏', '▎', '▍', '▌', '▋', '▊', '▉']
const RIGHT_HALF = '▐'

type Scale = { readonly nameWidth: number; readonly barWidth: number; readonly length: number }

function rowsOf(
  node: TreeNode,
  guides: string,
  below: string,
  tree: TraceTree,
  fold: boolean,
): readonly WaterfallRow[] {
  const groups = fold ? foldAlike(node.children) : node.children.map((child) => [child])
  return [
    rowOf([node], guides, tree),
    ...groups.flatMap((group, index) => {
      const last = index === groups.length - 1
      const [first] = group
      const branch = `${below}${last ? '└─ ' : '├─ '}`
      if (first === undefined) return []
      if (group.length > 1) return [rowOf(group, branch, tree)]
      return rowsOf(first, branch, `${below}${last ? '   ' : '│  '}`, tree, fold)
    }),
  ]
}

/** Runs of siblings with one name and outcome, and nothing below them. */
function foldAlike(nodes: readonly TreeNode[]): readonly (readonly TreeNode[])[] {
  const runs: TreeNode[][] = []
  for (const node of nodes) {
    const run = runs.at(-1)
    if (run?.[0] !== undefined && isAlike(run[0], node)) run.push(node)
    else runs.push([node])
  }
  return runs.flatMap((run) => (run.length >= FOLD_FROM ? [run] : run.map((node) => [node])))
}

function isAlike(left: TreeNode, right: TreeNode): boolean {
  return (
    left.children.length === 0 &&
    right.children.length === 0 &&
    left.end !== undefined &&
    right.end !== undefined &&
    left.entity.name === right.entity.name &&
    hintOf(left) === hintOf(right) &&
    outcomeOf(left.entity) === outcomeOf(right.entity)
  )
}

/** A line for one node, or for several alike. */
function rowOf(nodes: readonly TreeNode[], guides: string, tree: TraceTree): WaterfallRow {
  const [node] = nodes as readonly [TreeNode]
  const bars = nodes.map(({ start, end }) => ({ start, end: Math.max(start, end ?? tree.length) }))
  const missing = node.callerMissing ? ' (its caller has not arrived)' : ''
  return {
    guides,
    name: `${nodes.length > 1 ? `${nodes.length}× ` : ''}${safeText(node.entity.name)}`,
    hint: `${hintOf(node)}${missing}`,
    outcome: outcomeOf(node.entity),
    kind: node.inferred !== undefined ? 'inferred-callee' : node.entity.kind,
    inProgress: node.end === undefined,
    bars,
    seconds:
      node.end === undefined
        ? undefined
        : nodes.reduce((sum, { start, end }) => sum + ((end ?? start) - start), 0),
  }
}

function hintOf({ entity }: TreeNode): string {
  const { http, aws } = entity
  const words: (string | number | undefined)[] = []
  if (entity.kind === 'subsegment' && entity.sql !== undefined) {
    words.push(textOf(entity.sql, 'sanitized_query')?.split(/\s/)[0])
  } else if (entity.kind === 'subsegment' && entity.namespace === 'aws' && aws !== undefined) {
    words.push(
      capitalised(textOf(aws, 'operation')),
      textOf(aws, 'table_name') ??
        textOf(aws, 'bucket_name') ??
        textOf(aws, 'function_name') ??
        textOf(aws, 'queue_url')?.split('/').at(-1),
    )
  } else words.push(http?.method, entity.kind === 'segment' ? pathOf(http?.url) : undefined)
  words.push(http?.status === 200 ? undefined : http?.status)
  return safeText(words.filter((word) => word !== undefined && word !== '').join(' '))
}

function textOf(from: JsonObject, key: string): string | undefined {
  const value = from[key]
  return typeof value === 'string' ? value : undefined
}

function capitalised(text: string | undefined): string | undefined {
  return text === undefined ? undefined : text.charAt(0).toUpperCase() + text.slice(1)
}

function pathOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : url
}

function labelOf({ guides, name, hint }: WaterfallRow): string {
  return hint === '' ? `${guides}${name}` : `${guides}${name} ${hint}`
}

function axisLine(nameWidth: number, barWidth: number, length: number, paint: Paint): string {
  const end = durationText(length)
  const axis = `0${padText(end, barWidth - 1, 'right')}`
  return paint('dim', `  ${' '.repeat(nameWidth)} ${' '.repeat(DURATION_WIDTH)}  ${axis}`)
}

function paintRow(row: WaterfallRow, scale: Scale, paint: Paint): string {
  const mark = OUTCOME_MARKS[row.outcome]
  const duration = row.seconds === undefined ? 'open' : durationText(row.seconds)
  return [
    paint(mark.ink, mark.letter),
    ' ',
    paintLabel(row, mark.ink, scale.nameWidth, paint),
    ' ',
    padText(duration, DURATION_WIDTH, 'right'),
    '  ',
    paint(mark.ink === 'plain' ? 'cyan' : mark.ink, barText(row, scale)),
  ]
    .join('')
    .trimEnd()
}

function paintLabel(row: WaterfallRow, ink: Ink, width: number, paint: Paint): string {
  const label = fitText(labelOf(row), width)
  const guides = label.slice(0, row.guides.length)
  const name = label.slice(guides.length, guides.length + row.name.length)
  const rest = label.slice(guides.length + name.length)
  const nameInk = ink === 'plain' && row.kind === 'segment' ? 'bold' : ink
  const space = ' '.repeat(Math.max(0, width - cellWidth(label)))
  return paint('dim', guides) + paint(nameInk, name) + paint('dim', rest) + space
}

/** The bars of a row on `barWidth` cells, to an eighth of a cell at their end, a half at their start. */
function barText(row: WaterfallRow, { barWidth, length }: Scale): string {
  const cells = Array.from({ length: barWidth }, () => ' ')
  const perCell = length > 0 ? barWidth / length : 0
  const sign = row.inProgress ? OPEN : row.kind === 'inferred-callee' ? INFERRED : undefined
  for (const { start, end } of row.bars) {
    drawBar(cells, clamp(start * perCell, barWidth), clamp(end * perCell, barWidth), sign)
  }
  return cells.join('')
}

function drawBar(cells: string[], from: number, to: number, sign: string | undefined): void {
  const first = Math.min(Math.floor(from), cells.length - 1)
  const last = Math.max(first, Math.ceil(to) - 1)
  for (let index = first; index <= last; index += 1) {
    cells[index] = sign ?? barCell(index, from, to)
  }
}

/** One cell of a solid bar; a bar too short for its cell still shows. */
function barCell(index: number, from: number, to: number): string {
  if (from - index >= 0.5) return RIGHT_HALF
  const eighths = Math.round((to - index) * 8)
  return eighths >= 8 ? FULL : (LEFT_PARTS[Math.max(0, eighths - 1)] ?? FULL)
}

function clamp(cell: number, width: number): number {
  return Math.min(Math.max(0, cell), width)
}
