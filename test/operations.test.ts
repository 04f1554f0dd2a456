import * as xray from '@aws-sdk/client-xray'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

let directory: string
let server: RunningServer

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
})

afterAll(async () => {
  await server.stop()
  await removeDirectory(directory)
})

/** Commands of the official client, by what they are sent with. */
type AnyCommand = new (input: object) => Parameters<xray.XRayClient['send']>[0]

const COMMANDS = Object.entries(xray).filter(([name]) => /^[A-Z]\w+Command$/.test(name))

test('all 38 operations are answered', async () => {
  const client = new xray.XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  expect(COMMANDS).toHaveLength(38)
  for (const [name, Command] of COMMANDS) {
    const answer = client.send(new (Command as unknown as AnyCommand)({})).catch((error) => error)
    const status = (await answer).$metadata?.httpStatusCode
    const why = String((await answer).message)
    // An input without members is good for some and refused by the model of others.
    expect([name, status, why]).toEqual([name, expect.toBeOneOf([200, 400]), why])
    expect([name, why]).toEqual([name, expect.not.stringContaining('not available')])
  }
  client.destroy()
})
