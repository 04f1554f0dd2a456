import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { assetResponse, loadConsoleAssets } from './console-assets.ts'

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

test('a file goes out packed to who takes that, and each form has a tag of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fluoroscope-assets-'))
  await writeFile(join(folder, 'index.html'), 'words '.repeat(1000))
  const asset = (await loadConsoleAssets(folder)).get('/index.html')
  await rm(folder, { recursive: true })
  if (asset === undefined) throw new Error('no file')
  const answer = (encoding?: string, tag?: string) => assetResponse(asset, tag, encoding)
  for (const encoding of ['gzip, deflate, br', 'br;q=1.0, GZIP;q=0.5']) {
    const packed = answer(encoding)
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    const bytes = Buffer.from(await packed.arrayBuffer())
    expect(bytes.length).toBeLessThan(100)
    expect(gunzipSync(bytes).toString()).toBe('words '.repeat(1000))
  }
  for (const encoding of [undefined, '', 'br', 'gzip;q=0', 'gzip; q=0.0, identity']) {
    const plain = answer(encoding)
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.text()).toBe('words '.repeat(1000))
  }
  const [packed, plain] = [answer('gzip').headers.get('etag'), answer().headers.get('etag')]
  expect(packed).not.toBe(plain)
  expect(answer('gzip', packed ?? '').status).toBe(304)
  expect(answer(undefined, `"other", W/${plain}`).status).toBe(304)
  expect(answer(undefined, packed ?? '').status).toBe(200)
  expect(answer('gzip').headers.get('vary')).toBe('Accept-Encoding')
})
