import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Fleet } from './fleet.ts'

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ESRCH')
    return false
  }
}

async function allGone(pids: readonly number[]): Promise<boolean> {
  for (let waited = 0; waited < 50; waited += 1) {
    if (!pids.some(isRunning)) return true
    await sleep(100)
  }
  return false
}

const OPTIONS = {
  endpoint: { http: '127.0.0.1:9', udp: '127.0.0.1:9' },
  centralSampling: false,
  environment: process.env,
  onLine: () => {},
  onFailure: () => {},
}

test('stopping leaves no process, and may be done twice', async () => {
  const fleet = new Fleet(OPTIONS)
  const port = await fleet.start()
  const pids = fleet.processIds
  expect(pids).toHaveLength(9)
  expect((await fetch(`http://127.0.0.1:${port}/products/SKU-001`)).status).toBe(200)
  await fleet.stop()
  await fleet.stop()
  expect(pids.filter(isRunning)).toEqual([])
}, 300_000)

test('a process that ends by itself is told, with its name', async () => {
  let failure: Error | undefined
  const fleet = new Fleet({ ...OPTIONS, onFailure: (reason) => (failure = reason) })
  try {
    await fleet.start()
    process.kill(fleet.processIds[1] ?? 0, 'SIGKILL')
    for (let waited = 0; failure === undefined && waited < 50; waited += 1) await sleep(100)
    expect(failure?.message).toBe('cloud ended by itself (SIGKILL)')
  } finally {
    await fleet.stop()
  }
}, 300_000)

test('the children of a killed parent end', async () => {
  const parent = fork(
    fileURLToPath(new URL('../../../test/support/demo-fleet-parent.ts', import.meta.url)),
    {
      execArgv: [],
    },
  )
  const [pids] = (await once(parent, 'message')) as [number[]]
  expect(pids).toHaveLength(9)
  expect(pids.every(isRunning)).toBe(true)
  parent.kill('SIGKILL')
  expect(await allGone(pids)).toBe(true)
}, 300_000)
