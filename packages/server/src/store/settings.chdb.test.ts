import { ok, unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../lib/log.ts'
import { type SettingKind, Settings } from './settings.ts'
import { settingsTable } from './settings-table.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

const TEXTS: SettingKind<string> = {
  name: 'text',
  parse: (document) => String(document['text']),
  print: (text) => ({ text }),
}
const HERE = { account: '111122223333', region: 'eu-west-1' }

let fixture: TestDatabase

beforeAll(async () => {
  fixture = await startTestDatabase()
})

afterAll(() => fixture.stop())

function settings(nanos = 1_795_388_400_000_000_000n) {
  return new Settings({
    medium: settingsTable(fixture.database),
    defaults: HERE,
    now: () => unixNanos(nanos),
    monotonicMs: () => performance.now(),
    log: createLog({ level: 'silent' }),
    maxAgeMs: undefined,
  })
}

test('the table gives back the newest version of each key, and no removed one', async () => {
  const writer = settings()
  const put = (key: string, value: string | undefined) =>
    writer.change(TEXTS, (_current, at) => ok({ key, value, answer: at }))
  await put("it's \\ 'quoted'", 'naïve 漢字 "\u0000\n')
  await put('gone', 'x')
  await put('kept', 'first')
  await put('kept', 'second')
  const removed = await put('gone', undefined)
  const reader = settings()
  await reader.start()
  const { values, lastRemoved } = await reader.read(TEXTS)
  expect(new Map(values)).toEqual(
    new Map([
      ["it's \\ 'quoted'", 'naïve 漢字 "\u0000\n'],
      ['kept', 'second'],
    ]),
  )
  expect(lastRemoved).toBe(removed.ok && removed.value)
})

test('two servers that change different keys at one instant both keep theirs', async () => {
  const put = (server: Settings, key: string) =>
    server.change(TEXTS, (_current, at) => ok({ key, value: key, answer: at }))
  const later = 1_795_388_500_000_000_000n
  const [left, right] = [settings(later), settings(later)]
  await Promise.all([left.start(), right.start()])
  expect(await put(left, 'left')).toEqual(await put(right, 'right'))
  const reader = settings()
  await reader.start()
  const { values } = await reader.read(TEXTS)
  expect([values.get('left'), values.get('right')]).toEqual(['left', 'right'])
})

test('rows that an older version kept for an account and region are read', async () => {
  const table = settingsTable(fixture.database)
  const row = { kind: TEXTS.name, key: 'old', deleted: false }
  const document = (text: string) => JSON.stringify({ text })
  const elsewhere = { account: '444455556666', region: 'us-east-1' }
  await table.append({ ...row, ...elsewhere, version: 5n, document: document('elsewhere') })
  await table.append({ ...row, ...HERE, version: 4n, document: document('here') })
  const reader = settings()
  await reader.start()
  expect((await reader.read(TEXTS)).values.get('old')).toBe('here')
  expect(reader.leftOut).toEqual([{ kind: TEXTS.name, key: 'old', ...elsewhere }])
})
