import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

/** Graphs and time series of groups through the built server (xray-behaviour 9.7, 12.1). */

let server: WireServer
let failed: WireTrace
let arn: unknown

beforeAll(async () => {
  server = await WireServer.start()
  const good = server.trace()
  failed = server.trace()
  const call = failed.subsegment('pay.example', [1, 2], { namespace: 'remote', fault: true })
  await server.accept(failed.segment('shop', [0, 3], { fault: true, subsegments: [call] }), {
    ...failed.segment('shop', [0, 3]),
    trace_id: good.traceId,
  })
  const { status, body } = await server.call('/CreateGroup', {
    GroupName: 'failures',
    FilterExpression: 'fault',
  })
  expect(status).toBe(200)
  arn = (body['Group'] as Json)['GroupARN']
  await until(
    () => total({}),
    (count) => count === 2,
  )
})

afterAll(() => server?.stop())

async function graph(group: Json) {
  return await server.call('/ServiceGraph', { ...failed.range, ...group })
}

function nodesOf(body: Json): readonly unknown[] {
  return (body['Services'] as Json[]).map(({ Name, Type, SummaryStatistics: of }) => [
    Name,
    Type,
    of === null ? null : (of as Json)['TotalCount'],
  ])
}

async function total(group: Json) {
  const { body } = await graph(group)
  const shop = (body['Services'] as Json[]).find(({ Type }) => Type === null)
  return ((shop?.['SummaryStatistics'] ?? {}) as Json)['TotalCount']
}

test('a trace that matches enters with all its nodes, others do not', async () => {
  expect(await total({})).toBe(2)
  const expected = [
    ['pay.example', 'remote', 1],
    ['shop', null, 1],
    ['shop', 'client', null],
  ]
  for (const group of [{ GroupName: 'failures' }, { GroupARN: arn }]) {
    const { status, body } = await graph(group)
    expect(status).toBe(200)
    expect(nodesOf(body)).toEqual(expected)
    expect(body['ContainsOldGroupVersions']).toBe(false)
  }
  expect(nodesOf((await graph({ GroupName: 'Default' })).body)).toEqual([
    ['pay.example', 'remote', 1],
    ['shop', null, 2],
    ['shop', 'client', null],
  ])
})

test('the time series of a group counts its traces', async () => {
  const { body } = await server.call('/TimeSeriesServiceStatistics', {
    ...failed.range,
    GroupName: 'failures',
    EntitySelectorExpression: 'service("shop")',
  })
  const counts = (body['TimeSeriesServiceStatistics'] as Json[]).map(
    ({ ServiceSummaryStatistics: of }) => (of as Json)['TotalCount'],
  )
  expect(counts).toEqual([1])
})

test('a group that is not there is told as X-Ray tells it', async () => {
  expect(await graph({ GroupName: 'nobody' })).toMatchObject({
    status: 400,
    body: { Message: 'Group not found.' },
  })
})

test('a changed expression leaves earlier traces where they were, and that is told', async () => {
  const { status } = await server.call('/UpdateGroup', {
    GroupName: 'failures',
    FilterExpression: 'service("elsewhere")',
  })
  expect(status).toBe(200)
  const { body } = await graph({ GroupName: 'failures' })
  expect(nodesOf(body)).toHaveLength(3)
  expect(body['ContainsOldGroupVersions']).toBe(true)
  const now = Date.now() / 1000 + 1
  const later = { StartTime: now, EndTime: now + 60, GroupName: 'failures' }
  expect((await server.call('/ServiceGraph', later)).body).toMatchObject({
    Services: [],
    ContainsOldGroupVersions: false,
  })
  expect((await server.call('/TimeSeriesServiceStatistics', later)).body).toMatchObject({
    TimeSeriesServiceStatistics: [],
    ContainsOldGroupVersions: false,
  })
})
