import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { unixNanos } from '@fluoroscope/model'
import { afterEach, describe, expect, test } from 'vitest'
import type { CommandIo } from './command-io.ts'
import { runCommandLine } from './command-line.ts'

const NOW = unixNanos(1_760_559_200_000_000_000n)
const ID = '1-68f00000-111122223333444455556666'
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** An X-Ray API that gives `answers` by path and remembers what it was asked. */
async function listen(answers: Record<string, (input: never) => unknown>) {
  const asked: { path: string; input: unknown }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const input = JSON.parse(Buffer.concat(chunks).toString()) as never
    const path = request.url ?? ''
    asked.push({ path, input })
    const answer = answers[path]?.(input)
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { Message: 'nothing here' }))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function call(argv: readonly string[], over: Partial<CommandIo> = {}) {
  let stdout = ''
  let stderr = ''
  const io: CommandIo = {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    isTerminal: false,
    columns: 80,
    environment: {},
    now: () => NOW,
    signal: new AbortController().signal,
    ...over,
  }
  const code = await runCommandLine(argv, io, {
    run: async (rest) => {
      stdout += `serving ${rest.join(' ')}`
      return 0
    },
    help: () => 'help of serve\n',
  })
  return { code, stdout, stderr }
}

function summary(index: number, fields: object = {}) {
  return {
    Id: `1-68f00000-${String(index).padStart(24, '0')}`,
    StartTime: 1_760_559_104 - index,
    Duration: 0.25,
    ResponseTime: 0.2,
    HasFault: false,
    HasError: false,
    HasThrottle: false,
    IsPartial: false,
    Http: {
      HttpURL: `http://shop.test/items/${index}?q=1`,
      HttpStatus: 200,
      HttpMethod: 'GET',
      UserAgent: null,
      ClientIp: null,
    },
    Annotations: {},
    Users: [],
    ServiceIds: [],
    ResourceARNs: [],
    InstanceIds: [],
    AvailabilityZones: [],
    FaultRootCauses: [],
    ErrorRootCauses: [],
    ResponseTimeRootCauses: [],
    EntryPoint: { Name: 'shop', Names: ['shop'], AccountId: null, Type: null },
    Revision: 1,
    MatchedEventTime: null,
    ...fields,
  }
}

/** Pages of two summaries. */
function pages(count: number) {
  return ({ NextToken }: { NextToken?: string }) => {
    const first = Number(NextToken ?? 0)
    const next = first + 2
    return {
      TraceSummaries: [summary(first), summary(first + 1)].slice(0, count - first),
      ApproximateTime: 0,
      TracesProcessedCount: 2,
      NextToken: next < count ? String(next) : null,
    }
  }
}

describe('the command line', () => {
  test('serves without a command', async () => {
    expect(await call([])).toMatchObject({ code: 0, stdout: 'serving ' })
    expect(await call(['--port', '1'])).toMatchObject({ stdout: 'serving --port 1' })
    expect(await call(['serve', '--port', '1'])).toMatchObject({ stdout: 'serving --port 1' })
  })

  test('helps', async () => {
    const { stdout } = await call(['help'])
    for (const name of ['serve', 'traces', 'trace', 'services', 'groups', 'sampling', 'demo']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
      const own = await call(['help', name])
      expect(own.stdout).toContain(name)
      expect(await call([name, '--help'])).toEqual(own)
    }
    expect((await call(['help', 'traces'])).stdout).toContain('--since TIME')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('tells its version', async () => {
    expect((await call(['--version'])).stdout).toMatch(/^fluoroscope \d+\.\d+\.\d+\n$/)
  })

  test.each([
    [['trces'], 'unknown command "trces": did you mean "traces"?'],
    [['xyz'], 'unknown command "xyz": see fluoroscope help'],
    [['traces', '--limt', '5'], 'unknown flag --limt: did you mean --limit?'],
    [['traces', '--limit', 'ten'], '--limit must be a whole number from 1 to 100000 (got "ten")'],
    [['traces', '--limit'], '--limit needs a value: --limit COUNT'],
    [['traces', '--since', 'noon'], '--since must be a time such as 15m'],
    [['traces', '--since', '1h', '--until', '2h'], '--since lies after --until'],
    [['traces', 'all'], 'unexpected argument "all"'],
    [['traces', '--json=1'], '--json takes no value'],
    [['traces', '--endpoint', 'ftp://x'], 'the endpoint must be a URL'],
    [['trace'], 'which trace? give its id'],
    [['trace', '123'], '"123" is no trace id'],
    [['demo', '--duration', 'long'], '--duration must be a length of time'],
    [['demo', '--rate', '0'], '--rate must be a whole number from 1 to 500 (got "0")'],
  ])('%j is refused with the reason', async (argv, reason) => {
    const { code, stdout, stderr } = await call(argv)
    expect(stderr).toContain(reason)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('says what to do where no server answers, or another', async () => {
    const { endpoint } = await listen({})
    const gone = await call(['traces', '--endpoint', '127.0.0.1:47'])
    expect(gone).toMatchObject({ code: 1, stdout: '' })
    expect(gone.stderr).toContain('no server answers at http://127.0.0.1:47 (ECONNREFUSED)')
    expect(gone.stderr).toContain('fluoroscope serve')
    const other = await call(['traces'], { environment: { FLUOROSCOPE_ENDPOINT: endpoint } })
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toContain('nothing here (404)')
    const page = await listen({ '/TraceSummaries': () => 'welcome' })
    expect((await call(['traces', '--endpoint', page.endpoint])).stderr).toContain(
      'no Fluoroscope server',
    )
  })
})

describe('traces', () => {
  test('lists the range asked for, following the pages', async () => {
    const { endpoint, asked } = await listen({ '/TraceSummaries': pages(5) })
    const { code, stdout, stderr } = await call([
      'traces',
      '--since',
      '15m',
      '--endpoint',
      endpoint,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(asked.map(({ input }) => input)).toEqual([
      { StartTime: 1_760_558_300, EndTime: 1_760_559_200 },
      { StartTime: 1_760_558_300, EndTime: 1_760_559_200, NextToken: '2' },
      { StartTime: 1_760_558_300, EndTime: 1_760_559_200, NextToken: '4' },
    ])
    const [titles = '', first = '', ...rest] = stdout.trimEnd().split('\n')
    expect(titles).toMatch(/^TIME +RESPONSE +DURATION +HTTP +REQUEST +ENTRY +NOTES +TRACE ID$/)
    expect(first).toMatch(/200 ms +250 ms +200 +GET \/items\/0\?q=1 +shop +1-68f00000-0{24}$/)
    expect(rest).toHaveLength(4)
  })

  test('sends the filter with every page', async () => {
    const { endpoint, asked } = await listen({ '/TraceSummaries': pages(3) })
    const filter = 'service("orders") { fault }'
    const { code } = await call(['traces', '--filter', filter, '--endpoint', endpoint])
    expect(code).toBe(0)
    expect(asked.map(({ input }) => input)).toMatchObject([
      { FilterExpression: filter },
      { FilterExpression: filter, NextToken: '2' },
    ])
    const none = await listen({ '/TraceSummaries': pages(0) })
    const empty = await call(['traces', '--filter', 'fault', '--endpoint', none.endpoint])
    expect(empty.stderr).toContain('match the filter')
  })

  test.each([
    [
      'user AND response_time > 1',
      "line 1, position 10 : Invalid input symbol: 'response_'",
      ['  user AND response_time > 1', '           ^'],
    ],
    [
      'fault AND',
      "line 1, position 10 : Invalid input symbol: '<EOF>'",
      ['  fault AND', '           ^'],
    ],
    [
      'ok AND\nuser = "\u{1f600}\u001b" bad',
      "line 2, position 13 : Invalid input symbol: 'b'",
      ['  user = "\u{1f600}\ufffd" bad', '               ^'],
    ],
  ])('shows where the filter %j is wrong, and asks nobody', async (filter, message, lines) => {
    const { code, stdout, stderr } = await call(['traces', '--filter', filter])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`fluoroscope traces: Error Location: ${message} (expected `)
    expect(stderr.split('\n').slice(1, 3)).toEqual(lines)
  })

  test('stops at the limit and says so', async () => {
    const { endpoint, asked } = await listen({ '/TraceSummaries': pages(50) })
    const cut = await call(['traces', '--limit', '3', '--json', '--endpoint', endpoint])
    expect(
      cut.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([summary(0), summary(1), summary(2)])
    expect(cut.stderr).toContain('the newest 3; there are more')
    expect(asked).toHaveLength(2)
    const whole = await listen({ '/TraceSummaries': pages(3) })
    const all = await call(['traces', '--limit', '3', '--endpoint', whole.endpoint])
    expect(all.stderr).toBe('')
  })

  test('marks outcomes with a letter, and in colour on a terminal', async () => {
    const { endpoint } = await listen({
      '/TraceSummaries': () => ({
        TraceSummaries: [
          summary(0, { HasFault: true }),
          summary(1, { HasError: true }),
          summary(2, { HasThrottle: true }),
          summary(3, { ResponseTime: null, Duration: null }),
        ],
        NextToken: null,
      }),
    })
    const argv = ['traces', '--endpoint', endpoint]
    const plain = await call(argv)
    const letters = plain.stdout
      .split('\n')
      .slice(1, 5)
      .map((line) => line.split(/ {2,}/)[1])
    expect(letters).toEqual(['F', 'E', 'T', '…'])
    expect(plain.stdout).not.toContain('\u001b')
    const terminal = await call(argv, { isTerminal: true })
    expect(terminal.stdout).toContain('\u001b[31m')
    const unwanted = await call(argv, { isTerminal: true, environment: { NO_COLOR: '1' } })
    expect(unwanted.stdout).not.toContain('\u001b')
    const forced = await call(argv, { environment: { FORCE_COLOR: '1', NO_COLOR: '1' } })
    expect(forced.stdout).toContain('\u001b[31m')
    for (const line of unwanted.stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80)
  })

  test('nothing found is no failure', async () => {
    const { endpoint } = await listen({ '/TraceSummaries': pages(0) })
    const { code, stdout, stderr } = await call(['traces', '--endpoint', endpoint])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('No traces in this time')
  })
})

describe('trace', () => {
  const document = JSON.stringify({
    id: '00000000000000a0',
    trace_id: ID,
    name: 'shop',
    user: 'a\u001b[2J',
    start_time: 1,
    end_time: 1.5,
  })

  test('takes both forms of the id', async () => {
    const { endpoint, asked } = await listen({
      '/Traces': () => ({
        Traces: [{ Id: ID, Segments: [{ Id: '00000000000000a0', Document: document }] }],
        UnprocessedTraceIds: [],
      }),
    })
    const first = await call(['trace', ID, '--endpoint', endpoint])
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('answered in 500 ms')
    expect(first.stdout).not.toContain('\u001b')
    const w3c = ID.slice(2).replace('-', '').toUpperCase()
    expect(await call(['trace', w3c, '--endpoint', endpoint])).toEqual(first)
    expect(asked.map(({ input }) => input)).toEqual([{ TraceIds: [ID] }, { TraceIds: [ID] }])
    expect((await call(['trace', ID, '--json', '--endpoint', endpoint])).stdout).toBe(
      `${document}\n`,
    )
  })

  test('an unknown id fails in clear words', async () => {
    const { endpoint } = await listen({
      '/Traces': () => ({ Traces: [], UnprocessedTraceIds: [] }),
    })
    const { code, stdout, stderr } = await call(['trace', ID, '--endpoint', endpoint])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`no trace ${ID}: it was not sent to this server`)
  })
})
