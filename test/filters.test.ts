import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  CreateGroupCommand,
  DeleteGroupCommand,
  GetTraceSummariesCommand,
  UpdateGroupCommand,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FILTER_TRACES, traceIdNamed } from './support/filter-traces.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'
import { BASE_SECONDS } from './support/traces.ts'

/** The examples of the reference against the built server, asked by the official client. */
const EXAMPLES = (
  JSON.parse(
    readFileSync(new URL('../fixtures/filter/matches.json', import.meta.url), 'utf8'),
  ) as readonly { example?: number; expression: string; matches: readonly string[] }[]
).filter(({ example, expression }) => example !== undefined && !expression.includes('group.'))

const MAIN = resolve(import.meta.dirname, '../packages/server/dist/main.js')
const NAMES = new Map([...FILTER_TRACES.keys()].map((name) => [String(traceIdNamed(name)), name]))

let directory: string
let server: RunningServer
let client: XRayClient

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  client = new XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  const documents = [...FILTER_TRACES.values()].flat().map((json) => JSON.stringify(json))
  const response = await fetch(`${server.endpoint}/TraceSegments`, {
    method: 'POST',
    body: JSON.stringify({ TraceSegmentDocuments: documents }),
  })
  expect(await response.json()).toEqual({ UnprocessedTraceSegments: [] })
  const areThere = async () => expect(await search('service()')).toHaveLength(NAMES.size - 1)
  await vi.waitFor(areThere, { timeout: 60_000, interval: 100 })
})

afterAll(async () => {
  client.destroy()
  await server.stop()
  await removeDirectory(directory)
})

/** Names of the traces found on all pages, sorted. */
async function search(FilterExpression: string): Promise<readonly string[]> {
  const found: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new GetTraceSummariesCommand({
        StartTime: new Date((BASE_SECONDS - 60) * 1000),
        EndTime: new Date((BASE_SECONDS + 60) * 1000),
        FilterExpression,
        NextToken,
      }),
    )
    for (const { Id = '' } of page.TraceSummaries ?? []) found.push(NAMES.get(Id) ?? Id)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return found.sort()
}

test.each(EXAMPLES)('$example: $expression', async ({ expression, matches }) => {
  // The orphan starts with its receipt, which is today.
  const inRange = matches.filter((name) => name !== 'orphan')
  expect(await search(expression)).toEqual(inRange.toSorted())
})

test('blank is none, and the Default group is all', async () => {
  const all = [...NAMES.values()].filter((name) => name !== 'orphan').sort()
  expect(await search(' \t')).toEqual(all)
  expect(await search('group.name = "Default"')).toEqual(all)
  const arn = 'arn:aws:xray:us-east-1:000000000000:group/Default'
  expect(await search(`group.arn = "${arn}" AND fault`)).toEqual(['failed'])
})

test.each([
  ['fault AND', "Error Location: line 1, position 10 : Invalid input symbol: '<EOF>'"],
  ['response_time > 1', "Error Location: line 1, position 1 : Invalid input symbol: 'response_'"],
  ['group.name = "nope"', "Group not found: 'nope'"],
  ['group.arn = "Default"', "Group not found: 'Default'"],
])('%s is refused', async (expression, message) => {
  await expect(search(expression)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: expect.stringContaining(message),
  })
})

test('a group stands for its present expression, by name and by ARN, until it is deleted', async () => {
  const faulty = 'service() { fault } OR error'
  const { Group } = await client.send(
    new CreateGroupCommand({ GroupName: 'faulty', FilterExpression: faulty }),
  )
  const expected = await search(`(${faulty}) AND http.url`)
  expect(expected.length).toBeGreaterThan(0)
  expect(await search('group.name = "faulty" AND http.url')).toEqual(expected)
  expect(await search(`group.arn = "${Group?.GroupARN}" AND http.url`)).toEqual(expected)

  await client.send(new UpdateGroupCommand({ GroupName: 'faulty', FilterExpression: 'user' }))
  expect(await search('group.name = "faulty"')).toEqual(await search('user'))

  const nested = { GroupName: 'nested', FilterExpression: 'group.name = "faulty" AND ok' }
  await expect(client.send(new CreateGroupCommand(nested))).rejects.toMatchObject({
    name: 'InvalidRequestException',
  })
  const wrong = { GroupName: 'wrong', FilterExpression: 'fault AND' }
  await expect(client.send(new CreateGroupCommand(wrong))).rejects.toThrow(
    /^Error Location: line 1, position 10 : Invalid input symbol: '<EOF>'/,
  )
  await client.send(new DeleteGroupCommand({ GroupName: 'faulty' }))
  await expect(search('group.name = "faulty"')).rejects.toThrow(/Group not found/)
})

test('the command line lists what matches', async () => {
  const argv = ['traces', '--endpoint', server.endpoint, '--json']
  const range = ['--since', isoTime(BASE_SECONDS - 60), '--until', isoTime(BASE_SECONDS + 60)]
  const filter = ['--filter', 'service("orders") { fault }']
  const env = { ...process.env, NODE_OPTIONS: '' }
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [MAIN, ...argv, ...range, ...filter], { env })
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((line) => String(JSON.parse(line).Id))
  expect(ids.map((id) => NAMES.get(id))).toEqual(['handled'])
})

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
