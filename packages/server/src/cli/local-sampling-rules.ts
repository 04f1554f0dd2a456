import { bad, isJsonObject, type JsonObject, ok, type Result } from '@fluoroscope/model'

/** A local rule document of the X-Ray SDKs (xray-behaviour 11.5), as rules of ours. */
export type LocalSamplingRules = {
  readonly defaults: Rates
  /** In the order in which the SDKs ask them. */
  readonly rules: readonly (Rates & {
    readonly RuleName: string
    readonly Host: string
    readonly HTTPMethod: string
    readonly URLPath: string
  })[]
}

type Rates = { readonly FixedRate: number; readonly ReservoirSize: number }

/** The problem names the place. Names come from descriptions, else from the place in the list. */
export function parseLocalSamplingRules(text: string): Result<LocalSamplingRules, string> {
  const document = parseJson(text)
  if (document === undefined) return bad('it is not a JSON object')
  const { version, default: fallback, rules = [] } = document
  if (version !== 1 && version !== 2) return bad('its version must be 1 or 2')
  if (fallback === undefined || !isJsonObject(fallback)) return bad('it has no default rule')
  const defaults = parseRates(fallback, 'default')
  if (!defaults.ok) return defaults
  if (!Array.isArray(rules)) return bad('rules must be a list')
  const names = new Set<string>(['Default'])
  const parsed: LocalSamplingRules['rules'][number][] = []
  for (const [index, rule] of (rules as readonly JsonObject[]).entries()) {
    const one = parseRule(rule, `rules[${index}]`, version === 1 ? 'service_name' : 'host')
    if (!one.ok) return one
    const RuleName = freeName(rule['description'], index + 1, names)
    names.add(RuleName)
    parsed.push({ RuleName, ...one.value })
  }
  return ok({ defaults: defaults.value, rules: parsed })
}

const MAX_NAME_LENGTH = 32

/** Undefined for anything but an object. */
function parseJson(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function parseRule(rule: unknown, place: string, hostMember: 'host' | 'service_name') {
  if (!isJsonObject(rule)) return bad(`${place} is no object`)
  const rates = parseRates(rule, place)
  if (!rates.ok) return rates
  const members = [hostMember, 'http_method', 'url_path'] as const
  const wrong = members.find((member) => typeof rule[member] !== 'string' || rule[member] === '')
  if (wrong !== undefined) return bad(`${place}.${wrong} must be a text; "*" means any`)
  const [host, method, path] = members.map((member) => String(rule[member]))
  return ok({ ...rates.value, Host: host ?? '', HTTPMethod: method ?? '', URLPath: path ?? '' })
}

function parseRates(rule: JsonObject, place: string): Result<Rates, string> {
  const { fixed_target: target, rate } = rule
  if (typeof target !== 'number' || !Number.isSafeInteger(target) || target < 0) {
    return bad(`${place}.fixed_target must be a whole number of at least 0`)
  }
  if (typeof rate !== 'number' || rate < 0 || rate > 1) {
    return bad(`${place}.rate must be a number from 0 to 1`)
  }
  return ok({ FixedRate: rate, ReservoirSize: target })
}

function freeName(
  description: JsonObject[string] | undefined,
  number: number,
  taken: ReadonlySet<string>,
): string {
  const wanted = typeof description === 'string' ? description.trim() : ''
  const name = wanted === '' ? `local-${number}` : wanted.slice(0, MAX_NAME_LENGTH).trim()
  if (!taken.has(name)) return name
  const ending = `-${number}`
  return `${name.slice(0, MAX_NAME_LENGTH - ending.length)}${ending}`
}
