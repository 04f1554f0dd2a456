import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { FREE_PORTS, removeDirectory, temporaryDirectory } from './support/server.ts'

test('npm start is the server: SIGTERM to npm drains it, and both end with 0', async () => {
  const directory = await temporaryDirectory()
  const npm = spawn(
    'npm',
    ['start', '--ignore-scripts', '--', ...FREE_PORTS, `--data-dir=${directory}`],
    {
      cwd: resolve(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  )
  npm.stderr.resume()
  try {
    let pid = 0
    for await (const line of createInterface({ input: npm.stdout })) {
      if (!line.startsWith('{')) continue
      pid = (JSON.parse(line) as { pid: number }).pid
      break
    }
    expect(pid).toBeGreaterThan(0)
    npm.kill('SIGTERM')
    expect((await once(npm, 'exit'))[0]).toBe(0)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  } finally {
    npm.kill('SIGKILL')
    await removeDirectory(directory)
  }
})
