import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FREE_PORTS, removeDirectory, startServer, temporaryDirectory } from './support/server.ts'

const MAIN = resolve(import.meta.dirname, '../packages/server/dist/main.js')

let directory: string

beforeAll(async () => {
  directory = await temporaryDirectory()
})

afterAll(() => removeDirectory(directory))

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Starts the built program; `import_` is run in it before its own code. */
function start(flags: readonly string[], import_?: string): ChildProcess {
  const onlyMain = `import { isMainThread } from 'node:worker_threads'
    if (isMainThread && process.argv.includes('serve')) { ${import_} }`
  const options = `--import=data:text/javascript,${encodeURIComponent(onlyMain)}`
  return spawn(
    process.execPath,
    [MAIN, 'serve', ...FREE_PORTS, `--data-dir=${directory}/data`, ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: import_ === undefined ? '' : options },
    },
  )
}

/** Runs `code` in the server a moment after its ready line is written, however long its start takes. */
function onceReady(code: string): string {
  return `const write = process.stdout.write
    process.stdout.write = function (text, ...more) {
      if (String(text).includes('"ready":true')) setTimeout(() => { ${code} }, 300)
      return write.call(this, text, ...more)
    }`
}

async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 100_000)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code, ...texts }
}

/** The lines of the log, other text left out. */
function logOf(
  stderr: string,
): readonly { level: string; message: string; [name: string]: unknown }[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

test.each([
  ['an exception nobody caught', `throw new Error('broken')`, 'uncaughtException'],
  ['a rejection nobody caught', `Promise.reject(new Error('broken'))`, 'unhandledRejection'],
])('%s ends the server with a word', async (_what, fault, origin) => {
  const { code, stderr } = await ended(start([], onceReady(fault)))
  expect(code).toBe(1)
  expect(logOf(stderr).at(-1)).toMatchObject({
    level: 'error',
    message: 'ending: a fault of the program',
    error: 'broken',
    origin,
  })
})

test('an exit that nobody asked for says so', async () => {
  const { code, stderr } = await ended(start([], onceReady('process.exit(7)')))
  expect(code).toBe(7)
  expect(logOf(stderr).at(-1)).toMatchObject({
    level: 'error',
    message: 'ending without having been told to',
    code: 7,
  })
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s while starting stops it, without a ready line',
  async (signal) => {
    const asSoonAsHeard = `const timer = setInterval(() => {
      if (process.listenerCount('${signal}') === 0) return
      clearInterval(timer)
      process.kill(process.pid, '${signal}')
    }, 1)`
    const child = start([], asSoonAsHeard)
    const { code, stdout, stderr } = await ended(child)
    expect(code).toBe(0)
    expect(stdout).toBe('')
    const messages = logOf(stderr).map(({ message }) => message)
    expect(messages).toContain('stopping')
    expect(messages.at(-1)).toBe('stopped')
  },
)

test('a log that cannot be written does not end the server', async () => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(
    process.execPath,
    [MAIN, 'serve', ...FREE_PORTS, `--data-dir=${directory}/full`],
    { stdio: ['ignore', 'pipe', full], env: { ...process.env, NODE_OPTIONS: '' } },
  )
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    child.kill('SIGTERM')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(stdout).toContain('"ready":true')
  expect(code).toBe(0)
})

test('an engine killed at its start is told as the reason', async () => {
  const watch = `const { readdirSync, readFileSync } = await import('node:fs')
    const timer = setInterval(() => {
      for (const name of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
        try {
          const text = readFileSync('/proc/' + name + '/stat', 'utf8')
          const parent = text.slice(text.lastIndexOf(')') + 2).split(' ')[1]
          if (Number(parent) !== process.pid) continue
          clearInterval(timer)
          process.kill(Number(name), 'SIGKILL')
        } catch {}
      }
    }, 5)`
  const { code, stdout, stderr } = await ended(start([], watch))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(logOf(stderr).at(-1)).toMatchObject({
    level: 'error',
    message: 'cannot start',
    error: expect.stringContaining('SIGKILL'),
  })
})

test('a data directory that cannot be written names it and the flag', async () => {
  const file = join(directory, 'a-file')
  await writeFile(file, '')
  const child = start([`--data-dir=${file}/below`])
  const { code, stderr } = await ended(child)
  expect(code).toBe(1)
  expect(logOf(stderr).at(-1)).toMatchObject({
    level: 'error',
    error: expect.stringContaining(`${file}/below cannot be used`),
  })
  expect(stderr).toContain('--data-dir')
})

test('of two servers that race for a directory one runs, and the other says who has it', async () => {
  const shared = join(directory, 'shared')
  const outcomes = await Promise.allSettled([startServer(shared), startServer(shared)])
  const running = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  try {
    expect(running).toHaveLength(1)
    const [reason] = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(String(reason)).toContain(
      `in use by the server with process id ${running[0]?.ready.pid}`,
    )
    expect(String(reason)).toContain('--data-dir')
  } finally {
    for (const server of running) await server.stop()
  }
})
