import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TraceFeed } from './trace-feed.ts'

const NOW = Math.floor(Date.now() / 1000)

type Answer = (seconds: readonly number[], token?: string) => void

/** Questions in the order they were asked, each waiting for its answer. */
let asked: Answer[] = []

beforeEach(() => {
  asked = []
  // Hidden: nothing is asked for by itself.
  vi.stubGlobal('document', { hidden: true })
  vi.stubGlobal('fetch', () => {
    return new Promise<Response>((tell) => {
      asked.push((seconds, token) =>
        tell(Response.json({ TraceSummaries: seconds.map(summary), NextToken: token ?? null })),
      )
    })
  })
})

afterEach(() => vi.unstubAllGlobals())

test('an older page that comes after newer traces leaves none out between them', async () => {
  const { feed, more, fresh } = await twoUnderWay()
  asked[2]?.([-1, -2], 'of the newest')
  await fresh
  asked[1]?.([-4, -5])
  await more
  expect(secondsOf(feed)).toEqual([-1, -2, -3, -4, -5])
  expect(feed.state.value.nextToken).toBe(undefined)
})

test('an older page does not continue a list that began anew', async () => {
  const { feed, more, fresh } = await twoUnderWay()
  asked[2]?.([0, -1], 'of the newest')
  await fresh
  asked[1]?.([-4, -5])
  await more
  expect(secondsOf(feed)).toEqual([0, -1])
  expect(feed.state.value).toMatchObject({ nextToken: 'of the newest', loadingMore: false })
})

/** A list of two traces, while both its next page and the newest one are asked for. */
async function twoUnderWay() {
  const feed = new TraceFeed({ kind: 'last', seconds: 3600 }, '', true)
  const first = feed.refresh()
  asked[0]?.([-2, -3], 'older')
  await first
  return { feed, more: feed.loadMore(), fresh: feed.refresh() }
}

function summary(second: number) {
  const start = NOW + second
  const id = `1-${start.toString(16)}-${'0'.repeat(24)}`
  return { Id: id, StartTime: start, Users: [], ServiceIds: [] }
}

function secondsOf(feed: TraceFeed): readonly number[] {
  return feed.state.value.traces.map(({ start }) => Number(start / 1_000_000_000n) - NOW)
}
