import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { selfSignedCertificate } from '../../../test/support/certificate.ts'
import { removeDirectory, temporaryDirectory } from '../../../test/support/server.ts'
import { checkDoor, isLoopback } from './open-door.ts'

const { cert, key } = selfSignedCertificate()
const CLOSED = { tlsCert: undefined, tlsKey: undefined, allowPlaintext: false }

let directory: string
let files: { readonly tlsCert: string; readonly tlsKey: string }

beforeAll(async () => {
  directory = await temporaryDirectory()
  files = { tlsCert: join(directory, 'cert.pem'), tlsKey: join(directory, 'key.pem') }
  await writeFile(files.tlsCert, cert)
  await writeFile(files.tlsKey, key)
})

afterAll(() => removeDirectory(directory))

async function problem(door: object): Promise<string> {
  const checked = await checkDoor({ host: '127.0.0.1', ...CLOSED, ...door })
  return checked.ok ? 'no problem' : checked.problem.text
}

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s needs nothing more', async (host) => {
  expect(isLoopback(host)).toBe(true)
  expect(await checkDoor({ host, ...CLOSED })).toEqual({ ok: true, value: undefined })
})

test.each(['0.0.0.0', '::', '192.0.2.1', 'traces.test', '127.evil.test', '::ffff:127.0.0.1'])(
  '%s is refused with the ways out named, unless clear text is meant or TLS spoken',
  async (host) => {
    expect(isLoopback(host)).toBe(false)
    const text = await problem({ host })
    for (const part of [`--host: ${host}`, '--tls-cert', '--tls-key', '--allow-plaintext']) {
      expect(text).toContain(part)
    }
    expect(await problem({ host, allowPlaintext: true })).toBe('no problem')
    expect(await problem({ host, ...files })).toBe('no problem')
  },
)

test('the files are read', async () => {
  const checked = await checkDoor({ host: '0.0.0.0', ...CLOSED, ...files })
  expect(checked).toEqual({ ok: true, value: { cert: Buffer.from(cert), key: Buffer.from(key) } })
})

test('what is wrong with the files is told by their flags', async () => {
  const { tlsCert, tlsKey } = files
  expect(await problem({ tlsCert })).toBe('--tls-cert needs --tls-key FILE beside it')
  expect(await problem({ tlsKey })).toBe('--tls-key needs --tls-cert FILE beside it')
  const nowhere = join(directory, 'nowhere.pem')
  expect(await problem({ tlsCert: nowhere, tlsKey })).toContain('--tls-cert: the file cannot be')
  expect(await problem({ tlsCert, tlsKey: nowhere })).toContain('--tls-key: the file cannot be')
  const other = join(directory, 'other.pem')
  await writeFile(other, selfSignedCertificate().key)
  expect(await problem({ tlsCert, tlsKey: other })).toContain('--tls-cert, --tls-key: not a cert')
  expect(await problem({ tlsCert: tlsKey, tlsKey })).toContain('--tls-cert, --tls-key: not a cert')
})
