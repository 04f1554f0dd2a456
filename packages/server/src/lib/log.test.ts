import { expect, test } from 'vitest'
import { createLog, describeError } from './log.ts'

function logged(level: 'debug' | 'warn' | 'silent') {
  const lines: Record<string, unknown>[] = []
  const clock = { now: 1_795_388_400_000 }
  const log = createLog({
    level,
    now: () => clock.now,
    write: (line) => {
      expect(line.endsWith('\n')).toBe(true)
      lines.push(JSON.parse(line) as Record<string, unknown>)
    },
  })
  return { lines, clock, log }
}

test('writes one JSON line a message, bigints and errors included', () => {
  const { lines, log } = logged('debug')
  log.info('started', {
    port: 2000,
    received: 5n,
    cause: new Error('a', { cause: new Error('b') }),
  })
  expect(lines).toEqual([
    {
      time: '2026-11-22T23:00:00.000Z',
      level: 'info',
      message: 'started',
      port: 2000,
      received: '5',
      cause: { error: 'a: b', stack: expect.stringContaining('Error: a') },
    },
  ])
})

test('leaves out what lies below the level', () => {
  const warn = logged('warn')
  warn.log.info('no')
  warn.log.error('yes')
  expect(warn.lines.map((line) => line['message'])).toEqual(['yes'])
  const silent = logged('silent')
  silent.log.error('no')
  expect(silent.lines).toEqual([])
})

test('lets ten lines of a message through a second and tells how many it left out', () => {
  const { lines, clock, log } = logged('debug')
  for (let line = 0; line < 25; line += 1) log.warn('bad datagram', { line })
  log.warn('another')
  expect(lines).toHaveLength(11)
  clock.now += 1000
  log.warn('bad datagram')
  expect(lines[11]).toMatchObject({ message: 'bad datagram', suppressed: 15 })
})

test('describes values that are not errors', () => {
  expect(describeError('text')).toEqual({ error: 'text' })
  expect(describeError(new Error('a', { cause: 'b' }))).toMatchObject({ error: 'a: b' })
})
