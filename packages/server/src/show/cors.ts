/** Origins of other sites whose pages may send spans from browsers; `*` is any. */
export type AllowedOrigins = ReadonlySet<string>

/** What tells a browser that a page of `origin` may read the answer; undefined where it may not. */
export function corsHeaders(
  origin: string | undefined,
  allowed: AllowedOrigins,
): CorsHeaders | undefined {
  if (origin === undefined) return undefined
  if (allowed.has(origin)) {
    // `navigator.sendBeacon`, which exporters use while a page is left, sends with credentials.
    return { ...allowing(origin), 'Access-Control-Allow-Credentials': 'true' }
  }
  return allowed.has('*') ? allowing('*') : undefined
}

type CorsHeaders = Readonly<Record<string, string>>

function allowing(origin: string): CorsHeaders {
  return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' }
}

/**
 * The answer to a preflight request (CORS protocol of the Fetch standard): POST, with whatever headers
 * the exporter was told to send.
 */
export function preflightResponse(cors: CorsHeaders, asked: string | undefined): Response {
  const headers = new Headers({
    ...cors,
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Max-Age': PREFLIGHT_SECONDS,
  })
  if (asked !== undefined) headers.set('Access-Control-Allow-Headers', asked)
  return new Response(null, { status: 204, headers })
}

/** Two hours, the longest that every browser heeds. */
const PREFLIGHT_SECONDS = '7200'
