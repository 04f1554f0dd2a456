import { parseTraceQuery, spansOfSegment } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import {
  entityIdText,
  type Json,
  segmentJson,
  subsegmentJson,
  traceOf,
} from '../../../../../test/support/traces.ts'
import { type SpanTree, spanTree } from '../span-tree.ts'
import { compileTraceQuery } from './compile-query.ts'

/**
 * One trace; ids are those of the spans.
 *
 *     1 shop (server, 0 to 1 s)
 *     ├ 2 checkout (internal, 0.1 to 0.9)
 *     │ ├ 3 orders (client, 0.2 to 0.5) ── 10 orders (server, 0.25 to 0.45)
 *     │ │                                  └ 11 DynamoDB (client, 0.3 to 0.4), failed
 *     │ └ 4 mail (client, 0.5 to 0.8)
 *     └ 5 render (internal, 0.9 to 1)
 */
const TREE = treeOf(
  segmentJson(1, 'shop', [0, 1], {
    http: { request: { method: 'GET', url: 'https://shop.test/' }, response: { status: 200 } },
    annotations: { tier: 'gold', items: 3, ratio: 0.5, vip: true },
    subsegments: [
      subsegmentJson(2, 'checkout', [0.1, 0.9], {
        annotations: { items: 5 },
        subsegments: [
          subsegmentJson(3, 'orders', [0.2, 0.5], { namespace: 'remote' }),
          subsegmentJson(4, 'mail', [0.5, 0.8], { namespace: 'remote' }),
        ],
      }),
      subsegmentJson(5, 'render', [0.9, 1]),
    ],
  }),
  segmentJson(10, 'orders', [0.25, 0.45], {
    parent_id: entityIdText(3),
    service: { version: '1.2' },
    aws: { xray: { sdk: 'X-Ray for Node.js', sdk_version: '3.12.0' } },
    subsegments: [
      subsegmentJson(11, 'DynamoDB', [0.3, 0.4], {
        namespace: 'aws',
        fault: true,
        cause: {
          exceptions: [
            { id: entityIdText(0xe0), type: 'Throttled', message: 'slow down' },
            { id: entityIdText(0xe1), type: 'TimeoutError', message: 'too late' },
          ],
        },
      }),
    ],
  }),
)

function treeOf(...documents: readonly Json[]): SpanTree {
  return spanTree(traceOf(...documents).segments.flatMap(spansOfSegment))
}

function matcher(text: string) {
  const parsed = parseTraceQuery(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const compiled = compileTraceQuery(parsed.value, text)
  if (!compiled.ok) throw new Error(compiled.problem.message)
  return compiled.value
}

/** The ids of each spanset that matches. */
function found(text: string, tree = TREE): readonly (readonly number[])[] {
  return matcher(text)
    .match(tree)
    .map(({ spans }) => spans.map(({ span }) => Number.parseInt(span.id, 16)))
}

const ALL = [1, 2, 3, 10, 11, 4, 5]

/** Meanings: grafana/tempo docs/sources/tempo/traceql/construct-traceql-queries.md. */
test.each<[string, readonly (readonly number[])[]]>([
  ['{}', [ALL]],
  ['{ false }', []],
  ['{ name = "orders" }', [[3, 10]]],
  ['{ resource.service.name = "orders" }', [[10, 11]]],
  ['{ .service.name = "shop" }', [[1, 2, 3, 4, 5]]],
  ['{ span.service.name = "shop" }', []],
  ['{ resource.service.version = "1.2" }', [[10, 11]]],
  ['{ instrumentation:name = "X-Ray for Node.js" }', [[10, 11]]],
  ['{ kind = client }', [[3, 11, 4]]],
  ['{ kind != client && kind != internal }', [[1, 10]]],
  ['{ status = error }', [[11]]],
  ['{ status = ok }', []],
  ['{ statusMessage = "slow down" }', [[11]]],
  ['{ duration > 300ms }', [[1, 2]]],
  ['{ duration >= 300ms && duration <= 0.8s }', [[2, 3, 4]]],
  ['{ duration * 2 > 1s }', [[1, 2]]],
  ['{ .items = 3 }', [[1]]],
  ['{ .items > 3.5 }', [[2]]],
  ['{ .items != 3 }', [[2]]],
  ['{ .items = "3" }', []],
  ['{ .items != "3" }', []],
  ['{ .ratio * 2 = 1 }', [[1]]],
  ['{ .items % 2 = 1 && .items ^ 2 > 10 }', [[2]]],
  ['{ -.items = -5 }', [[2]]],
  ['{ .vip }', [[1]]],
  ['{ !.vip }', []],
  ['{ .vip = false }', []],
  ['{ .tier = nil }', [[2, 3, 10, 11, 4, 5]]],
  ['{ .tier != nil }', [[1]]],
  ['{ .tier = "Gold" }', []],
  ['{ .tier =~ "g.*" }', [[1]]],
  ['{ .tier =~ "g" }', []],
  ['{ .tier !~ "s.*" }', [[1]]],
  ['{ .tier > "bronze" }', [[1]]],
  ['{ span.http.response.status_code = 200 }', [[1]]],
  ['{ name = "mail" || name = "render" }', [[4, 5]]],
  ['{ event:name = "exception" }', [[11]]],
  ['{ event.exception.type = "TimeoutError" }', [[11]]],
  ['{ event.exception.type != "TimeoutError" }', []],
  ['{ event.exception.type !~ "X.*" }', [[11]]],
  ['{ event:timeSinceStart = 100ms }', [[11]]],
  ['{ span:id = "000000000000000a" }', [[10]]],
  ['{ span:parentID = "0000000000000003" }', [[10]]],
  ['{ span:parentID = nil }', [[1]]],
  ['{ childCount = 2 }', [[1, 2]]],
  ['{ trace:id = "68f00000111122223333444455556666" && name = "render" }', [[5]]],
  ['{ rootServiceName = "shop" && rootName = "shop" && kind = server }', [[1, 10]]],
  ['{ traceDuration = 1s && name = "mail" }', [[4]]],
  // Both sides have to be there; the spans are those of either.
  ['{ name = "mail" } && { status = error }', [[11, 4]]],
  ['{ name = "mail" } && { name = "none" }', []],
  ['{ name = "mail" } || { name = "none" }', [[4]]],
  // Structure: the spans of the right side.
  ['{ name = "shop" } > { }', [[2, 5]]],
  ['{ name = "checkout" } >> { kind = client }', [[3, 11, 4]]],
  ['{ resource.service.name = "shop" } >> { status = error }', [[11]]],
  ['{ status = error } << { kind = server }', [[1, 10]]],
  ['{ status = error } < { }', [[10]]],
  ['{ name = "checkout" } ~ { }', [[5]]],
  ['{ name = "checkout" } ~ { name = "checkout" }', []],
  ['{ name = "shop" } !> { }', [[1, 3, 10, 11, 4]]],
  ['{ name = "checkout" } !>> { kind = client }', []],
  ['{ name = "mail" } !>> { kind = client }', [[3, 11, 4]]],
  ['{ status = error } !<< { }', [[11, 4, 5]]],
  ['{ status = error } !< { kind = server }', [[1]]],
  ['{ name = "checkout" } !~ { kind = internal }', [[2]]],
  ['{ kind = server } &> { kind = internal }', [[1, 2, 5]]],
  ['{ kind = internal } &>> { status = error }', [[2, 11]]],
  ['{ status = error } &<< { kind = internal }', [[2, 11]]],
  // Pipelines.
  ['{ kind = client } | count() = 3', [[3, 11, 4]]],
  ['{ kind = client } | count() > 3', []],
  ['{ kind = client } | avg(duration) > 200ms', [[3, 11, 4]]],
  ['{ kind = client } | min(duration) = 100ms', [[3, 11, 4]]],
  ['{ kind = client } | max(duration) = 300ms | { name = "mail" }', [[4]]],
  ['{ .items != nil } | sum(.items) = 8', [[1, 2]]],
  ['{ kind = client } | avg(.items) > 0', []],
  ['{ } | max(duration) - min(duration) = 900ms', [ALL]],
  ['{ } | by(resource.service.name) | count() = 2', [[10, 11]]],
  ['{ kind = client } | by(resource.service.name)', [[3, 4], [11]]],
  ['{ kind = client } | by(resource.service.name) | coalesce()', [[3, 11, 4]]],
  ['({ kind = client } | count() > 2) && { status = error }', [[3, 11, 4]]],
  ['({ kind = client } | count() > 5) || { status = error }', [[11]]],
  ['{ status = error } | select(.items)', [[11]]],
])('%s', (text, expected) => {
  expect(found(text)).toEqual(expected)
})

test('an answer tells what it was grouped by and what was counted', () => {
  const [first] = matcher('{ kind = client } | by(resource.service.name) | count() > 1').match(TREE)
  expect([...(first?.attributes ?? [])]).toEqual([
    ['by(resource.service.name)', 'shop'],
    ['count()', 2n],
  ])
})

test('what a query names is told once', () => {
  const { fields } = matcher('{ .a = 1 && span.b = 2 } | avg(.a) > 1 | select(.a, status)')
  expect(fields.map(({ name }) => name)).toEqual(['a', 'b', 'span:status'])
})

test('whole numbers beyond the doubles are told apart', () => {
  const base = segmentJson(1, 'a', [0, 1])
  const [span] = traceOf(base).segments.flatMap(spansOfSegment)
  if (span === undefined) throw new Error('no span')
  const tree = spanTree([{ ...span, attributes: new Map([['n', 9_007_199_254_740_993n]]) }])
  expect(found('{ .n = 9007199254740993 }', tree)).toEqual([[1]])
  expect(found('{ .n = 9007199254740992 }', tree)).toEqual([])
  expect(found('{ .n + 1 = 9007199254740994 }', tree)).toEqual([[1]])
  expect(found('{ .n > 9007199254740992.0 }', tree)).toEqual([[1]])
})

test('one element of a list is enough, but for what must not be in it', () => {
  const [span] = traceOf(segmentJson(1, 'a', [0, 1])).segments.flatMap(spansOfSegment)
  if (span === undefined) throw new Error('no span')
  const tree = spanTree([{ ...span, attributes: new Map([['l', ['x', 'y', 3n]]]) }])
  expect(found('{ .l = "y" }', tree)).toEqual([[1]])
  expect(found('{ .l != "z" }', tree)).toEqual([])
  expect(found('{ .l =~ "x|z" && .l > 2 }', tree)).toEqual([[1]])
})

test('parents in a circle end nothing but themselves', () => {
  const [span] = traceOf(segmentJson(1, 'a', [0, 1])).segments.flatMap(spansOfSegment)
  if (span === undefined) throw new Error('no span')
  const at = (id: number, parent: number) => ({
    ...span,
    name: `s${id}`,
    id: entityIdText(id) as typeof span.id,
    parentId: entityIdText(parent) as typeof span.id,
  })
  const tree = spanTree([at(1, 2), at(2, 1), at(3, 2)])
  expect(found('{ name = "s1" } >> { name = "s3" }', tree)).toEqual([[3]])
  expect(found('{ name = "s3" } >> { }', tree)).toEqual([])
  expect(found('{ name = "s3" } << { }', tree)).toEqual([[1, 2]])
})

test('a pattern that would take forever with backtracking takes its time in proportion', () => {
  const [span] = traceOf(segmentJson(1, 'a', [0, 1])).segments.flatMap(spansOfSegment)
  if (span === undefined) throw new Error('no span')
  const tree = spanTree([{ ...span, attributes: new Map([['a', 'a'.repeat(5000)]]) }])
  expect(found('{ .a =~ "(a+)+b" }', tree)).toEqual([])
  expect(found('{ .a =~ "(a+)+" }', tree)).toEqual([[1]])
})

test.each([
  ['{ .a =~ "[" }', 8],
  ['{ .a =~ .b }', 8],
])('%s is refused at its pattern', (text, offset) => {
  const parsed = parseTraceQuery(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const compiled = compileTraceQuery(parsed.value, text)
  expect(compiled.ok).toBe(false)
  if (!compiled.ok) expect(compiled.problem.offset).toBe(offset)
})
