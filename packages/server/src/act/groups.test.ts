import { type Nanos, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { testSettings } from '../store/test-settings.ts'
import { addGroup, changeGroup, findGroup } from './groups.ts'

const CONTEXT = { account: '000000000000', region: 'us-east-1' }
const DAY = 86_400_000_000_000n

test('a group keeps the expressions it had as long as traces of their time are kept', async () => {
  const clock = { now: unixNanos(20_000n * DAY) }
  const { settings } = testSettings(() => clock.now)
  const options = {
    checkFilter: () => undefined,
    randomBytes: () => new Uint8Array(32),
    retention: Number(30n * DAY) as Nanos,
  }
  const change = async (FilterExpression: string, InsightsEnabled = false) => {
    const InsightsConfiguration = { InsightsEnabled }
    const input = { GroupName: 'shop', FilterExpression, InsightsConfiguration }
    const group = await changeGroup(settings, CONTEXT, input, options)
    if (!group.ok) throw new Error(group.problem.message)
    return group.value
  }
  const later = (days: bigint) => {
    clock.now = unixNanos(clock.now + days * DAY)
    return clock.now
  }
  const made = clock.now
  await addGroup(settings, CONTEXT, { GroupName: 'shop', FilterExpression: 'fault' }, options)

  const second = later(1n)
  expect((await change('error')).earlierFilters).toEqual([{ expression: 'fault', since: made }])
  later(1n)
  const same = await change('error', true)
  expect([same.filterSince, same.earlierFilters]).toEqual([
    second,
    [{ expression: 'fault', since: made }],
  ])
  const third = later(20n)
  expect((await change('throttle')).earlierFilters).toEqual([
    { expression: 'fault', since: made },
    { expression: 'error', since: second },
  ])
  later(10n)
  await change('ok')
  const found = await findGroup(settings, CONTEXT, { GroupName: 'shop' })
  expect(found).toMatchObject({
    value: {
      filterExpression: 'ok',
      earlierFilters: [
        { expression: 'error', since: second },
        { expression: 'throttle', since: third },
      ],
    },
  })
})
