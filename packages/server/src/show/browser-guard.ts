/** What every answer tells a browser: nothing from elsewhere, no guessing, no telling others. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

/** Names by which the server may be asked, besides `localhost` and addresses; undefined for any. */
export type AllowedHosts = ReadonlySet<string> | undefined

/**
 * False for a name that is not this server's: a page may make its own name point here (DNS rebinding), and
 * then asks as if it were ours, without `Origin`. An address in the URL cannot be made to point elsewhere,
 * and names below `localhost` are never asked of the network (RFC 6761, 6.3).
 * @param host the header, with or without a port
 */
export function isKnownHost(host: string, allowed: AllowedHosts): boolean {
  if (allowed === undefined) return true
  const name = hostName(host)
  if (name === undefined) return false
  return IP_ADDRESS.test(name) || LOCAL_NAME.test(name) || allowed.has(name)
}

/** As a URL has it: lower case, addresses in their one form; undefined where it is none. */
function hostName(host: string): string | undefined {
  const url = `http://${host}`
  if (!HOST_AND_PORT.test(host) || !URL.canParse(url)) return undefined
  return new URL(url).hostname.replace(/\.$/, '')
}

/** Nothing that a URL would take for a user, a path, a query or a fragment. */
const HOST_AND_PORT = /^[^/?#@\\]+$/
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/
const LOCAL_NAME = /^(?:.+\.)?localhost$/

/** What a request tells of the page that made it. */
export type Asking = {
  readonly method: string
  readonly isSecure: boolean
  readonly host: string
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`, `-Mode` and `-Dest`, which browsers send to loopback and over TLS. */
  readonly site: string | undefined
  readonly mode: string | undefined
  readonly destination: string | undefined
}

/**
 * True for a request that a page of another site makes its browser send. Only browsers send these headers.
 * Reading without `Origin` is told by `Sec-Fetch-Site`; following a link to a page is no reading.
 */
export function isCrossSite(asking: Asking): boolean {
  if (asking.origin !== undefined) return isOtherOrigin(asking.origin, asking)
  if (asking.site !== 'cross-site' && asking.site !== 'same-site') return false
  const isLink =
    asking.method === 'GET' && asking.mode === 'navigate' && asking.destination === 'document'
  return !isLink
}

/** Behind a proxy that ends TLS the page is of https, the request is not; never the other way round. */
function isOtherOrigin(origin: string, { host, isSecure }: Asking): boolean {
  if (!URL.canParse(origin)) return true
  const from = new URL(origin)
  if (isSecure && from.protocol !== 'https:') return true
  return from.host !== host.toLowerCase()
}
