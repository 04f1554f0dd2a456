import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { bad, ok, type Result } from '@fluoroscope/model'
import type { Config, UsageProblem } from './config.ts'
import type { TlsIdentity } from './lib/tls.ts'

type Door = Pick<Config, 'host' | 'tlsCert' | 'tlsKey' | 'allowPlaintext'>

/**
 * What the listeners of TCP speak TLS with, undefined for clear text; or why the server must not start: an
 * address that others can reach needs TLS or a word that clear text is meant.
 */
export async function checkDoor(
  door: Door,
): Promise<Result<TlsIdentity | undefined, UsageProblem>> {
  const tls = await readIdentity(door)
  if (!tls.ok || tls.value !== undefined || door.allowPlaintext) return tls
  const isLocal = await isLoopbackOnly(door.host)
  if (!isLocal.ok) return isLocal
  return isLocal.value ? ok(undefined) : bad({ text: tooWide(door.host) })
}

/** True for an address of loopback, and for the name `localhost`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || LOOPBACK_V4.test(host)
}

const LOOPBACK_V4 = /^127(?:\.\d{1,3}){3}$/

function tooWide(host: string): string {
  return `--host: ${host} can be reached from other machines, and there is no authentication yet. Give --tls-cert FILE and --tls-key FILE, so that the TCP ports speak TLS (UDP stays clear text), or --allow-plaintext to listen there as it is`
}

/** What `localhost` means is up to the machine; no other name is taken for this machine. */
async function isLoopbackOnly(host: string): Promise<Result<boolean, UsageProblem>> {
  if (host !== 'localhost') return ok(isLoopback(host))
  try {
    const found = await lookup(host, { all: true })
    return ok(found.every(({ address }) => isLoopback(address)))
  } catch (error) {
    return bad({ text: `--host: localhost cannot be looked up: ${messageOf(error)}` })
  }
}

async function readIdentity({
  tlsCert,
  tlsKey,
}: Door): Promise<Result<TlsIdentity | undefined, UsageProblem>> {
  if (tlsCert === undefined && tlsKey === undefined) return ok(undefined)
  if (tlsCert === undefined) return bad({ text: '--tls-key needs --tls-cert FILE beside it' })
  if (tlsKey === undefined) return bad({ text: '--tls-cert needs --tls-key FILE beside it' })
  const cert = await readPem('--tls-cert', tlsCert)
  if (!cert.ok) return cert
  const key = await readPem('--tls-key', tlsKey)
  if (!key.ok) return key
  try {
    createSecureContext({ cert: cert.value, key: key.value })
  } catch (error) {
    const text = `--tls-cert, --tls-key: not a certificate and its key in PEM: ${messageOf(error)}`
    return bad({ text })
  }
  return ok({ cert: cert.value, key: key.value })
}

async function readPem(flag: string, path: string): Promise<Result<Buffer, UsageProblem>> {
  try {
    return ok(await readFile(path))
  } catch (error) {
    return bad({ text: `${flag}: the file cannot be read: ${messageOf(error)}` })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
