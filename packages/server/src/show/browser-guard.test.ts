import { expect, test } from 'vitest'
import { isCrossOrigin, isLoopback } from './browser-guard.ts'

test.each([
  ['no browser', undefined, '127.0.0.1:2000', true, false],
  ['the console', 'http://127.0.0.1:2000', '127.0.0.1:2000', true, false],
  ['the console by name', 'http://localhost:2000', 'localhost:2000', true, false],
  ['another port', 'http://localhost:3000', 'localhost:2000', true, true],
  ['another site', 'https://evil.test', '127.0.0.1:2000', true, true],
  ['a sandboxed page', 'null', '127.0.0.1:2000', true, true],
  ['a name made to point here', 'http://evil.test:2000', 'evil.test:2000', true, true],
  ['a name of ours, bound wider', 'https://traces.test', 'traces.test', false, false],
  ['another site, bound wider', 'https://evil.test', 'traces.test', false, true],
])('%s', (_what, origin, host, loopback, refused) => {
  expect(isCrossOrigin(origin, host, loopback)).toBe(refused)
})

test.each([
  ['127.0.0.1', true],
  ['127.8.0.1', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['127.evil.test', false],
  ['::', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})
