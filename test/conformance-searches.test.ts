import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newTraceId } from './support/segments.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

/** Searches over the wire as xray-behaviour 6.2, 8.8 and 8.9 have them; AWS's limits are on. */
const TRACES = 300

let server: WireServer
let vector: WireTrace
/** Two services that end 68 seconds from each other. */
let apart: WireTrace

beforeAll(async () => {
  server = await WireServer.start()
  vector = server.trace()
  apart = server.trace()
  const front = apart.segment('front', [0, 80], { annotations: { tier: 'gold' } })
  const back = apart.segment('back', [10, 12], { parent_id: front['id'], fault: true })
  await server.accept(front, back)
  const documents = Array.from({ length: TRACES }, (_, index) => documentsOf(index)).flat()
  for (let from = 0; from < documents.length; from += 50) {
    await server.accept(...documents.slice(from, from + 50))
  }
  await until(
    () => pagesOf({}),
    (pages) => pages.reduce((sum, { found }) => sum + found, 0) === TRACES,
  )
})

afterAll(() => server.stop())

/** One in ten goes on into another minute; annotations of several cardinalities. */
function documentsOf(index: number): readonly Json[] {
  const trace_id = newTraceId()
  const start = (index / TRACES) * 30
  const annotations = { number: index, parity: index % 2 === 0 ? 'even' : 'odd' }
  const root: Json = { ...vector.segment('root', [start, start + 0.5], { annotations }), trace_id }
  if (index % 10 > 0) return [root]
  const late = vector.segment('late', [start + 60, start + 61], { parent_id: root['id'] })
  return [root, { ...late, trace_id }]
}

type Page = { readonly found: number; readonly processed: number }

async function pagesOf(input: Json): Promise<readonly Page[]> {
  const pages: Page[] = []
  let NextToken: unknown
  do {
    const { status, body } = await server.call('/TraceSummaries', {
      ...vector.range,
      ...input,
      NextToken,
    })
    expect(status).toBe(200)
    const found = (body['TraceSummaries'] as Json[]).length
    pages.push({ found, processed: body['TracesProcessedCount'] as number })
    NextToken = body['NextToken'] ?? undefined
  } while (NextToken !== undefined)
  return pages
}

function sum(pages: readonly Page[], member: keyof Page): number {
  return pages.reduce((total, page) => total + page[member], 0)
}

test.each<[string | undefined, number]>([
  [undefined, TRACES],
  ['annotation.number = 7', 1],
  ['annotation.number = 1e9', 0],
  ['annotation.parity = "odd"', TRACES / 2],
  ['annotation.parity', TRACES],
  ['service("late")', TRACES / 10],
  ['service("late") AND annotation.number < 100', 10],
  ['ok', TRACES],
  ['duration > 1000', 0],
])(
  '%s: all pages together tell of every trace of the range, and find %d',
  async (filter, found) => {
    const pages = await pagesOf({ FilterExpression: filter })
    expect(sum(pages, 'found')).toBe(found)
    expect(sum(pages, 'processed')).toBe(TRACES)
  },
)

test('the same search is answered with the same bytes', async () => {
  const input = { ...vector.range, FilterExpression: 'annotation.parity = "even"' }
  const [once, again] = [
    await server.call('/TraceSummaries', input),
    await server.call('/TraceSummaries', input),
  ]
  expect(JSON.stringify(again.body['TraceSummaries'])).toBe(
    JSON.stringify(once.body['TraceSummaries']),
  )
})

describe('the time of a service', () => {
  test('counts where the filter names it, and the service is told', async () => {
    const search = async (FilterExpression: string, to: number) => {
      const { body } = await server.call('/TraceSummaries', {
        StartTime: apart.base + 72,
        EndTime: apart.base + to,
        TimeRangeType: 'Service',
        FilterExpression,
      })
      return (body['TraceSummaries'] as Json[]).filter(({ Id }) => Id === apart.traceId)
    }
    expect(await search('service("back") { fault }', 75)).toMatchObject([
      {
        MatchedService: {
          Annotations: {},
          HasError: false,
          HasFault: true,
          HasThrottle: false,
          ResponseTime: 2,
        },
        MatchedEdge: null,
      },
    ])
    expect(await search('service("front")', 75)).toEqual([])
    expect(await search('service("front")', 85)).toMatchObject([
      { MatchedService: { HasFault: false, ResponseTime: 80 } },
    ])
    expect(await search('annotation.tier = "gold"', 75)).toMatchObject([{ MatchedService: null }])
  })
})

describe('sampling of results (8.9)', () => {
  const received = () => {
    const now = Math.floor(Date.now() / 1000)
    return { StartTime: now - 600, EndTime: now + 60, TimeRangeType: 'Event' }
  }
  const found = async (input: Json) => sum(await pagesOf(input), 'found')

  test('is ignored unless it is asked for', async () => {
    const strategy = { SamplingStrategy: { Name: 'FixedRate', Value: 0 } }
    expect(await found(strategy)).toBe(TRACES)
    expect(await found({ ...strategy, Sampling: false })).toBe(TRACES)
    expect(await found({ Sampling: true })).toBe(TRACES)
    const scan = { Name: 'PartialScan', Value: 17 }
    expect(await found({ Sampling: true, SamplingStrategy: scan })).toBe(TRACES)
  })

  test('a fixed rate keeps a fraction, the same one each time', async () => {
    const at = (Value: number) =>
      found({ ...received(), Sampling: true, SamplingStrategy: { Name: 'FixedRate', Value } })
    const all = await at(1)
    expect(all).toBeGreaterThanOrEqual(TRACES)
    const half = await at(0.5)
    expect(half).toBeGreaterThan(TRACES * 0.3)
    expect(half).toBeLessThan(all * 0.7)
    expect(await at(0.5)).toBe(half)
    expect(await at(0)).toBe(0)
  })
})

describe('ranges (1.6)', () => {
  test.each([
    [24 * 3600, 200],
    [24 * 3600 + 1, 400],
  ])('%d seconds: %d', async (seconds, expected) => {
    const EndTime = Math.floor(Date.now() / 1000)
    const range = { StartTime: EndTime - seconds, EndTime }
    const { status, body } = await server.call('/TraceSummaries', range)
    expect(status).toBe(expected)
    if (status === 400) {
      expect(body['Message']).toBe('Time range cannot be longer than 24 hours')
    }
  })

  test('a range that ends before it starts is refused, one instant is not', async () => {
    const { base } = vector
    const ends = (EndTime: number) => server.call('/TraceSummaries', { StartTime: base, EndTime })
    expect(await ends(base - 1)).toMatchObject({
      status: 400,
      body: { Message: 'End time cannot be earlier than start time' },
    })
    const { body } = await ends(base)
    // The first ten traces begin within the second that both ends lie in.
    expect(body['TraceSummaries']).toHaveLength(10)
  })
})
