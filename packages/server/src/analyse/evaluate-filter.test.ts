import { readFileSync } from 'node:fs'
import type { FilterExpression, GroupReference } from '@fluoroscope/model'
import { DEFAULT_GROUP, replaceGroups } from '@fluoroscope/model'
import { describe, expect, test } from 'vitest'
import { expressionOf } from '../../../../test/support/filter.ts'
import { FILTER_TRACES, traceIdNamed } from '../../../../test/support/filter-traces.ts'
import {
  receivedDocument,
  segmentJson,
  subsegmentJson,
  traceOf,
} from '../../../../test/support/traces.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import { resolveGroup } from '../show/resolve-group.ts'
import { matchesFilter } from './evaluate-filter.ts'
import { summarizeTrace } from './trace-summary.ts'

const MATCHES = JSON.parse(
  readFileSync(new URL('../../../../fixtures/filter/matches.json', import.meta.url), 'utf8'),
) as readonly { expression: string; matches: readonly string[] }[]

const TRACES = [...FILTER_TRACES].map(([name, documents]) => {
  const received = documents.map((json) => receivedDocument(json))
  return [name, assembleTrace(traceIdNamed(name), received)] as const
})

/** Besides `Default` there is the group `slow`. */
function resolve(group: GroupReference): FilterExpression | undefined {
  const slow = /^slow$|^arn:aws:xray:us-east-1:000000000000:group\/slow\/ABC$/
  if (slow.test(group.value)) return expressionOf('responsetime > 0.1 OR fault')
  return resolveGroup([DEFAULT_GROUP], group, { account: '000000000000', region: 'us-east-1' })
}

function withGroups(text: string): FilterExpression {
  const replaced = replaceGroups(expressionOf(text), resolve)
  if (!replaced.ok) throw new Error(replaced.problem)
  return replaced.value
}

test.each(MATCHES)('$expression matches $matches', ({ expression, matches }) => {
  const filter = withGroups(expression)
  const found = TRACES.filter(([, trace]) => matchesFilter(filter, trace, summarizeTrace(trace)))
  expect(found.map(([name]) => name).sort()).toEqual(matches.toSorted())
})

test('the Default group holds every trace', () => {
  const filter = withGroups('group.name = "Default"')
  for (const [, trace] of TRACES) {
    expect(matchesFilter(filter, trace, summarizeTrace(trace))).toBe(true)
  }
})

test('a group that does not exist, or names another group, is a problem', () => {
  expect(replaceGroups(expressionOf('!(ok OR group.name = "x")'), resolve)).toEqual({
    ok: false,
    problem: "Group not found: 'x'",
  })
  const nested = expressionOf('fault AND !group.name = "slow"')
  expect(replaceGroups(expressionOf('group.name = "outer"'), () => nested)).toEqual({
    ok: false,
    problem: "Group 'outer' is defined by another group",
  })
})

describe('annotations', () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, index]))
  const trace = traceOf(segmentJson(1, 'front', [0, 1], { annotations: many }))
  const holds = (text: string) => matchesFilter(expressionOf(text), trace, summarizeTrace(trace))

  test('all of a trace are searched, also those that its summary does not list', () => {
    expect(holds('annotation.k49 = 49')).toBe(true)
    expect(holds('annotation.k59 = 59')).toBe(true)
    expect(holds('annotation.k59 = 58')).toBe(false)
    expect(holds('annotation.k60')).toBe(false)
    expect(holds('service("front") { annotation.k59 }')).toBe(true)
    expect(holds('service("front") { annotation.k60 }')).toBe(false)
  })

  test('a key called like a member of every object is nothing special', () => {
    expect(holds('annotation.constructor')).toBe(false)
    expect(holds('annotation.__proto__')).toBe(false)
  })
})

test('all conditions in braces hold on one segment, or on one call', () => {
  const call = (id: number, more: object) =>
    subsegmentJson(id, 'store', [0, id / 10], { namespace: 'remote', ...more })
  const trace = traceOf(
    segmentJson(1, 'front', [0, 3], {
      subsegments: [call(2, { fault: true }), call(5, {}), call(9, { fault: true, traced: true })],
    }),
    segmentJson(20, 'store', [0, 0.8], { parent_id: '0000000000000009' }),
  )
  const holds = (text: string) => matchesFilter(expressionOf(text), trace, summarizeTrace(trace))
  expect(holds('service("store") { fault AND responsetime > 0.3 }')).toBe(false)
  expect(holds('service("store") { fault } AND service("store") { responsetime > 0.3 }')).toBe(true)
  expect(holds('edge("front", "store") { fault AND responsetime = 0.9 }')).toBe(true)
  expect(holds('edge("front", "store") { fault AND responsetime = 0.5 }')).toBe(false)
  expect(holds('edge("front", "store") { fault AND responsetime = 0.8 }')).toBe(false)
})

test('accounts are those of the senders, but where documents tell another', () => {
  const documents = [
    { ...receivedDocument(segmentJson(1, 'front', [0, 1])), account: '111111111111' },
    {
      ...receivedDocument(segmentJson(2, 'back', [0, 1], { parent_id: '0000000000000001' })),
      account: '222222222222',
    },
  ]
  const trace = assembleTrace(traceOf(segmentJson(1, 'x', [0, 1])).id, documents)
  const holds = (text: string) => matchesFilter(expressionOf(text), trace, summarizeTrace(trace))
  expect(holds('service(id(account.id: "222222222222", name: "back"))')).toBe(true)
  expect(holds('service(id(account.id: "222222222222", name: "front"))')).toBe(false)
  expect(holds('edge(id(account.id: "111111111111"), id(account.id: "222222222222"))')).toBe(true)
  expect(holds('edge(id(account.id: "222222222222"), id(account.id: "111111111111"))')).toBe(false)
  expect(holds('edge(id(type: "client", account.id: "111111111111"), "front")')).toBe(true)
})
