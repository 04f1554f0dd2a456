import { unixNanos } from '@fluoroscope/model'
import { describe, expect, test } from 'vitest'
import { filterOf } from '../../../../test/support/filter.ts'
import { TRACE_ID, traceIdOf } from '../../../../test/support/traces.ts'
import type { PagePosition } from './page-token.ts'
import { parsePageToken, printPageToken } from './page-token.ts'
import type { TraceSearch } from './trace-search.ts'

const SECOND = 1_000_000_000n
const START = 1_760_559_104n

function at(seconds: bigint) {
  return unixNanos((START + seconds) * SECOND)
}

const SEARCH: TraceSearch = {
  timeRangeType: 'TraceId',
  from: at(0n),
  to: at(600n),
  sampled: 1,
  filter: undefined,
}

const POSITION: PagePosition = {
  asOf: at(700n),
  window: { from: at(60n), until: at(120n) },
  step: 60n * SECOND,
  after: { id: traceIdOf(TRACE_ID), time: at(90n) },
}

test.each([
  ['inside a window', POSITION],
  ['at the beginning of one', { ...POSITION, after: undefined }],
])('a position %s comes back from its token', (_, position) => {
  const token = printPageToken(SEARCH, position)
  expect(token).toMatch(/^[\w-]{1,400}$/)
  expect(parsePageToken(SEARCH, token)).toEqual({ ok: true, value: position })
})

describe('a token is refused', () => {
  const token = printPageToken(SEARCH, POSITION)
  const refusal = { ok: false, problem: `Invalid token ${token}` }

  test.each<[string, Partial<TraceSearch>]>([
    ['another start', { from: at(1n) }],
    ['another end', { to: at(601n) }],
    ['another kind of range', { timeRangeType: 'Event' }],
    ['other sampling', { sampled: 0.5 }],
    ['a filter', { filter: filterOf('fault') }],
  ])('with %s', (_, change) => {
    expect(parsePageToken({ ...SEARCH, ...change }, token)).toEqual(refusal)
  })

  test('with another value in the filter', () => {
    const [one, other] = ['user = "a"', 'user = "b"'].map((text) => ({
      ...SEARCH,
      filter: filterOf(text),
    }))
    const filtered = printPageToken(one as TraceSearch, POSITION)
    expect(parsePageToken(one as TraceSearch, filtered).ok).toBe(true)
    expect(parsePageToken(other as TraceSearch, filtered).ok).toBe(false)
  })

  test.each([
    '',
    'X',
    'not a token',
    `${token}=`,
    `${token}A`,
    token.slice(0, -2),
    token.toUpperCase(),
    Buffer.from('1 1 2 3 4   0000000000000000').toString('base64url'),
    '\u0000\ud800',
  ])('that is not ours: %j', (garbage) => {
    expect(parsePageToken(SEARCH, garbage)).toEqual({
      ok: false,
      problem: `Invalid token ${garbage}`,
    })
  })

  test('when any byte of it is altered', () => {
    const bytes = Buffer.from(token, 'base64url')
    for (let index = 0; index < bytes.length; index++) {
      const altered = Buffer.from(bytes)
      altered[index] = (altered[index] ?? 0) ^ 1
      expect(parsePageToken(SEARCH, altered.toString('base64url')).ok).toBe(false)
    }
  })

  test('without repeating all of a text that is far too long', () => {
    const answer = parsePageToken(SEARCH, 'A'.repeat(1_000_000))
    expect(!answer.ok && answer.problem.length).toBeLessThan(500)
  })

  test('that points out of the range', () => {
    const outside = { ...POSITION, window: { from: at(-60n), until: at(60n) } }
    expect(parsePageToken(SEARCH, printPageToken(SEARCH, outside)).ok).toBe(false)
  })
})
