import { expect, test } from 'vitest'
import { parseConfig, serveHelp } from './config.ts'

function problem(argv: string[], environment = {}): string {
  const config = parseConfig(argv, environment)
  return config.ok ? 'no problem' : config.problem.text
}

function config(argv: string[], environment = {}) {
  const read = parseConfig(argv, environment)
  if (!read.ok) throw new Error(read.problem.text)
  return read.value
}

test('the defaults are those an X-Ray SDK on the same machine expects', () => {
  expect(config([])).toMatchObject({
    host: '127.0.0.1',
    httpPort: 2000,
    udpPort: 2000,
    otlpHttpPort: 4318,
    otlpGrpcPort: 4317,
    zipkinPort: 9411,
    dataDir: './.fluoroscope',
    store: { kind: 'embedded' },
    retentionDays: 30,
    account: '000000000000',
    region: 'us-east-1',
    strictLimits: false,
  })
})

test('a flag wins over its variable, a variable over the default', () => {
  const environment = { FLUOROSCOPE_UDP_PORT: '5', FLUOROSCOPE_PORT: 'off' }
  const read = config(['--udp-port', '0', '--region=eu-central-1', '--strict-limits'], environment)
  expect(read).toMatchObject({ udpPort: 0, httpPort: undefined, region: 'eu-central-1' })
  expect(read.strictLimits).toBe(true)
})

test('a cluster is named by its URL', () => {
  const { store } = config(['--store', 'https://click.test:8443'])
  expect(store).toEqual({ kind: 'server', url: new URL('https://click.test:8443') })
})

test('user and password of a store may be said apart from its URL', () => {
  const environment = {
    FLUOROSCOPE_STORE: 'https://other@click.test:8443/traces?cluster=main',
    FLUOROSCOPE_STORE_USER: 'me@work',
    FLUOROSCOPE_STORE_PASSWORD: 'p@ss:/word',
  }
  const { store } = config([], environment)
  const url = new URL('https://click.test:8443/traces?cluster=main')
  url.username = 'me%40work'
  url.password = 'p%40ss%3A%2Fword'
  expect(store).toEqual({ kind: 'server', url })
})

test('beyond the defaults of the door everything is said: files, clear text, names', () => {
  expect(config([])).toMatchObject({
    tlsCert: undefined,
    tlsKey: undefined,
    allowPlaintext: false,
    allowedHosts: new Set(),
  })
  const names = ['--allowed-host', 'Traces.example', '--allowed-host=xray-daemon']
  const environment = {
    FLUOROSCOPE_TLS_CERT: 'c.pem',
    FLUOROSCOPE_TLS_KEY: 'k.pem',
    FLUOROSCOPE_ALLOW_PLAINTEXT: '1',
  }
  expect(config(names, environment)).toMatchObject({
    tlsCert: 'c.pem',
    tlsKey: 'k.pem',
    allowPlaintext: true,
    allowedHosts: new Set(['traces.example', 'xray-daemon']),
  })
  expect(config([], { FLUOROSCOPE_ALLOWED_HOST: 'a.test, b.test' }).allowedHosts).toEqual(
    new Set(['a.test', 'b.test']),
  )
})

test('sites whose pages may send spans are named by their origins, by default none', () => {
  expect(config([]).otlpCorsOrigins).toEqual(new Set())
  const flag = '--otlp-cors-origins=https://shop.example, http://localhost:3000,*'
  const expected = ['https://shop.example', 'http://localhost:3000', '*']
  expect(config([flag]).otlpCorsOrigins).toEqual(new Set(expected))
})

test.each([
  [['--port', '70000'], '--port: must be a port from 0 to 65535, or "off" (got "70000")'],
  [['--port', '-1'], '--port'],
  [['--store', 'ftp://x'], '--store: must be "embedded" or an http:// or https:// URL'],
  [['--store', 'http://x/a/b'], '--store: the path must be the name of a database'],
  [['--store', "http://x/a?cluster=it's"], '--store: cluster must be one name'],
  [['--retention-days', '0'], '--retention-days: must be a whole number from 1 to 3650'],
  [['--log-level', 'loud'], '--log-level: must be one of debug, info, warn, error, silent'],
  [['--account', '12'], '--account: must be an account id of 12 digits'],
  [['--udp-prot', '2000'], 'unknown flag --udp-prot: did you mean --udp-port?'],
  [['--allowed-host', 'a.test:2000'], '--allowed-host: "a.test:2000" is no name of a host'],
  [['--nonsense-flag'], 'unknown flag --nonsense-flag: see --help'],
  [['--port'], '--port needs a value: --port PORT'],
  [['start'], 'unexpected argument "start"'],
])('%j is refused', (argv, text) => {
  expect(problem(argv)).toContain(text)
})

test.each(['https://shop.example/', 'https://Shop.example', 'https://a.test:443', 'shop', 'null'])(
  '%s is no origin',
  (origin) => {
    const text = `--otlp-cors-origins: "${origin}" is no origin such as https://shop.example or *`
    expect(problem([`--otlp-cors-origins=https://good.example,${origin}`])).toContain(text)
  },
)

test('a bad variable is named as such', () => {
  expect(problem([], { FLUOROSCOPE_PORT: 'x' })).toContain('FLUOROSCOPE_PORT: must be a port')
})

test('the help names every flag and its default', () => {
  expect(serveHelp()).toContain('--udp-port PORT')
  expect(serveHelp()).toContain('[./.fluoroscope]')
})

test.each([
  [['--store=ftp://me:hidden@click.test'], 'ftp://me:…@click.test'],
  [['--store', 'me:hidden@click.test:8123'], 'me:…@click.test:8123'],
  [['http://me:hi@d/den@click.test'], 'http://me:…@click.test'],
])('a password in %j is not repeated', (argv, shown) => {
  expect(problem(argv)).toContain(shown)
  expect(problem(argv)).not.toContain('den')
})
