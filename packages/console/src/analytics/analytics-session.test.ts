import { bad, ok } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import type { TraceListPage } from '../answer/trace-list.ts'
import { AnalyticsSession, READ_AT_ONCE, type SessionReport } from './analytics-session.ts'
import { sketchTraces } from './test-traces.ts'

const QUESTION = { range: { from: 0, to: 2000 }, filter: '' }
const ALL = { a: [], b: undefined, by: 'user' }

/** A server with `total` traces, the newest first, `size` a page. */
function serverOf(total: number, size: number) {
  const traces = sketchTraces(
    Array.from({ length: total }, (_, index) => ({ start: 2000 - index / 100, response: 5 })),
  )
  return (_question: unknown, token?: string) => {
    const first = Number(token ?? 0)
    const page: TraceListPage = {
      traces: traces.slice(first, first + size),
      nextToken: first + size < total ? String(first + size) : undefined,
    }
    return Promise.resolve(ok(page))
  }
}

function lastOf<Kind extends SessionReport['kind']>(
  reports: readonly SessionReport[],
  kind: Kind,
): Extract<SessionReport, { kind: Kind }> | undefined {
  return reports.findLast((report) => report.kind === kind) as never
}

test('all pages are read, and counted once each', async () => {
  const reports: SessionReport[] = []
  const session = new AnalyticsSession(
    QUESTION,
    serverOf(450, 200),
    (r) => reports.push(r),
    () => 0,
  )
  session.ask(ALL)
  await session.read()
  expect(lastOf(reports, 'progress')?.progress).toMatchObject({ state: 'complete', traces: 450 })
  expect(lastOf(reports, 'view')?.view.all.size).toBe(450)
  // The page says "All counts are of 450 traces" once its counts are.
  expect(reports.at(-1)?.kind).toBe('progress')
})

test('reading pauses where enough is read, says how far it came, and goes on when asked', async () => {
  const reports: SessionReport[] = []
  const total = READ_AT_ONCE + 500
  const session = new AnalyticsSession(
    QUESTION,
    serverOf(total, 5000),
    (r) => reports.push(r),
    () => 0,
  )
  await session.read()
  expect(lastOf(reports, 'progress')?.progress).toMatchObject({
    state: 'stopped',
    traces: READ_AT_ONCE,
    // A hundred a second, from second 2000 back.
    readFrom: 1800,
  })
  await session.read()
  expect(lastOf(reports, 'progress')?.progress).toMatchObject({ state: 'complete', traces: total })
})

test('stop ends after the page under way; what was read stays', async () => {
  const reports: SessionReport[] = []
  const fetchPage = serverOf(1000, 100)
  const session = new AnalyticsSession(
    QUESTION,
    (question, token) => {
      if (token === '200') session.stop()
      return fetchPage(question, token)
    },
    (report) => reports.push(report),
    () => 0,
  )
  session.ask(ALL)
  await session.read()
  expect(lastOf(reports, 'progress')?.progress).toMatchObject({ state: 'stopped', traces: 300 })
  expect(lastOf(reports, 'view')?.view.all.size).toBe(300)
})

test('a server that does not answer stops the reading; trying again goes on where it was', async () => {
  const reports: SessionReport[] = []
  const fetchPage = serverOf(300, 100)
  let isAway = true
  const session = new AnalyticsSession(
    QUESTION,
    async (question, token) =>
      token === '100' && isAway ? bad({ kind: 'away' }) : fetchPage(question, token),
    (report) => reports.push(report),
    () => 0,
  )
  await session.read()
  expect(lastOf(reports, 'progress')?.progress).toMatchObject({
    state: 'stopped',
    traces: 100,
    problem: { kind: 'away' },
  })
  isAway = false
  await session.read()
  expect(lastOf(reports, 'progress')?.progress).toMatchObject({
    state: 'complete',
    traces: 300,
    problem: undefined,
  })
})
