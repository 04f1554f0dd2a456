import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConsoleAssets } from './console-assets.ts'

test('every file by its path, with its type, and hashed ones kept for ever', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fluoroscope-assets-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<p>')
  await writeFile(join(folder, 'assets', 'index-Bx3_f-9a.js'), 'x')
  await writeFile(join(folder, 'assets', 'plain.css'), 'y')
  const assets = await loadConsoleAssets(folder)
  await rm(folder, { recursive: true })
  expect([...assets].map(([path, { type, immutable }]) => [path, type, immutable]).sort()).toEqual([
    ['/assets/index-Bx3_f-9a.js', 'text/javascript; charset=utf-8', true],
    ['/assets/plain.css', 'text/css; charset=utf-8', false],
    ['/index.html', 'text/html; charset=utf-8', false],
  ])
  expect(new Set([...assets.values()].map(({ tag }) => tag)).size).toBe(3)
})

test('a console that was not built is empty', async () => {
  expect((await loadConsoleAssets('/nowhere/at/all')).size).toBe(0)
})
