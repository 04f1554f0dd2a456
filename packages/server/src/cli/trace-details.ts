import { type Annotations, durationOf, type Exception, outcomeOf } from '@fluoroscope/model'
import { fitText, padText, safeText, wrapText } from './cell-text.ts'
import { OUTCOME_MARKS } from './outcome-mark.ts'
import type { Paint } from './paint.ts'
import { dateTimeText, durationText } from './quantity-text.ts'
import { type TraceTree, type TreeNode, walkTree } from './trace-tree.ts'

/** What the request was and how it ended, in two or three lines. */
export function traceHeading(
  id: string,
  tree: TraceTree,
  width: number,
  paint: Paint,
): readonly string[] {
  const nodes = [...walkTree(tree.roots)]
  const root = tree.roots[0]
  const http = root?.entity.http
  const request = http?.url === undefined ? root?.entity.name : `${http.method ?? ''} ${http.url}`
  const answer = http?.status === undefined ? '' : ` → ${http.status}`
  const response =
    root?.end === undefined ? 'in progress' : `answered in ${durationText(root.end - root.start)}`
  const services = new Set(nodes.map(({ service }) => service))
  const facts = [
    dateTimeText(tree.startedAt),
    response,
    `${durationText(tree.length)} in all`,
    plural(services.size, 'service'),
    ...failureCounts(nodes),
    ...(tree.unreadable === 0 ? [] : [`${plural(tree.unreadable, 'document')} unreadable`]),
  ]
  return [
    paint('bold', fitText(`${safeText((request ?? '').trim())}${answer}`, width)),
    ...wrapText(facts.join(' · '), width, 3),
    paint('dim', `trace ${id}`),
  ]
}

/** Exceptions, SQL and annotations in short, each part under its title; nothing for what is absent. */
export function traceDetails(tree: TraceTree, width: number, paint: Paint): readonly string[] {
  const nodes = [...walkTree(tree.roots)]
  return [
    ...titled('Exceptions', exceptionLines(nodes, width, paint), paint),
    ...titled('SQL', sqlLines(nodes, width, paint), paint),
    ...titled('Annotations', annotationLines(nodes, width, paint), paint),
  ]
}

const MAX_EXCEPTIONS = 8
const MAX_QUERIES = 10
const MAX_ANNOTATED = 12
const MAX_MESSAGE_LINES = 3

function failureCounts(nodes: readonly TreeNode[]): readonly string[] {
  return (['fault', 'error', 'throttle'] as const).flatMap((outcome) => {
    const count = nodes.filter(({ entity }) => outcomeOf(entity) === outcome).length
    return count === 0 ? [] : [plural(count, OUTCOME_MARKS[outcome].word)]
  })
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function titled(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines]
}

function exceptionLines(nodes: readonly TreeNode[], width: number, paint: Paint): string[] {
  const failed = nodes.filter(({ entity }) => exceptionsOf(entity).length > 0)
  const lines = failed.slice(0, MAX_EXCEPTIONS).flatMap((node) => {
    const { letter, ink } = OUTCOME_MARKS[outcomeOf(node.entity)]
    return [
      `${paint(ink, letter)} ${fitText(placeOf(node), width - 2)}`,
      ...exceptionsOf(node.entity).flatMap((exception, index) =>
        linesOfException(exception, index, width, paint),
      ),
    ]
  })
  return [...lines, ...more(failed.length - MAX_EXCEPTIONS, paint)]
}

function exceptionsOf(entity: TreeNode['entity']): readonly Exception[] {
  return entity.cause?.kind === 'exceptions' ? entity.cause.exceptions : []
}

/** The first exception of an entity is what ended it, those behind it led to it. */
function linesOfException(
  exception: Exception,
  index: number,
  width: number,
  paint: Paint,
): readonly string[] {
  const type = exception.type === undefined || exception.type === '' ? 'Error' : exception.type
  const lead = index === 0 ? '    ' : '      from '
  const text = safeText(`${type}: ${exception.message ?? ''}`)
  const [first = '', ...rest] = wrapText(text, width - lead.length, MAX_MESSAGE_LINES)
  const [frame] = exception.stack
  const place = frame === undefined ? '' : placeInCode(frame)
  return [
    lead + first,
    ...rest.map((line) => ' '.repeat(lead.length) + line),
    ...(place === ''
      ? []
      : [paint('dim', `      at ${fitText(safeText(place), width - 9, 'end')}`)]),
  ]
}

function placeInCode({ path, line, label }: Exception['stack'][number]): string {
  // The Node SDK takes `file` for the path of every ES module: without a line it says nothing.
  const file = path === undefined || line === undefined ? '' : `${path}:${line}`
  return `${label ?? ''} ${file}`.trim()
}

/** Each statement once, with how often it ran and how long in all. */
function sqlLines(nodes: readonly TreeNode[], width: number, paint: Paint): string[] {
  const statements = new Map<string, { place: string; query: string; count: number; ns: number }>()
  for (const node of nodes) {
    if (node.entity.kind !== 'subsegment' || node.entity.sql === undefined) continue
    const { sanitized_query: query } = node.entity.sql
    const text =
      typeof query === 'string' ? safeText(query).replace(/\s+/g, ' ').trim() : '(unknown)'
    const key = `${node.service}\n${text}`
    const known = statements.get(key) ?? { place: node.service, query: text, count: 0, ns: 0 }
    known.count += 1
    known.ns += durationOf(node.entity) ?? 0
    statements.set(key, known)
  }
  const byTime = [...statements.values()].sort((left, right) => right.ns - left.ns)
  const places = Math.max(0, ...byTime.map(({ place }) => place.length))
  const lines = byTime.slice(0, MAX_QUERIES).map(({ place, query, count, ns }) => {
    const lead = `  ${padText(safeText(place), places)} ${padText(count > 1 ? `${count}×` : '', 4, 'right')} ${padText(durationText(ns / 1e9), 8, 'right')}  `
    return `${paint('dim', lead)}${fitText(query, Math.max(8, width - lead.length))}`
  })
  return [...lines, ...more(byTime.length - MAX_QUERIES, paint)]
}

function annotationLines(nodes: readonly TreeNode[], width: number, paint: Paint): string[] {
  const annotated = nodes.flatMap((node) => {
    const user = node.entity.kind === 'segment' ? node.entity.user : undefined
    const texts = annotationTexts(node.entity.annotations, user)
    return texts.length === 0 ? [] : [`${placeOf(node)}: ${texts.join(', ')}`]
  })
  const lines = annotated
    .slice(0, MAX_ANNOTATED)
    .flatMap((text) => wrapText(text, width - 2, 4).map((line) => `  ${line}`))
  return [...lines, ...more(annotated.length - MAX_ANNOTATED, paint)]
}

function annotationTexts(annotations: Annotations, user: string | undefined): readonly string[] {
  const texts = [...annotations].map(
    ([key, value]) => `${safeText(key)}=${typeof value === 'string' ? quoted(value) : value}`,
  )
  return user === undefined ? texts : [`user=${quoted(user)}`, ...texts]
}

/** Quotes tell the text "3" from the number 3. */
function quoted(text: string): string {
  return `"${safeText(text)}"`
}

function placeOf({ service, entity }: TreeNode): string {
  const name = safeText(entity.name)
  return entity.kind === 'segment' ? name : `${safeText(service)} › ${name}`
}

function more(count: number, paint: Paint): readonly string[] {
  return count > 0 ? [paint('dim', `  … and ${count} more: --json has all`)] : []
}
