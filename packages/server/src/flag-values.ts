import { bad, ok, type Result } from '@fluoroscope/model'

export function readHost(text: string): Result<string, string> {
  return /^[0-9A-Za-z.:%_-]{1,253}$/.test(text) ? ok(text) : bad('must be an address or host name')
}

/** Undefined for none. */
export function readFile(text: string): Result<string | undefined, string> {
  return ok(text === '' ? undefined : text)
}

/** With commas between them. */
export function readHostNames(text: string): Result<ReadonlySet<string>, string> {
  const names = partsOf(text).map((name) => name.toLowerCase())
  const wrong = names.find((name) => !/^[0-9a-z._-]{1,253}$/.test(name))
  if (wrong === undefined) return ok(new Set(names))
  return bad(`${JSON.stringify(wrong)} is no name of a host such as traces.example, without a port`)
}

function partsOf(text: string): readonly string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}

export function readPort(text: string): Result<number | undefined, string> {
  if (text === 'off') return ok(undefined)
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  return port >= 0 && port <= 65_535 ? ok(port) : bad('must be a port from 0 to 65535, or "off"')
}

export function readOrigins(text: string): Result<ReadonlySet<string>, string> {
  const origins = partsOf(text)
  const wrong = origins.find((each) => each !== '*' && !isOrigin(each))
  if (wrong === undefined) return ok(new Set(origins))
  return bad(`${JSON.stringify(wrong)} is no origin such as https://shop.example or *`)
}

/** As a browser writes it: without a path, in lower case, without its scheme's own port. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

export function readText(text: string): Result<string, string> {
  return text === '' ? bad('must not be empty') : ok(text)
}

/** Where traces are kept: undefined for the embedded engine. */
export function readStore(text: string): Result<URL | undefined, string> {
  if (text === 'embedded') return ok(undefined)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url === undefined || !web) return bad('must be "embedded" or an http:// or https:// URL')
  if (!/^\/(?:[A-Za-z_]\w{0,63})?$/.test(url.pathname)) {
    return bad('the path must be the name of a database: letters, digits and _')
  }
  const [cluster = 'none', ...others] = url.searchParams.getAll('cluster')
  return others.length === 0 && /^[A-Za-z_][\w.-]{0,63}$/.test(cluster)
    ? ok(url)
    : bad('cluster must be one name: letters, digits, _, - and .')
}

/** As it is, also empty. */
export function readAny(text: string): Result<string, string> {
  return ok(text)
}

export function readAccount(text: string): Result<string, string> {
  return /^\d{12}$/.test(text) ? ok(text) : bad('must be an account id of 12 digits')
}

export function readRegion(text: string): Result<string, string> {
  return /^[a-z0-9-]{1,32}$/.test(text) ? ok(text) : bad('must be a region such as eu-central-1')
}

export function readWorkers(text: string): Result<number | undefined, string> {
  return text === 'auto' ? ok(undefined) : whole(1, 64)(text)
}

export function readBoolean(text: string): Result<boolean, string> {
  if (text === 'true' || text === '1') return ok(true)
  return text === 'false' || text === '0' ? ok(false) : bad('must be true or false')
}

export function whole(least: number, most: number): (text: string) => Result<number, string> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= most
      ? ok(value)
      : bad(`must be a whole number from ${least} to ${most}`)
  }
}

export function oneOf(choices: readonly string[]): (text: string) => Result<string, string> {
  return (text) => (choices.includes(text) ? ok(text) : bad(`must be one of ${choices.join(', ')}`))
}
