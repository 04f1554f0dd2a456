/** What every answer tells a browser: nothing from elsewhere, no guessing, no telling others. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * True for a request that a page of another site makes its browser send. Only browsers send
 * `Origin`. A server on loopback also refuses names that are not loopback's: such a name was made to
 * point here (DNS rebinding).
 */
export function isCrossOrigin(
  origin: string | undefined,
  host: string | undefined,
  boundToLoopback: boolean,
): boolean {
  if (origin === undefined) return false
  if (!URL.canParse(origin)) return true
  const from = new URL(origin)
  if (from.host !== host?.toLowerCase()) return true
  return boundToLoopback && !LOOPBACK.test(from.hostname)
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1'
}
