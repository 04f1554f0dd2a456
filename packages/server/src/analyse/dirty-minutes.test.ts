import { describe, expect, test } from 'vitest'
import { DirtyMinutes } from './dirty-minutes.ts'

const DELAYS = { quietMs: 20_000, latestMs: 120_000, overlapMs: 10_000 }

describe('DirtyMinutes', () => {
  test('a minute is due once it was quiet, and clean once computed', () => {
    const dirty = new DirtyMinutes(DELAYS, 10)
    dirty.add(60, 1_000_000, 995_000)
    expect(dirty.due(1_019_999)).toEqual([])
    expect(dirty.due(1_020_000)).toEqual([60])
    dirty.computed(60, 1_020_000)
    expect(dirty.has(60)).toBe(false)
  })

  test('a minute that is never quiet is due two minutes after its last computation', () => {
    const dirty = new DirtyMinutes(DELAYS, 10)
    for (let now = 1_000_000; now <= 1_120_000; now += 5000) dirty.add(60, now, 1_000_000)
    expect(dirty.due(1_119_999)).toEqual([])
    expect(dirty.due(1_120_000)).toEqual([60])
    dirty.computed(60, 1_120_000)
    // Its last document may not have been visible yet.
    expect(dirty.has(60)).toBe(true)
    expect(dirty.due(1_121_000)).toEqual([])
  })

  test('what is told again after its computation makes nothing dirty, what is new does', () => {
    const dirty = new DirtyMinutes(DELAYS, 10)
    dirty.add(60, 1_000_000, 995_000)
    dirty.computed(60, 1_020_000)
    dirty.add(60, 1_000_000, 995_000)
    expect(dirty.has(60)).toBe(false)
    dirty.add(60, 1_010_001, 1_005_000)
    expect(dirty.has(60)).toBe(true)
  })

  test('progress waits for the oldest change that is in no version', () => {
    const dirty = new DirtyMinutes(DELAYS, 10)
    dirty.add(60, 1_000_000, 995_000)
    dirty.add(120, 1_004_000, 1_001_000)
    expect(dirty.coveredBefore(1_010_000)).toBe(995_000)
    dirty.computed(60, 1_020_000)
    expect(dirty.coveredBefore(1_020_000)).toBe(1_001_000)
    dirty.computed(120, 1_024_000)
    expect(dirty.coveredBefore(1_024_000)).toBe(1_024_000)
  })

  test('what finds no room is counted', () => {
    const dirty = new DirtyMinutes(DELAYS, 1)
    dirty.add(60, 1, 0)
    dirty.add(120, 1, 0)
    expect([dirty.size, dirty.omitted]).toEqual([1, 1])
  })
})
