import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Nanos, unixNanos } from '@fluoroscope/model'
import { getRequestListener } from '@hono/node-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBodies } from '../bodies.ts'
import { ByteBudget } from '../lib/byte-budget.ts'
import { settingsOperations } from '../settings-operations.ts'
import { createApp } from '../show/app.ts'
import { RequestCounts } from '../show/request-counts.ts'
import { testSettings } from '../store/test-settings.ts'
import { runCommandLine } from './command-line.ts'

const now = () => unixNanos(1_795_388_400_000_000_000n)

let server: Server
let endpoint: string
let directory: string

/** The real API over settings in memory. */
beforeEach(async () => {
  const { settings } = testSettings(now)
  const app = createApp({
    operations: settingsOperations({
      settings,
      now,
      checkFilter: () => undefined,
      retention: 1e18 as Nanos,
    }),
    readRoutes: [],
    storeSegments: async () => {
      throw new Error('no segments here')
    },
    storeSpans: async () => {
      throw new Error('no segments here')
    },
    bodies: createBodies({ maxBodyBytes: 500_000, budget: new ByteBudget(1_000_000) }),
    defaults: { account: '000000000000', region: 'us-east-1' },
    corsOrigins: new Set(),
    allowedHosts: new Set(),
    assets: new Map(),
    counts: new RequestCounts(),
    health: async () => ({ problems: [] }),
    metrics: async () => '',
    explain: () => undefined,
    onFailure: (error) => {
      throw error
    },
    newRequestId: () => '00000000-0000-4000-8000-000000000000',
  })
  const listener = getRequestListener(app.fetch)
  server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  directory = await mkdtemp(join(tmpdir(), 'fluoroscope-'))
})

afterEach(async () => {
  server.close()
  await rm(directory, { recursive: true, force: true })
})

async function call(...argv: string[]) {
  let stdout = ''
  let stderr = ''
  const io = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    isTerminal: false,
    columns: 80,
    environment: { FLUOROSCOPE_ENDPOINT: endpoint },
    now,
    signal: new AbortController().signal,
  }
  const serve = { run: async () => 0, help: () => '' }
  const code = await runCommandLine(argv, io, serve)
  return { code, stdout, stderr }
}

function lines(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

describe('sampling', () => {
  test('creates, changes, lists and deletes', async () => {
    const created = await call(
      ...['sampling', 'create', 'checkout', '--priority', '10', '--rate', '50%', '--path', '/c*'],
      ...['--attributes', 'tier=gold', '--boost-max', '0.9', '--boost-cooldown', '5', '--json'],
    )
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(lines(created.stdout)).toMatchObject([
      {
        SamplingRule: {
          RuleName: 'checkout',
          Priority: 10,
          FixedRate: 0.5,
          ReservoirSize: 1,
          URLPath: '/c*',
          Host: '*',
          Attributes: { tier: 'gold' },
          SamplingRateBoost: { MaxRate: 0.9, CooldownWindowMinutes: 5 },
        },
      },
    ])
    const changed = await call('sampling', 'update', 'checkout', '--reservoir', '0', '--json')
    expect(lines(changed.stdout)).toMatchObject([
      { SamplingRule: { FixedRate: 0.5, ReservoirSize: 0, SamplingRateBoost: { MaxRate: 0.9 } } },
    ])
    const plain = await call('sampling', 'update', 'checkout', '--no-boost', '--json')
    expect(lines(plain.stdout)).toMatchObject([{ SamplingRule: { SamplingRateBoost: null } }])
    expect(await call('sampling', 'update', 'Default', '--rate', '1')).toEqual({
      code: 0,
      stdout: 'Changed Default\n',
      stderr: '',
    })
    expect((await call('sampling', 'delete', 'checkout')).stdout).toBe('Deleted checkout\n')
    const [, ...rest] = (await call('sampling')).stdout.trimEnd().split('\n')
    expect(rest).toHaveLength(1)
    expect(rest[0]).toMatch(/^ +10000 +Default +100% +1 +\*/)
  })

  test('names rules that have no effect, in the order they are asked', async () => {
    await call('sampling', 'create', 'wide', '--priority', '1', '--path', '/api/*')
    await call('sampling', 'create', 'narrow', '--priority', '2', '--path', '/api/v1/*')
    await call('sampling', 'create', 'wrong', '--priority', '3', '--path', 'api')
    const { stdout } = await call('sampling', 'list')
    const rows = stdout.trimEnd().split('\n').slice(1)
    expect(rows.map((row) => row.trim().split(/ +/)[1])).toEqual([
      'wide',
      'narrow',
      'wrong',
      'Default',
    ])
    expect(rows[1]).toContain('never asked: "wide" takes all it would match')
    expect(rows[2]).toContain('never matches: its URL path does not begin with "/"')
    const listed = lines((await call('sampling', 'list', '--json')).stdout)
    expect(listed.map((each) => (each as { Note: unknown }).Note)).toEqual([
      null,
      expect.stringContaining('never asked'),
      expect.stringContaining('never matches'),
      null,
    ])
  })

  test('imports local rules, and again', async () => {
    const file = join(directory, 'rules.json')
    const rule = { host: '*', http_method: '*', url_path: '/health', fixed_target: 0, rate: 0 }
    const document = (rate: number) => ({
      version: 2,
      default: { fixed_target: 3, rate: 0.2 },
      rules: [{ ...rule, description: 'health', rate }, rule],
    })
    await writeFile(file, JSON.stringify(document(0)))
    const first = await call('sampling', 'import', file, '--priority', '50')
    expect(first).toMatchObject({
      code: 0,
      stdout: 'Created health\nCreated local-2\nChanged Default\n',
      stderr: expect.stringContaining('each process'),
    })
    await writeFile(file, JSON.stringify(document(0.5)))
    const second = await call('sampling', 'import', file, '--priority', '50')
    expect(second.stdout).toBe('Changed health\nChanged local-2\nChanged Default\n')
    expect(lines((await call('sampling', 'list', '--json')).stdout)).toMatchObject([
      { SamplingRule: { RuleName: 'health', Priority: 50, FixedRate: 0.5, URLPath: '/health' } },
      { SamplingRule: { RuleName: 'local-2', Priority: 51 }, Note: expect.any(String) },
      { SamplingRule: { RuleName: 'Default', FixedRate: 0.2, ReservoirSize: 3 } },
    ])
    await writeFile(file, '{"version":9}')
    const bad = await call('sampling', 'import', file)
    expect(bad).toMatchObject({ code: 1, stdout: '' })
    expect(bad.stderr).toContain('is no local sampling rule document: its version must be 1 or 2')
    expect((await call('sampling', 'import', `${file}x`)).stderr).toContain(
      'cannot be read (ENOENT)',
    )
  })

  test.each([
    [['create', 'a'], 'which place? say it with --priority 100'],
    [['create'], 'which rule? give its name: create NAME'],
    [['import'], 'which file? give its path'],
    [['lst'], 'unknown action "lst": did you mean list?'],
    [['list', 'a'], 'list takes no name'],
    [['update', 'a', '--rate', '2'], '--rate must be a share such as 0.05 or 5% (got "2")'],
    [['update', 'a', '--rate', 'x'], '--rate must be a share such as 0.05 or 5% (got "x")'],
    [['update', 'a', '--priority', '0'], '--priority must be a whole number from 1 to 9999'],
    [['update', 'a', '--attributes', 'k'], '--attributes must be such as tier=gold'],
    [['update', 'a', '--boost-cooldown', '5'], '--boost-cooldown needs --boost-max'],
    [['update', 'a', '--no-boost', '--boost-max', '1'], 'contradict'],
  ])('%j is refused with the reason', async (argv, reason) => {
    const { code, stdout, stderr } = await call('sampling', ...argv)
    expect(stderr).toContain(reason)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test("the server's refusals are passed on", async () => {
    const { code, stderr } = await call('sampling', 'delete', 'Default')
    expect(code).toBe(1)
    expect(stderr).toContain('The default sampling rule cannot be deleted (400)')
  })
})

describe('groups', () => {
  test('creates, changes, lists and deletes', async () => {
    const filter = 'responsetime > 5'
    const created = await call('groups', 'create', 'slow', '--filter', filter, '--insights', 'on')
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(created.stdout).toMatch(
      /^arn:aws:xray:us-east-1:000000000000:group\/slow\/[A-Z2-7]{52}\n$/,
    )
    const changed = await call('groups', 'update', 'slow', '--notifications', 'on', '--json')
    expect(lines(changed.stdout)).toMatchObject([
      {
        GroupName: 'slow',
        FilterExpression: filter,
        InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true },
      },
    ])
    const rows = (await call('groups')).stdout.trimEnd().split('\n')
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['NAME', 'FILTER', 'INSIGHTS'],
      ['Default', '(all traces)', 'off'],
      ['slow', filter, 'on, told'],
    ])
    expect(lines((await call('groups', 'list', '--json')).stdout)).toHaveLength(2)
    expect(await call('groups', 'delete', 'slow')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Deleted group slow.\n',
    })
    expect((await call('groups', 'update', 'slow')).stderr).toContain('Group not found (400)')
  })

  test.each([
    [['create', 'a'], 'which traces? say it with --filter'],
    [['delete'], 'which group? give its name: delete NAME'],
    [['drop', 'a'], 'unknown action "drop": one of list, create, update, delete'],
    [['update', 'a', '--insights', 'yes'], '--insights must be on or off (got "yes")'],
  ])('%j is refused with the reason', async (argv, reason) => {
    const { code, stderr } = await call('groups', ...argv)
    expect(stderr).toContain(reason)
    expect(code).toBe(2)
  })
})
