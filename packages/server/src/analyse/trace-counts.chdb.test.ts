import type { TraceId, UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countTraces, type FindChangedMinutes } from '../query/count-traces.ts'
import type { PagePosition } from '../query/page-token.ts'
import type { TraceSearch } from '../query/trace-search.ts'
import { traceStart } from '../query/trace-times.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import {
  eagerGraphs,
  insertSent,
  newTime,
  newTraceIds,
  type Sent,
  sentOf,
  tracesFrom,
} from './test-sent-documents.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 300_000)

afterAll(() => store.stop())

const SECOND = 1_000_000_000n
const MINUTES = 8

/** Quarters of a minute, so that traces start at one time, and on the bounds of minutes. */
const quarter = fc.nat(4 * MINUTES - 1)

const step = fc.record({
  documents: fc.array(
    fc.record({ trace: fc.nat(7), id: fc.integer({ min: 1, max: 3 }), quarter }),
    {
      maxLength: 8,
    },
  ),
  pass: fc.boolean(),
})

/** Where a page ends: behind one of the traces, or at the beginning of a window. */
const cut = fc.record({ quarter, behindTrace: fc.boolean() })

test('what is computed of minutes counts as the traces do, whatever comes twice or late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.tuple(quarter, quarter),
      fc.array(cut, { maxLength: 3 }),
      async (steps, bounds, cuts) => {
        const base = newTime()
        const graphs = eagerGraphs(store.database)
        const sent = await send(steps, base, () => graphs.pass())
        const starts = tracesFrom(sent).map((trace) => ({ id: trace.id, time: traceStart(trace) }))
        const at = (of: number) => unixNanos((BigInt(base) + BigInt(of * 15)) * SECOND)
        const [from, to] = [at(Math.min(...bounds)), at(Math.max(...bounds))]
        const search = {
          timeRangeType: 'TraceId',
          from,
          to,
          sampled: 1,
          filter: undefined,
        } as const
        const positions = positionsOf(
          search,
          cuts.map((each) => ({ ...each, at: at(each.quarter) })),
          starts,
        )
        for (const [index, position] of positions.entries()) {
          const next = positions[index + 1]
          const expected = starts.filter(
            (start) => remains(start, position, from) && !(next && remains(start, next, from)),
          ).length
          const count = (findChanged?: FindChangedMinutes) =>
            countTraces(store.database, search, { position, next }, findChanged)
          expect(await count((range) => graphs.changedMinutes(range))).toBe(expected)
          expect(await count()).toBe(expected)
        }
      },
    ),
    { numRuns: 12 },
  )
}, 600_000)

test('where no documents are, nothing is counted', async () => {
  const graphs = eagerGraphs(store.database)
  const from = unixNanos(BigInt(newTime()) * SECOND)
  const search: TraceSearch = {
    timeRangeType: 'TraceId',
    from,
    to: unixNanos(from + 12n * 3600n * SECOND),
    sampled: 1,
    filter: undefined,
  }
  const [position] = positionsOf(search, [], [])
  if (position === undefined) throw new Error('there is no position')
  const findChanged = (range: Parameters<FindChangedMinutes>[0]) => graphs.changedMinutes(range)
  expect(
    await countTraces(store.database, search, { position, next: undefined }, findChanged),
  ).toBe(0)
})

type Start = { readonly id: TraceId; readonly time: UnixNanos }
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

async function send(steps: readonly Step[], base: number, pass: () => Promise<void>) {
  const traces = [...newTraceIds(), ...newTraceIds()]
  const sent: Sent[] = []
  for (const { documents, pass: passes } of steps) {
    const added = documents.map(({ trace, id, quarter: of }, index) => {
      const start = base + of * 15
      const json = {
        trace_id: traces[trace % traces.length] ?? '',
        // An id stands for one time, so that what comes twice is the same.
        id: `${id * 100 + of}`.padStart(16, 'b'),
        name: 'front',
        start_time: start,
        end_time: start + 40,
      }
      return sentOf(json, BigInt(base) * SECOND + BigInt(sent.length + index))
    })
    // Some come twice, as after a retry of the sender.
    await insertSent(store.database, [...added, ...added.slice(0, 2)])
    sent.push(...added)
    if (passes) await pass()
  }
  return sent
}

/** The beginning of the search, and the cuts from the newest on. */
function positionsOf(
  search: TraceSearch,
  cuts: readonly { readonly at: UnixNanos; readonly behindTrace: boolean }[],
  starts: readonly Start[],
): readonly PagePosition[] {
  const until = unixNanos(search.to + SECOND)
  const asOf = unixNanos(search.to + 86_400n * SECOND)
  const window = { from: search.from, until }
  const first: PagePosition = { asOf, window, step: SECOND, after: undefined }
  const later = cuts
    .filter(({ at }) => at > search.from && at < until)
    .map(({ at, behindTrace }): PagePosition => {
      const after = behindTrace ? starts.find(({ time }) => time === at) : undefined
      return after === undefined
        ? { ...first, window: { from: search.from, until: at } }
        : { ...first, after }
    })
  return [first, ...later.toSorted((left, right) => (endOf(left) > endOf(right) ? -1 : 1))]
}

/** Behind a trace comes before the window that ends at its time. */
function endOf({ after, window }: PagePosition): bigint {
  return after === undefined ? window.until * 2n : after.time * 2n + 1n
}

function remains({ id, time }: Start, { after, window }: PagePosition, from: UnixNanos): boolean {
  if (time < from) return false
  if (after === undefined) return time < window.until
  return time < after.time || (time === after.time && id > after.id)
}
