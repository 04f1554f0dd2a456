import { bad, isJsonObject, ok, type Result } from '@fluoroscope/model'
import { readArguments, readCount } from './arguments.ts'
import { type CommandIo, type ExitCode, fail, misuse } from './command-io.ts'
import { parseSpan } from './instant.ts'

export const DEMO_FLAGS = [
  { name: 'duration', value: 'TIME', help: 'stop after 60s, 10m, …; otherwise Ctrl+C does' },
  { name: 'rate', value: 'COUNT', help: 'requests a second [5]' },
  {
    name: 'endpoint',
    value: 'HOST:PORT',
    help: 'where the X-Ray SDKs send to [127.0.0.1:2000, or FLUOROSCOPE_ENDPOINT]',
  },
  { name: 'seed', value: 'NUMBER', help: 'the same seed makes the same requests' },
  {
    name: 'central-sampling',
    value: undefined,
    help: 'ask the server for sampling rules; otherwise every request is traced',
  },
] as const

/** Runs a small shop of real processes and its customers, to have traces to look at. */
export async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readOptions(argv, io)
  if (!options.ok) return misuse(io, 'demo', options.problem)
  const demo = await loadDemo()
  if (!demo.ok) return fail(io, demo.problem)
  const tell = (line: string) => io.stderr.write(`${line}\n`)
  const { host, port } = options.value.endpoint
  if (!(await answersHttp(host, port, io.signal))) {
    tell(
      `nothing answers at http://${host}:${port}: \`fluoroscope serve\` in another terminal keeps`,
    )
    tell('the traces; without it they are lost.')
  }
  const arrivals = new Arrivals(options.value.endpoint, tell)
  try {
    await arrivals.start()
    const summary = await demo.value(options.value, {
      tell,
      environment: io.environment,
      nowMs: () => Number(io.now() / 1_000_000n),
      signal: io.signal,
    })
    await arrivals.look()
    io.stdout.write(`${JSON.stringify(summary)}\n`)
    return 0
  } catch (error) {
    return fail(io, `the demo ended: ${describe(error)}`)
  } finally {
    arrivals.stop()
  }
}

/**
 * Tells once where a Fluoroscope answers over TCP but gets no datagram: SDKs cannot know that what they
 * send to a wrong UDP port is lost.
 */
class Arrivals {
  readonly #endpoint: Endpoint
  readonly #tell: (line: string) => void
  #before: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(endpoint: Endpoint, tell: (line: string) => void) {
    this.#endpoint = endpoint
    this.#tell = tell
  }

  async start(): Promise<void> {
    this.#before = await receivedDatagrams(this.#endpoint)
    this.#timer = setTimeout(() => void this.look(), LOOK_AFTER_MS)
    this.#timer.unref()
  }

  async look(): Promise<void> {
    const before = this.#before
    if (before === undefined || (await receivedDatagrams(this.#endpoint)) !== before) return
    this.#before = undefined
    const { host, port } = this.#endpoint
    this.#tell(`no trace has arrived: the server at ${host}:${port} gets no datagrams there.`)
    this.#tell('Give --endpoint its UDP port, the one called udp in its ready line.')
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** Documents a Fluoroscope got over UDP; undefined where none answers. */
async function receivedDatagrams({ host, port }: Endpoint): Promise<number | undefined> {
  try {
    const response = await fetch(`http://${host}:${port}/metrics`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    const text = await response.text()
    if (!text.includes('fluoroscope_')) return undefined
    const line = /^fluoroscope_documents_received_total\{source="udp"\} (\d+)$/m.exec(text)
    return Number(line?.[1] ?? 0)
  } catch {
    return undefined
  }
}

type DemoOptions = {
  readonly durationMs: number | undefined
  readonly rate: number
  readonly endpoint: Endpoint
  readonly seed: number
  readonly centralSampling: boolean
}

/** `runDemo` of @fluoroscope/demo, which is installed beside the server or not at all. */
type RunDemo = (
  options: DemoOptions,
  around: {
    readonly tell: (line: string) => void
    readonly environment: CommandIo['environment']
    readonly nowMs: () => number
    readonly signal: AbortSignal
  },
) => Promise<object>

type Endpoint = { readonly host: string; readonly port: number }

const DEFAULT_RATE = 5
const MAX_RATE = 500
const MAX_SEED = 999_999_999
const PROBE_TIMEOUT_MS = 1000
/** The shop is open by then, and its first traces are sent. */
const LOOK_AFTER_MS = 12_000

function readOptions(argv: readonly string[], io: CommandIo): Result<DemoOptions, string> {
  const given = readArguments(argv, DEMO_FLAGS, 0)
  if (!given.ok) return given
  const { flags } = given.value
  const duration = flags.get('duration')
  const span = duration === undefined ? undefined : parseSpan(duration)
  if (span?.ok === false) return bad(`--duration ${span.problem} (got "${duration}")`)
  const rate = readCount(flags, 'rate', 1, MAX_RATE)
  if (!rate.ok) return rate
  const seed = readCount(flags, 'seed', 0, MAX_SEED)
  if (!seed.ok) return seed
  const endpoint = readEndpoint(
    flags.get('endpoint') ?? io.environment['FLUOROSCOPE_ENDPOINT'] ?? '127.0.0.1:2000',
  )
  if (!endpoint.ok) return endpoint
  return ok({
    durationMs: span === undefined ? undefined : span.value / 1e6,
    rate: rate.value ?? DEFAULT_RATE,
    endpoint: endpoint.value,
    seed: seed.value ?? Number((io.now() / 1_000_000n) % BigInt(MAX_SEED)),
    centralSampling: flags.has('central-sampling'),
  })
}

/** The daemon's address; a URL is taken too, so that one variable serves all commands. */
function readEndpoint(text: string): Result<Endpoint, string> {
  const url = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.hostname === '' || parsed.hostname.startsWith('[')) {
    return bad(`--endpoint must be an IPv4 address or name and a port (got "${text}")`)
  }
  return ok({ host: parsed.hostname, port: parsed.port === '' ? 2000 : Number(parsed.port) })
}

/** The server does not depend on the demo and its SDKs: the name is resolved when asked for. */
async function loadDemo(): Promise<Result<RunDemo, string>> {
  const name: string = '@fluoroscope/demo'
  try {
    const loaded = (await import(name)) as { runDemo: RunDemo }
    return ok(loaded.runDemo)
  } catch (error) {
    return bad(
      `the demo cannot be loaded (${describe(error)}).\n` +
        `Install it beside the server: npm install ${name}; in a clone: npm ci && npm run build.`,
    )
  }
}

/** The demo works without a server, to try another one: its absence is only told. */
async function answersHttp(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}:${port}/GetSamplingRules`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
    })
    return isJsonObject(await response.json())
  } catch {
    return false
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.message.split('\n')[0]}${cause}`
}
