import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

test('every row of the threat model names a test, and each of these is there', () => {
  const text = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8')
  const beside = new Set(
    readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /[/\\]src[/\\].*\.test\.tsx?$/.test(path))
      .map((path) => basename(path)),
  )
  const rows = text.split('\n').filter((line) => /^\| (?!surface|-)/.test(line))
  const defended = rows.map((row) => row.split(' | ')).filter((cells) => cells.length === 4)
  expect(defended.length).toBeGreaterThan(20)
  for (const [surface, , , tests = ''] of defended) {
    const names = [...tests.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    const missing = names.filter((name) =>
      name.startsWith('test/') ? !existsSync(join(ROOT, name)) : !beside.has(name),
    )
    expect([surface, names.length > 0, missing]).toEqual([surface, true, []])
  }
})
