import { describe, expect, test } from 'vitest'
import { PLAIN } from './paint.ts'
import { traceDetails, traceHeading } from './trace-details.ts'
import { buildTraceTree } from './trace-tree.ts'
import { layoutWaterfall, legendOf, waterfallRows } from './waterfall.ts'

const TRACE_ID = '1-68f00000-111122223333444455556666'
const T0 = 1_760_559_104

function segment(id: string, fields: object): string {
  return JSON.stringify({ id: id.padStart(16, '0'), trace_id: TRACE_ID, ...fields })
}

function sub(id: string, name: string, start: number, end: number, fields: object = {}): object {
  return {
    id: id.padStart(16, '0'),
    name,
    start_time: T0 + start,
    end_time: T0 + end,
    ...fields,
  }
}

function timed(name: string, start: number, end: number, fields: object = {}): object {
  return { name, start_time: T0 + start, end_time: T0 + end, ...fields }
}

const CHECKOUT = [
  segment('b0', {
    ...timed('payments', 0.4, 0.8),
    parent_id: '00000000000000a2',
    fault: true,
    http: { request: { method: 'POST', url: 'http://pay/charges' }, response: { status: 502 } },
    cause: {
      exceptions: [
        {
          id: 'e'.repeat(16),
          type: 'ProviderError',
          message: 'not charged',
          stack: [{ path: '/srv/pay.js', line: 12, label: 'charge' }],
        },
        { id: 'f'.repeat(16), type: 'UpstreamError', message: 'answered 503' },
      ],
    },
  }),
  segment('a0', {
    ...timed('shop', 0, 1),
    user: 'u-1',
    http: {
      request: { method: 'POST', url: 'http://shop.test/checkout' },
      response: { status: 502 },
    },
    fault: true,
    annotations: { tier: 'gold', items: 3, beta: false },
    subsegments: [
      sub('a1', 'stock', 0, 0.25, {
        namespace: 'aws',
        aws: { operation: 'getItem', table_name: 'stock' },
      }),
      sub('a2', 'pay.internal', 0.4, 0.8, {
        namespace: 'remote',
        fault: true,
        http: { request: { method: 'POST', url: 'http://pay/charges' }, response: { status: 502 } },
      }),
      sub('a3', 'shop@db', 0.8, 1, {
        namespace: 'remote',
        sql: { sanitized_query: 'SELECT  1\n FROM t' },
      }),
    ],
  }),
  segment('c0', { ...timed('stock', 0, 0.25), parent_id: '00000000000000a1', inferred: true }),
]

function draw(documents: readonly string[], width: number): readonly string[] {
  const tree = buildTraceTree(documents)
  return layoutWaterfall(waterfallRows(tree), tree.length, width, PLAIN)
}

describe('the waterfall', () => {
  test('joins the documents by their callers and draws them to scale', () => {
    // 28 cells a second: 0.4 to 0.8 s are cells 11.2 to 22.4.
    expect(draw(CHECKOUT, 74)).toEqual([
      `${' '.repeat(45)}0${' '.repeat(24)}1 s`,
      `F shop POST /checkout 502               1 s  ${'█'.repeat(28)}`,
      `  ├─ stock GetItem stock             250 ms  ${'┄'.repeat(7)}`,
      `F ├─ pay.internal POST 502           400 ms  ${' '.repeat(11)}${'█'.repeat(11)}▍`,
      `F │  └─ payments POST /charges 502   400 ms  ${' '.repeat(11)}${'█'.repeat(11)}▍`,
      `  └─ shop@db SELECT                  200 ms  ${' '.repeat(22)}${'█'.repeat(6)}`,
    ])
  })

  test.each([60, 80, 120, 160])('no line is wider than %i cells', (width) => {
    for (const line of draw(CHECKOUT, width)) expect([...line].length).toBeLessThanOrEqual(width)
  })

  test('only the signs that occur are explained', () => {
    const rows = waterfallRows(buildTraceTree(CHECKOUT))
    expect(legendOf(rows, PLAIN)).toBe('F fault   ┄┄ reported by the caller only')
    const quiet = waterfallRows(buildTraceTree([segment('1', timed('a', 0, 1))]))
    expect(legendOf(quiet, PLAIN)).toBe('')
  })

  test('what is in progress has no duration and runs to the end', () => {
    const lines = draw(
      [
        segment('1', {
          name: 'batch',
          start_time: T0,
          in_progress: true,
          subsegments: [sub('2', 'step', 0, 2)],
        }),
      ],
      60,
    )
    expect(lines[1]).toMatch(/^ {2}batch .* open {2}░+$/)
    expect(lines[2]).toMatch(/└─ step +2 s {2}█+$/)
  })

  test('like calls in a row become one line, unless all are asked for', () => {
    const calls = Array.from({ length: 6 }, (_, index) =>
      sub(`f${index}`, 'shop@db', index / 10, index / 10 + 0.05, { namespace: 'remote' }),
    )
    const tree = buildTraceTree([segment('1', { ...timed('orders', 0, 1), subsegments: calls })])
    const folded = waterfallRows(tree)
    expect(folded.map(({ name }) => name)).toEqual(['orders', '6× shop@db'])
    expect(folded[1]?.seconds).toBeCloseTo(0.3, 5)
    expect(folded[1]?.bars).toHaveLength(6)
    expect(waterfallRows(tree, false)).toHaveLength(7)
  })

  test('a segment whose caller is missing says so and is a root', () => {
    const [row] = waterfallRows(
      buildTraceTree([segment('1', { ...timed('late', 0, 1), parent_id: 'f'.repeat(16) })]),
    )
    expect(row).toMatchObject({ guides: '', name: 'late', hint: expect.stringContaining('caller') })
  })

  test('documents that cannot be read are counted, the others shown', () => {
    const tree = buildTraceTree([segment('1', timed('a', 0, 1)), '{"name":'])
    expect(tree.unreadable).toBe(1)
    expect(traceHeading(TRACE_ID, tree, 80, PLAIN).join('\n')).toContain('1 document')
  })
})

test('the heading says what was asked, how it ended and what failed', () => {
  const [request, facts, id] = traceHeading(TRACE_ID, buildTraceTree(CHECKOUT), 120, PLAIN)
  expect(request).toBe('POST http://shop.test/checkout → 502')
  expect(facts).toMatch(/ · answered in 1 s · 1 s in all · 2 services · 3 faults$/)
  expect(id).toBe(`trace ${TRACE_ID}`)
})

test('exceptions, statements and annotations follow in short', () => {
  expect(traceDetails(buildTraceTree(CHECKOUT), 80, PLAIN)).toEqual([
    '',
    'Exceptions',
    'F payments',
    '    ProviderError: not charged',
    '      at charge /srv/pay.js:12',
    '      from UpstreamError: answered 503',
    '',
    'SQL',
    '  shop        200 ms  SELECT 1 FROM t',
    '',
    'Annotations',
    '  shop: user="u-1", tier="gold", items=3, beta=false',
  ])
})
