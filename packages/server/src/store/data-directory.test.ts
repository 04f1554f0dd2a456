import { fork } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataDirectory } from './data-directory.ts'

let parent: string
let path: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'fluoroscope-'))
  path = join(parent, 'deep', 'data')
})

afterEach(() => rm(parent, { recursive: true, force: true }))

test('is made for the owner alone, with a place for each kind of file', async () => {
  const directory = await openDataDirectory(path)
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect((await readdir(path)).sort()).toEqual([
    'engine',
    'format',
    'journal',
    'server.lock',
    'spool',
  ])
  await directory.close()
  await directory.close()
  expect(await readdir(path)).not.toContain('server.lock')
  await (await openDataDirectory(path)).close()
})

test('a second server is refused, by process id', async () => {
  const directory = await openDataDirectory(path)
  await expect(openDataDirectory(path)).rejects.toThrow(
    `in use by the server with process id ${process.pid}; stop that server, or`,
  )
  await directory.close()
})

test('of many that start at once exactly one gets it', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => openDataDirectory(path)),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('the lock of a killed server is taken over, even where its number lives on', async () => {
  const holder = fork(new URL('./data-directory-holder.ts', import.meta.url), [path])
  await new Promise((resolve) => holder.once('message', resolve))
  await expect(openDataDirectory(path)).rejects.toThrow(`process id ${holder.pid};`)
  const ended = new Promise((resolve) => holder.once('exit', resolve))
  holder.kill('SIGKILL')
  await ended
  const directory = await openDataDirectory(path)
  await directory.close()
  const old = { pid: process.pid, host: hostname(), started: '1' }
  await writeFile(join(path, 'server.lock'), JSON.stringify(old))
  await (await openDataDirectory(path)).close()
})

test.each(['', '{', 'null', '{"pid":"x"}', '[]'])(
  'a broken lock file %j is nobody’s',
  async (text) => {
    await (await openDataDirectory(path)).close()
    await writeFile(join(path, 'server.lock'), text)
    await (await openDataDirectory(path)).close()
  },
)

test('a directory of a newer format is left alone', async () => {
  await (await openDataDirectory(path)).close()
  await writeFile(join(path, 'format'), '2\n')
  await expect(openDataDirectory(path)).rejects.toThrow('has format 2')
  expect(await readFile(join(path, 'format'), 'utf8')).toBe('2\n')
  expect(await readdir(path)).not.toContain('server.lock')
})

test('a place that cannot be written is an error that names it', async () => {
  await writeFile(join(parent, 'file'), '')
  await expect(openDataDirectory(join(parent, 'file', 'data'))).rejects.toThrow(
    `the data directory ${join(parent, 'file', 'data')} cannot be used`,
  )
})
