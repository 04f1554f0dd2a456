import * as sdk from '@aws-sdk/client-xray'
import { type Answer, type Body, CREDENTIALS, type OfficialClient, REGION } from './client.ts'

type Send = (command: object) => Promise<Readonly<Record<string, unknown>>>
type CommandClass = new (input: object) => object

/** The JavaScript SDK in this process. */
export function startNodeClient(endpoint: string): OfficialClient {
  const region = REGION
  const client = new sdk.XRayClient({ endpoint, region, credentials: CREDENTIALS, maxAttempts: 1 })
  const send = client.send.bind(client) as unknown as Send
  const commands = sdk as unknown as Readonly<Record<string, CommandClass>>
  return {
    name: '@aws-sdk/client-xray',
    call: async (operation, input): Promise<Answer> => {
      const Command = commands[`${operation}Command`]
      if (Command === undefined) throw new Error(`the SDK has no ${operation}`)
      try {
        const { $metadata: _, ...body } = await send(new Command(withDates(input) as object))
        return { kind: 'output', body: plain(body) as Body }
      } catch (error) {
        return answerOf(error)
      }
    },
    close: async () => client.destroy(),
  }
}

function answerOf(error: unknown): Answer {
  const status = error instanceof sdk.XRayServiceException && error.$metadata.httpStatusCode
  if (!(error instanceof sdk.XRayServiceException) || typeof status !== 'number') {
    return { kind: 'unsent', reason: String(error) }
  }
  const resource = 'ResourceName' in error ? { resourceName: String(error.ResourceName) } : {}
  return { kind: 'error', status, type: error.name, message: error.message, ...resource }
}

const TIMES: ReadonlySet<string> = new Set(['StartTime', 'EndTime', 'Timestamp'])

/** The SDK takes times as dates. */
function withDates(value: unknown, member = ''): unknown {
  if (typeof value === 'number' && TIMES.has(member)) return new Date(value * 1000)
  return mapMembers(value, withDates)
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000
  return mapMembers(value, plain)
}

function mapMembers(value: unknown, each: (item: unknown, member: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => each(item, ''))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(members.map(([member, item]) => [member, each(item, member)]))
}
