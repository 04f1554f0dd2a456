import type { UnixNanos } from '@fluoroscope/model'
import { createLog } from '../lib/log.ts'
import { StoreError } from './database.ts'
import { Settings } from './settings.ts'
import type { SettingRow, SettingsMedium } from './settings-table.ts'

/** For tests only: settings in memory, which can go away. */
export type TestSettings = {
  readonly settings: Settings
  readonly medium: { isAway: boolean }
}

/** @param kept rows that are there before */
export function testSettings(now: () => UnixNanos, kept: readonly SettingRow[] = []): TestSettings {
  const rows = [...kept]
  const medium = { isAway: false }
  const ask = () => {
    if (medium.isAway) throw new StoreError('away', 'unavailable')
  }
  const table: SettingsMedium = {
    readSince: async (version) => {
      ask()
      return rows.filter((row) => row.version > version)
    },
    append: async (row) => {
      ask()
      rows.push(row)
    },
  }
  const settings = new Settings({
    medium: table,
    defaults: { account: '000000000000', region: 'us-east-1' },
    now,
    monotonicMs: () => 0,
    log: createLog({ level: 'silent' }),
    maxAgeMs: undefined,
  })
  return { settings, medium }
}
