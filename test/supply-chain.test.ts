import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

type Locked = {
  readonly link?: boolean
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  /** For another platform, perhaps. */
  readonly optional?: boolean
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

const locked = Object.entries(readJson('package-lock.json')['packages'] as Record<string, Locked>)

test('none of our packages runs anything when it is installed', () => {
  const ours = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/package.json`)
  for (const path of ['package.json', ...ours]) {
    const scripts = Object.keys((readJson(path)['scripts'] as object | undefined) ?? {})
    const onInstall = /^(?:(?:pre|post)?install|(?:pre|post)?prepare|prepublish)$/
    expect([path, scripts.filter((name) => onInstall.test(name))]).toEqual([path, []])
  }
})

test('every package that is always installed is fixed by its hash, and few run anything then', () => {
  const installed = locked.filter(([path, { link }]) => path.includes('node_modules/') && !link)
  expect(installed.length).toBeGreaterThan(100)
  const unfixed = installed.filter(
    ([, { integrity, optional }]) => optional !== true && !/^sha512-/.test(integrity ?? ''),
  )
  expect(unfixed).toEqual([])
  const running = installed.filter(([, { hasInstallScript }]) => hasInstallScript)
  const names = running.map(([path]) => path.replace(/.*node_modules\//, ''))
  // `fsevents` is installed on macOS only.
  expect(names.filter((name) => name !== 'fsevents').sort()).toEqual([
    'chdb',
    'esbuild',
    'protobufjs',
  ])
})

test('`npm run sbom` lists what a server runs with', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
    cwd: ROOT,
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const list = JSON.parse(stdout) as { bomFormat: string; components: { purl: string }[] }
  expect(list.bomFormat).toBe('CycloneDX')
  const names = new Set(list.components.map(({ purl }) => /npm\/([^?]+)@/.exec(purl)?.[1]))
  for (const name of ['fluoroscope', 'chdb', 'hono', 'valibot', 'fzstd', 're2js']) {
    expect(names).toContain(name)
  }
  expect(names).not.toContain('vitest')
})
