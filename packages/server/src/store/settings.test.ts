import { bad, ok, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { createLog } from '../lib/log.ts'
import { StoreError } from './database.ts'
import { type SettingKind, Settings } from './settings.ts'
import type { SettingRow, SettingsMedium } from './settings-table.ts'

const HERE = { account: '111122223333', region: 'eu-west-1' }
const NUMBERS: SettingKind<number> = {
  name: 'number',
  parse: (document) => Number(document['value']),
  print: (value) => ({ value }),
}

/** A medium in memory that can be away, or lose the answer to what it took. */
function medium() {
  const rows: SettingRow[] = []
  const state = { away: false, deaf: false, reads: 0 }
  const one: SettingsMedium = {
    readSince: async (version) => {
      if (state.away) throw new StoreError('away', 'unavailable')
      state.reads += 1
      return rows.filter((row) => row.version > version)
    },
    append: async (row) => {
      if (state.away) throw new StoreError('away', 'unavailable')
      rows.push(row)
      if (state.deaf) throw new StoreError('no answer', 'unavailable')
    },
  }
  return { one, rows, state }
}

function settings(one: SettingsMedium, options: { maxAgeMs?: number } = {}) {
  const clock = { ms: 0, nanos: 1_000_000_000_000n }
  const made = new Settings({
    medium: one,
    defaults: HERE,
    now: () => unixNanos(clock.nanos),
    monotonicMs: () => clock.ms,
    log: createLog({ level: 'silent' }),
    maxAgeMs: options.maxAgeMs,
  })
  const put = (key: string, value: number | undefined) =>
    made.change(NUMBERS, (_current, at) => ok({ key, value, answer: at }))
  const all = async () => Object.fromEntries((await made.read(NUMBERS)).values)
  return { made, clock, put, all }
}

test('what is set is read, and outlives the program', async () => {
  const { one } = medium()
  const first = settings(one)
  await first.put('a', 1)
  await first.put('b', 2)
  await first.put('a', 3)
  await first.put('b', undefined)
  expect(await first.all()).toEqual({ a: 3 })
  const second = settings(one)
  await second.made.start()
  expect(await second.all()).toEqual({ a: 3 })
})

test('each change is later than the one before, even when the clock goes back', async () => {
  const { one } = medium()
  const { put, clock, made } = settings(one)
  const first = await put('a', 1)
  clock.nanos -= 1_000_000_000n
  const second = await put('a', 2)
  const third = await put('a', undefined)
  const [one_, two, three] = [first, second, third].map((each) => (each.ok ? each.value : 0n))
  expect(two! - one_!).toBe(1000n)
  expect(three! - two!).toBe(1000n)
  expect((await made.read(NUMBERS)).lastRemoved).toBe(three)
})

test('changes are decided one after the other, each on all before it', async () => {
  const { one } = medium()
  const { made, all } = settings(one)
  const add = () =>
    made.change(NUMBERS, ({ values }) => {
      if (values.size >= 3) return bad('full' as const)
      return ok({ key: `k${values.size}`, value: values.size, answer: values.size })
    })
  const outcomes = await Promise.all([add(), add(), add(), add()])
  expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, true, false])
  expect(await all()).toEqual({ k0: 0, k1: 1, k2: 2 })
})

test('an engine that is away: nothing before the first reading, then the old, and no changes', async () => {
  const { one, state } = medium()
  state.away = true
  const { made, put, all, clock } = settings(one, { maxAgeMs: 100 })
  await made.start()
  await expect(all()).rejects.toThrow(StoreError)
  await expect(put('a', 1)).rejects.toThrow(StoreError)
  state.away = false
  await put('a', 1)
  state.away = true
  clock.ms += 5000
  expect(await all()).toEqual({ a: 1 })
  await expect(put('a', 2)).rejects.toThrow('away')
  expect(await all()).toEqual({ a: 1 })
  state.away = false
  clock.ms += 5000
  await put('a', 3)
  expect(await all()).toEqual({ a: 3 })
})

test('a write whose answer was lost is looked up, and never overtaken', async () => {
  const { one, state, rows } = medium()
  const { put, all, clock } = settings(one)
  await put('a', 1)
  state.deaf = true
  await expect(put('a', 2)).rejects.toThrow('no answer')
  state.deaf = false
  clock.ms += 5000
  expect(await all()).toEqual({ a: 2 })
  await put('a', 3)
  expect(await all()).toEqual({ a: 3 })
  const versions = rows.map(({ version }) => version)
  expect(new Set(versions).size).toBe(3)
  expect(Math.max(...versions.map(Number))).toBe(Number(rows[2]?.version))
})

test('servers that share a medium see each other within the age they allow', async () => {
  const { one, state } = medium()
  const left = settings(one, { maxAgeMs: 1000 })
  const right = settings(one, { maxAgeMs: 1000 })
  right.clock.nanos -= 60_000_000_000n
  expect(await right.all()).toEqual({})
  await left.put('a', 1)
  expect(await right.all()).toEqual({})
  right.clock.ms += 1000
  expect(await right.all()).toEqual({ a: 1 })
  await right.put('b', 2)
  left.clock.ms += 1000
  expect(await left.all()).toEqual({ a: 1, b: 2 })
  const { reads } = state
  await left.all()
  expect(state.reads).toBe(reads)
})

/** Rows as versions wrote them that kept settings for each account and region. */
function oldRow(region: string, key: string, value: number | undefined, version: bigint) {
  const document = value === undefined ? '' : JSON.stringify({ value })
  const deleted = value === undefined
  return { ...HERE, region, kind: NUMBERS.name, key, version, deleted, document }
}

test('settings of all accounts and regions are taken over; the own one goes first, then the newest', async () => {
  const { one, rows } = medium()
  rows.push(
    oldRow(HERE.region, 'own', 1, 10n),
    oldRow('us-east-1', 'own', 2, 20n),
    oldRow('us-east-1', 'newest', 3, 10n),
    oldRow('us-west-2', 'newest', 4, 20n),
    oldRow('us-west-2', 'alone', 5, 10n),
    oldRow(HERE.region, 'kept elsewhere', undefined, 30n),
    oldRow('us-west-2', 'kept elsewhere', 6, 10n),
    oldRow('us-west-2', 'removed', undefined, 40n),
  )
  const { made, all } = settings(one)
  expect(await all()).toEqual({ own: 1, newest: 4, alone: 5, 'kept elsewhere': 6 })
  expect((await made.read(NUMBERS)).lastRemoved).toBe(40n)
  expect(made.leftOut).toEqual([
    { kind: 'number', key: 'own', account: HERE.account, region: 'us-east-1' },
    { kind: 'number', key: 'newest', account: HERE.account, region: 'us-east-1' },
  ])
})

test('what was changed or removed since an upgrade stays so, whatever older rows say', async () => {
  const { one, rows } = medium()
  rows.push(
    oldRow(HERE.region, 'a', 1, 10n),
    oldRow('us-east-1', 'a', 2, 20n),
    oldRow('us-east-1', 'b', 3, 10n),
  )
  const first = settings(one)
  await first.put('a', 7)
  await first.put('b', undefined)
  expect(first.made.leftOut).toEqual([])
  const second = settings(one)
  expect(await second.all()).toEqual({ a: 7 })
  expect(second.made.leftOut).toEqual([])
})
