import type { TlsOptions } from 'node:tls'

/** Certificate chain and private key, both PEM. */
export type TlsIdentity = { readonly cert: Buffer; readonly key: Buffer }

/** What every listener of TLS is opened with. */
export function tlsOptions({ cert, key }: TlsIdentity): TlsOptions {
  return { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS }
}

/** As long as a client has for its first words in clear text. */
const HANDSHAKE_MS = 10_000
