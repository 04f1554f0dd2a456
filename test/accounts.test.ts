import {
  BatchGetTracesCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newEntityId, newTraceId } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

/** Whose traces are found, and how filters and graphs tell accounts apart (xray-behaviour 9.1, 10.2). */

const NORTH = { account: '111122223333', region: 'eu-north-1' }
const SOUTH = { account: '444455556666', region: 'eu-south-1' }
const FOREIGN = '777788889999'
const NOW = Math.floor(Date.now() / 1000)

let directory: string
let server: RunningServer
let north: XRayClient
let south: XRayClient

function connect({ account, region }: typeof NORTH) {
  return new XRayClient({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
}

/** One completed segment of a trace of its own; the id of the trace. */
async function send(client: XRayClient, name: string, more: object = {}): Promise<string> {
  const trace_id = newTraceId()
  const times = { start_time: NOW - 10, end_time: NOW - 9 }
  const document = { name, id: newEntityId(), trace_id, ...times, ...more }
  const answer = await client.send(
    new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(document)] }),
  )
  expect(answer.UnprocessedTraceSegments).toEqual([])
  return trace_id
}

async function search(client: XRayClient, FilterExpression?: string): Promise<Set<string>> {
  const { TraceSummaries = [] } = await client.send(
    new GetTraceSummariesCommand({
      StartTime: new Date((NOW - 60) * 1000),
      EndTime: new Date((NOW + 60) * 1000),
      FilterExpression,
    }),
  )
  return new Set(TraceSummaries.map(({ Id }) => String(Id)))
}

const ids = { north: '', south: '', foreign: '', calling: '' }

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  north = connect(NORTH)
  south = connect(SOUTH)
  ids.north = await send(north, 'shop')
  ids.south = await send(south, 'shop')
  ids.foreign = await send(north, 'billing', { aws: { account_id: FOREIGN } })
  ids.calling = await send(south, 'caller', {
    subsegments: [
      {
        id: newEntityId(),
        name: 'DynamoDB',
        namespace: 'aws',
        start_time: NOW - 10,
        end_time: NOW - 9,
        aws: {
          operation: 'GetItem',
          table_name: 'orders',
          account_id: FOREIGN,
          region: 'us-west-2',
        },
      },
    ],
  })
  await vi.waitFor(async () => expect((await search(north)).size).toBe(4), { timeout: 5000 })
})

afterAll(async () => {
  north.destroy()
  south.destroy()
  await server.stop()
  await removeDirectory(directory)
})

test('traces of every account and region are found from each', async () => {
  const all = new Set(Object.values(ids))
  expect(await search(north)).toEqual(all)
  expect(await search(south)).toEqual(all)
  const { Traces } = await south.send(new BatchGetTracesCommand({ TraceIds: [ids.north] }))
  expect(Traces?.map(({ Id }) => Id)).toEqual([ids.north])
})

test.each([
  [`service(id(account.id: "${NORTH.account}"))`, ['north']],
  [`service(id(account.id: "${SOUTH.account}"))`, ['south', 'calling']],
  [`service(id(account.id: "${FOREIGN}"))`, ['foreign', 'calling']],
  [`service(id(name: "shop", account.id: "${SOUTH.account}"))`, ['south']],
  [`service(id(name: "billing", account.id: "${NORTH.account}"))`, []],
  [`edge(id(name: "caller"), id(account.id: "${FOREIGN}"))`, ['calling']],
  ['service(id(account.id: "000000000000"))', []],
] as const)('%s', async (filter, names) => {
  expect(await search(north, filter)).toEqual(new Set(names.map((name) => ids[name])))
})

test('a graph names the account of code and resources that are not the sender’s', async () => {
  const nodes = async (id: string) => {
    const { Services = [] } = await north.send(new GetTraceGraphCommand({ TraceIds: [id] }))
    return Services.filter(({ Type }) => Type !== 'client').map(({ Name, AccountId }) => [
      Name,
      AccountId,
    ])
  }
  expect(await nodes(ids.foreign)).toEqual([['billing', FOREIGN]])
  expect(await nodes(ids.calling)).toEqual([
    ['caller', undefined],
    ['orders', FOREIGN],
  ])
})
