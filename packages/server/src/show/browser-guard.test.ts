import { expect, test } from 'vitest'
import { isCrossSite, isKnownHost } from './browser-guard.ts'

const PLAIN = {
  method: 'POST',
  isSecure: false,
  host: '127.0.0.1:2000',
  origin: undefined,
  site: undefined,
  mode: undefined,
  destination: undefined,
}

test.each([
  ['no browser', {}, false],
  ['the console', { origin: 'http://127.0.0.1:2000' }, false],
  ['the console by name', { origin: 'http://localhost:2000', host: 'LocalHost:2000' }, false],
  ['another port', { origin: 'http://localhost:3000', host: 'localhost:2000' }, true],
  ['another site', { origin: 'https://evil.test' }, true],
  ['a sandboxed page', { origin: 'null' }, true],
  ['a proxy that ends TLS', { origin: 'https://traces.test', host: 'traces.test' }, false],
  ['TLS', { origin: 'https://traces.test', host: 'traces.test', isSecure: true }, false],
  [
    'clear text on the way to TLS',
    { origin: 'http://traces.test:443', host: 'traces.test:443', isSecure: true },
    true,
  ],
  ['the console reading', { method: 'GET', site: 'same-origin', mode: 'cors' }, false],
  ['an address typed', { method: 'GET', site: 'none', mode: 'navigate' }, false],
  ['an image of another site', { method: 'GET', site: 'cross-site', mode: 'no-cors' }, true],
  ['a script of another port', { method: 'GET', site: 'same-site', mode: 'no-cors' }, true],
  [
    'a link followed',
    { method: 'GET', site: 'cross-site', mode: 'navigate', destination: 'document' },
    false,
  ],
  ['a frame', { method: 'GET', site: 'cross-site', mode: 'navigate', destination: 'iframe' }, true],
  [
    'a form without Origin',
    { method: 'POST', site: 'cross-site', mode: 'navigate', destination: 'document' },
    true,
  ],
])('%s: of another site %s', (_what, asked, refused) => {
  expect(isCrossSite({ ...PLAIN, ...asked })).toBe(refused)
})

test.each([
  ['127.0.0.1:2000', true],
  ['localhost:2000', true],
  ['LOCALHOST', true],
  ['localhost.:2000', true],
  ['fluoroscope.localhost:2000', true],
  ['[::1]:2000', true],
  ['192.168.65.254:2000', true],
  ['127.1', true],
  ['evil.test:2000', false],
  ['localhost.evil.test', false],
  ['127.0.0.1.evil.test:2000', false],
  ['evillocalhost', false],
  ['evil.test@127.0.0.1:2000', false],
  ['evil.test/127.0.0.1', false],
  ['', false],
  ['xray-daemon:2000', false],
])('Host %s is known on loopback: %s', (host, expected) => {
  expect(isKnownHost(host, new Set())).toBe(expected)
})

test('names that were allowed are known, and any where nothing was said', () => {
  const allowed = new Set(['xray-daemon', 'host.docker.internal'])
  expect(isKnownHost('xray-daemon:2000', allowed)).toBe(true)
  expect(isKnownHost('HOST.docker.internal:2000', allowed)).toBe(true)
  expect(isKnownHost('evil.test', allowed)).toBe(false)
  expect(isKnownHost('evil.test', undefined)).toBe(true)
})
