/** A URL in the parts that people look for; what cannot be read as one is all path. */
export type UrlParts = { readonly host: string; readonly path: string; readonly query: string }

/** Takes `url` apart: `https://shop.test/orders?id=1` gives host, `/orders` and `?id=1`. */
export function urlParts(url: string): UrlParts {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.host === '') return { host: '', path: url, query: '' }
  return { host: parsed.host, path: decoded(parsed.pathname), query: parsed.search }
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
