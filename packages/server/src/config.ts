import { parseArgs } from 'node:util'
import { bad, ok, type Result } from '@fluoroscope/model'
import {
  oneOf,
  readAccount,
  readAny,
  readBoolean,
  readFile,
  readHost,
  readHostNames,
  readOrigins,
  readPort,
  readRegion,
  readStore,
  readText,
  readWorkers,
  whole,
} from './flag-values.ts'
import { LOG_LEVELS, type LogLevel } from './lib/log.ts'

/** How `serve` runs: every bound and address, checked. */
export type Config = {
  readonly host: string
  /** Names beside `localhost` and addresses that requests may be made to; lower case. */
  readonly allowedHosts: ReadonlySet<string>
  /** Files in PEM. */
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  /** Clear text on an address that other machines can reach is meant. */
  readonly allowPlaintext: boolean
  /** 0 for a free one, undefined for no listener. */
  readonly httpPort: number | undefined
  readonly udpPort: number | undefined
  readonly otlpHttpPort: number | undefined
  /** Origins, as a browser writes them, whose pages may send spans; `*` for any. */
  readonly otlpCorsOrigins: ReadonlySet<string>
  readonly otlpGrpcPort: number | undefined
  readonly zipkinPort: number | undefined
  readonly dataDir: string
  /** The URL holds user, password, database and cluster, wherever they were given. */
  readonly store: { readonly kind: 'embedded' } | { readonly kind: 'server'; readonly url: URL }
  readonly engineMemoryBytes: number
  /** Queries the embedded engine answers at the same time. */
  readonly engineReaders: number
  readonly retentionDays: number
  readonly logLevel: LogLevel
  readonly account: string
  readonly region: string
  /** Undefined for one fewer than the cores, at least one. */
  readonly parseWorkers: number | undefined
  readonly maxBodyBytes: number
  readonly maxInflatedBytes: number
  /** What all bodies may hold together while they are worked on. */
  readonly maxPendingBytes: number
  readonly maxConnections: number
  readonly udpBufferBytes: number
  readonly udpQueueBytes: number
  readonly maxJournalBytes: number
  readonly strictLimits: boolean
  /** Packets of OTLP that say that they were not sampled are kept. */
  readonly keepUnsampled: boolean
}

/** What was wrong with the arguments; `text` names the flag and says what to do. */
export type UsageProblem = { readonly text: string }

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment as the process was started with; the only place that reads it. */
export function processEnvironment(): Environment {
  return process.env
}

/** Reads `serve`'s arguments, then FLUOROSCOPE_… variables, then the defaults. */
export function parseConfig(
  argv: readonly string[],
  environment: Environment,
): Result<Config, UsageProblem> {
  const given = readFlags(argv)
  if (!given.ok) return given
  const values = new Map<string, Reading>()
  for (const flag of FLAGS) {
    const variable = variableOf(flag.name)
    const fromFlag = given.value.get(flag.name)
    const fromEnvironment = environment[variable]
    const text = fromFlag ?? fromEnvironment ?? flag.default
    const reading = flag.read(text)
    if (!reading.ok) {
      const source = fromFlag !== undefined ? `--${flag.name}` : variable
      return bad({
        text: `${source}: ${reading.problem} (got ${JSON.stringify(withoutPassword(text))})`,
      })
    }
    values.set(flag.name, reading.value)
  }
  return ok(configFrom(values))
}

export function serveHelp(): string {
  const width = Math.max(...FLAGS.map((flag) => usageOf(flag).length))
  const lines = FLAGS.map((flag) => {
    const fallback = flag.default === '' || flag.default === 'false' ? '' : ` [${flag.default}]`
    return `  ${usageOf(flag).padEnd(width)}  ${flag.help}${fallback}`
  })
  return `fluoroscope serve: receive traces, keep them, answer the X-Ray API

Usage: fluoroscope serve [flags]

${lines.join('\n')}
  ${'-h, --help'.padEnd(width)}  this text

Each flag is also an environment variable: --udp-port is FLUOROSCOPE_UDP_PORT.
A port of 0 takes a free one; "off" opens no listener.
`
}

type Reading = string | number | boolean | URL | ReadonlySet<string> | undefined

type Flag = {
  readonly name: string
  readonly value: string
  readonly help: string
  readonly default: string
  readonly read: (text: string) => Result<Reading, string>
}

const MIB = 1024 * 1024

const FLAGS: readonly Flag[] = [
  flag(
    'host',
    'ADDRESS',
    'address of all listeners; beyond this machine only with TLS or --allow-plaintext',
    '127.0.0.1',
    readHost,
  ),
  flag(
    'tls-cert',
    'FILE',
    'certificate chain in PEM: TCP ports speak TLS, UDP does not',
    '',
    readFile,
  ),
  flag('tls-key', 'FILE', 'private key of the certificate in PEM', '', readFile),
  flag('allow-plaintext', '', 'listen beyond this machine without TLS', 'false', readBoolean),
  flag(
    'allowed-host',
    'NAME',
    'name that requests may be made to, beside localhost and addresses; may be repeated',
    '',
    readHostNames,
  ),
  flag('port', 'PORT', 'X-Ray API, console and daemon TCP', '2000', readPort),
  flag('udp-port', 'PORT', 'X-Ray daemon UDP', '2000', readPort),
  flag('otlp-http-port', 'PORT', 'OTLP over HTTP; the main port takes it too', '4318', readPort),
  flag('otlp-grpc-port', 'PORT', 'OTLP over gRPC', '4317', readPort),
  flag(
    'otlp-cors-origins',
    'ORIGINS',
    'sites whose pages may send spans, such as https://shop.example, with commas; or *',
    '',
    readOrigins,
  ),
  flag('zipkin-port', 'PORT', 'Zipkin v2; the main port takes it too', '9411', readPort),
  flag('data-dir', 'FOLDER', 'journal and embedded engine', './.fluoroscope', readText),
  flag(
    'store',
    'embedded|URL',
    'embedded engine, or ClickHouse: http(s)://host:port/database, with ?cluster=NAME on a cluster',
    'embedded',
    readStore,
  ),
  flag('store-user', 'NAME', 'user of ClickHouse, in place of one in the URL', '', readAny),
  flag('store-password', 'TEXT', 'its password; better as a variable than here', '', readAny),
  flag(
    'engine-memory-bytes',
    'BYTES',
    'what the embedded engine may use',
    `${1024 * MIB}`,
    whole(256 * MIB, 1024 * 1024 * MIB),
  ),
  flag('engine-readers', 'COUNT', 'queries it answers at the same time', '4', whole(1, 64)),
  flag('retention-days', 'DAYS', 'days a trace is kept from its receipt', '30', whole(1, 3650)),
  flag('log-level', 'LEVEL', LOG_LEVELS.join(', '), 'info', oneOf(LOG_LEVELS)),
  flag('account', 'ID', 'account of requests that name none', '000000000000', readAccount),
  flag('region', 'REGION', 'region of requests that name none', 'us-east-1', readRegion),
  flag('parse-workers', 'COUNT', 'parsing threads', 'auto', readWorkers),
  flag(
    'max-body-bytes',
    'BYTES',
    'largest request as sent',
    `${16 * MIB}`,
    whole(1024, 1024 * MIB),
  ),
  flag(
    'max-inflated-bytes',
    'BYTES',
    'largest request once decompressed',
    `${64 * MIB}`,
    whole(1024, 1024 * MIB),
  ),
  flag(
    'max-pending-bytes',
    'BYTES',
    'all requests being worked on, together',
    `${64 * MIB}`,
    whole(1024, 1024 * 1024 * MIB),
  ),
  flag('max-connections', 'COUNT', 'open HTTP connections', '4096', whole(1, 1_000_000)),
  flag(
    'udp-buffer-bytes',
    'BYTES',
    'receive buffer asked of the kernel',
    `${8 * MIB}`,
    whole(65_536, 1024 * MIB),
  ),
  flag(
    'udp-queue-bytes',
    'BYTES',
    'datagrams waiting to be parsed',
    `${64 * MIB}`,
    whole(65_536, 4096 * MIB),
  ),
  flag(
    'max-journal-bytes',
    'BYTES',
    'accepted documents not yet in the engine',
    `${1024 * MIB}`,
    whole(MIB, 1024 * 1024 * MIB),
  ),
  flag(
    'keep-unsampled',
    '',
    'keep spans that Lambda and other senders mark as not sampled',
    'false',
    readBoolean,
  ),
  flag('strict-limits', '', "AWS's limits on time ranges", 'false', readBoolean),
]

function flag(
  name: string,
  value: string,
  help: string,
  fallback: string,
  read: Flag['read'],
): Flag {
  return { name, value, help, default: fallback, read }
}

function usageOf({ name, value }: Flag): string {
  return value === '' ? `--${name}` : `--${name} ${value}`
}

function variableOf(name: string): string {
  return `FLUOROSCOPE_${name.toUpperCase().replaceAll('-', '_')}`
}

function readFlags(argv: readonly string[]): Result<ReadonlyMap<string, string>, UsageProblem> {
  const options = Object.fromEntries(
    FLAGS.map(({ name, value }) => [
      name,
      { type: value === '' ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      return bad({ text: `unexpected argument "${withoutPassword(token.value)}"` })
    if (token.kind === 'option-terminator') continue
    const known = FLAGS.find(({ name }) => name === token.name)
    if (known === undefined) return bad({ text: unknownFlag(token.rawName) })
    if (known.value !== '' && token.value === undefined) {
      return bad({ text: `--${known.name} needs a value: ${usageOf(known)}` })
    }
    const value = token.value ?? 'true'
    const before = given.get(known.name)
    const isMore = before !== undefined && LISTS.has(known.read)
    given.set(known.name, isMore ? `${before},${value}` : value)
  }
  return ok(given)
}

/** Given twice, these are one list. */
const LISTS: ReadonlySet<Flag['read']> = new Set([readHostNames, readOrigins])

/** What was given, fit to be shown: a URL, or what was meant as one, may carry a password. */
export function withoutPassword(text: string): string {
  return text.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?[^:@/]*):.*@/i, '$1:…@')
}

function unknownFlag(rawName: string): string {
  const name = rawName.replace(/^-+/, '')
  const [nearest] = FLAGS.map((known) => ({
    name: known.name,
    far: editDistance(name, known.name),
  }))
    .filter(({ far }) => far <= 3)
    .sort((left, right) => left.far - right.far)
  const hint = nearest === undefined ? 'see --help' : `did you mean --${nearest.name}?`
  return `unknown flag ${rawName}: ${hint}`
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}

function configFrom(values: ReadonlyMap<string, Reading>): Config {
  const text = (name: string) => values.get(name) as string
  const number = (name: string) => values.get(name) as number
  const optional = (name: string) => values.get(name) as number | undefined
  return {
    host: text('host'),
    allowedHosts: values.get('allowed-host') as ReadonlySet<string>,
    tlsCert: values.get('tls-cert') as string | undefined,
    tlsKey: values.get('tls-key') as string | undefined,
    allowPlaintext: values.get('allow-plaintext') as boolean,
    httpPort: optional('port'),
    udpPort: optional('udp-port'),
    otlpHttpPort: optional('otlp-http-port'),
    otlpCorsOrigins: values.get('otlp-cors-origins') as ReadonlySet<string>,
    otlpGrpcPort: optional('otlp-grpc-port'),
    zipkinPort: optional('zipkin-port'),
    dataDir: text('data-dir'),
    store: storeOf(values.get('store') as URL | undefined, {
      user: text('store-user'),
      password: text('store-password'),
    }),
    engineMemoryBytes: number('engine-memory-bytes'),
    engineReaders: number('engine-readers'),
    retentionDays: number('retention-days'),
    logLevel: text('log-level') as LogLevel,
    account: text('account'),
    region: text('region'),
    parseWorkers: optional('parse-workers'),
    maxBodyBytes: number('max-body-bytes'),
    maxInflatedBytes: number('max-inflated-bytes'),
    maxPendingBytes: number('max-pending-bytes'),
    maxConnections: number('max-connections'),
    udpBufferBytes: number('udp-buffer-bytes'),
    udpQueueBytes: number('udp-queue-bytes'),
    maxJournalBytes: number('max-journal-bytes'),
    strictLimits: values.get('strict-limits') as boolean,
    keepUnsampled: values.get('keep-unsampled') as boolean,
  }
}

function storeOf(
  given: URL | undefined,
  { user, password }: { readonly user: string; readonly password: string },
): Config['store'] {
  if (given === undefined) return { kind: 'embedded' }
  const url = new URL(given)
  if (user !== '') url.username = encodeURIComponent(user)
  if (password !== '') url.password = encodeURIComponent(password)
  return { kind: 'server', url }
}
