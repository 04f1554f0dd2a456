import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  DeleteSamplingRuleCommand,
  GetSamplingRulesCommand,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { CREDENTIALS, PYTHON } from './client-environment.ts'

const run = promisify(execFile)
const GO = join(import.meta.dirname, 'go')
const MAIN = resolve(import.meta.dirname, '../../packages/server/dist/main.js')

/** The rule of the documents that the SDK for Go ships; the description is cut to a name's length. */
const EXAMPLE = ['Example path-based rule below. R', '/checkout', 10, 0.05]

/** Documents that the SDKs ship and test with, and the rules they are imported as. */
const DOCUMENTS = [
  ['node', 'resources/default_sampling_rules.json', []],
  ['python', 'sampling_rule.json', []],
  ['go', 'resources/DefaultSamplingRules.json', []],
  ['go', 'resources/ExampleSamplingRules.json', [EXAMPLE]],
  ['go', 'strategy/sampling/testdata/rule-v1-sampling.json', [EXAMPLE]],
  ['go', 'strategy/sampling/testdata/rule-v2-sampling.json', [EXAMPLE]],
] as const

/** Those that the SDK for Go refuses in its own tests. */
const REFUSED = [
  ['rule-v1-contains-host.json', 'rules[0].service_name must be a text'],
  ['rule-v2-contains-service-name.json', 'rules[0].host must be a text'],
  ['rule-v1-invalid.json', 'it is not a JSON object'],
] as const

let directory: string
let server: RunningServer
let client: XRayClient
/** Where each SDK keeps its documents. */
let folders: Record<'node' | 'python' | 'go', string>

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  client = new XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: CREDENTIALS,
  })
  const node = createRequire(import.meta.url).resolve('aws-xray-sdk-core')
  const locate = 'import aws_xray_sdk.core.sampling.local as local; print(local.__path__[0])'
  const python = await run(PYTHON, ['-c', locate])
  const download = ['mod', 'download', '-json', 'github.com/aws/aws-xray-sdk-go']
  const go = await run('go', download, { cwd: GO })
  folders = {
    node: dirname(node),
    python: python.stdout.trim(),
    go: String(JSON.parse(go.stdout).Dir),
  }
}, 120_000)

afterAll(async () => {
  client.destroy()
  await server.stop()
  await removeDirectory(directory)
})

async function importFile(path: string): Promise<void> {
  await run(process.execPath, [MAIN, 'sampling', 'import', path, '--endpoint', server.endpoint])
}

test.each(DOCUMENTS)('the document of %s, %s, is imported', async (sdk, file, expected) => {
  await importFile(join(folders[sdk], file))
  const { SamplingRuleRecords = [] } = await client.send(new GetSamplingRulesCommand({}))
  const rules = SamplingRuleRecords.map(({ SamplingRule }) => SamplingRule)
  const [fallback] = rules.splice(-1)
  expect(fallback).toMatchObject({ RuleName: 'Default', FixedRate: 0.05, ReservoirSize: 1 })
  expect(
    rules.map((rule) => [rule?.RuleName, rule?.URLPath, rule?.ReservoirSize, rule?.FixedRate]),
  ).toEqual(expected)
  for (const rule of rules) {
    await client.send(new DeleteSamplingRuleCommand({ RuleName: rule?.RuleName }))
  }
})

test.each(REFUSED)('%s is refused: %s', async (file, problem) => {
  const path = join(folders.go, 'strategy/sampling/testdata', file)
  await expect(importFile(path)).rejects.toThrow(problem)
})
