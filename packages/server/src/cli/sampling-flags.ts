import { bad, ok, type Result } from '@fluoroscope/model'
import { ENDPOINT_FLAG, type Flag, JSON_FLAG, readCount } from './arguments.ts'

export const SAMPLING_FLAGS: readonly Flag[] = [
  { name: 'priority', value: 'N', help: '1 to 9999, the lowest is asked first; create needs it' },
  { name: 'rate', value: 'SHARE', help: 'beyond the reservoir: 0 to 1, or 5% [0.05]' },
  { name: 'reservoir', value: 'N', help: 'traces a second before that, over all clients [1]' },
  { name: 'service', value: 'PATTERN', help: 'name of the service [*]' },
  { name: 'type', value: 'PATTERN', help: 'type of the service, such as AWS::EC2::Instance [*]' },
  { name: 'host', value: 'PATTERN', help: 'Host header [*]' },
  { name: 'method', value: 'PATTERN', help: 'HTTP method [*]' },
  { name: 'path', value: 'PATTERN', help: 'path of the URL [*]' },
  { name: 'resource', value: 'PATTERN', help: 'ARN of the resource; SDKs want * [*]' },
  { name: 'attributes', value: 'K=V,…', help: 'up to 5; rules with some are skipped by SDKs' },
  { name: 'boost-max', value: 'SHARE', help: 'highest rate while there are anomalies' },
  { name: 'boost-cooldown', value: 'MINUTES', help: 'rest after a boost [1]' },
  { name: 'no-boost', value: undefined, help: 'no higher rate any more' },
  JSON_FLAG,
  ENDPOINT_FLAG,
]

/** Members of a rule that flags set, as the API calls them. */
export type RuleMembers = Readonly<Record<string, unknown>>

type Flags = ReadonlyMap<string, string>

/** Only the members whose flags were given. */
export function readRuleMembers(flags: Flags): Result<RuleMembers, string> {
  const members: Record<string, unknown> = {}
  for (const [name, member] of PATTERNS) {
    const text = flags.get(name)
    if (text !== undefined) members[member] = text
  }
  const readings = [
    ['Priority', readCount(flags, 'priority', 1, 9999)],
    ['ReservoirSize', readCount(flags, 'reservoir', 0, 999_999_999)],
    ['FixedRate', readShare(flags, 'rate')],
    ['Attributes', readAttributes(flags)],
    ['SamplingRateBoost', readBoost(flags)],
  ] as const
  for (const [member, reading] of readings) {
    if (!reading.ok) return reading
    if (reading.value !== undefined) members[member] = reading.value
  }
  return ok(members)
}

const PATTERNS = [
  ['service', 'ServiceName'],
  ['type', 'ServiceType'],
  ['host', 'Host'],
  ['method', 'HTTPMethod'],
  ['path', 'URLPath'],
  ['resource', 'ResourceARN'],
] as const

function readShare(flags: Flags, name: string): Result<number | undefined, string> {
  const text = flags.get(name)
  if (text === undefined) return ok(undefined)
  const [, digits, percent] = /^(\d+(?:\.\d*)?|\.\d+)(%?)$/.exec(text) ?? []
  const value = Number(digits) / (percent === '%' ? 100 : 1)
  if (value >= 0 && value <= 1) return ok(value)
  return bad(`--${name} must be a share such as 0.05 or 5% (got "${text}")`)
}

function readAttributes(flags: Flags): Result<Record<string, string> | undefined, string> {
  const text = flags.get('attributes')
  if (text === undefined) return ok(undefined)
  const pairs = text.split(',').map((pair) => pair.split('='))
  const wrong = pairs.find(([key, value, ...rest]) => !key || !value || rest.length > 0)
  if (wrong === undefined) return ok(Object.fromEntries(pairs) as Record<string, string>)
  return bad(`--attributes must be such as tier=gold,region=eu (got "${text}")`)
}

/** Null takes the boost away. */
function readBoost(flags: Flags): Result<object | null | undefined, string> {
  const most = readShare(flags, 'boost-max')
  if (!most.ok) return most
  const rest = readCount(flags, 'boost-cooldown', 1, 100_000)
  if (!rest.ok) return rest
  if (flags.has('no-boost')) {
    return flags.has('boost-max') ? bad('--no-boost and --boost-max contradict') : ok(null)
  }
  if (most.value !== undefined) {
    return ok({ MaxRate: most.value, CooldownWindowMinutes: rest.value ?? 1 })
  }
  return rest.value === undefined ? ok(undefined) : bad('--boost-cooldown needs --boost-max')
}
