import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import type { Call, Case } from './case.ts'
import { ACCOUNT_CASES, FRESH_ACCOUNT_CASES } from './cases/account-settings.ts'
import { GROUP_CASES } from './cases/groups.ts'
import { INSIGHT_CASES } from './cases/insights.ts'
import { POLICY_CASES } from './cases/policies.ts'
import { PUT_CASES } from './cases/put-trace-segments.ts'
import { FRESH_SAMPLING_CASES, SAMPLING_CASES } from './cases/sampling.ts'
import { TAG_CASES } from './cases/tags.ts'
import { TIME_SERIES_CASES } from './cases/time-series.ts'
import { RETRIEVAL_CASES } from './cases/trace-retrieval.ts'
import { SUMMARY_CASES } from './cases/trace-summaries.ts'
import { TRACE_CASES } from './cases/traces.ts'
import { type ClientName, type OfficialClient, REGION } from './client.ts'
import { constraintCases } from './constraint-cases.ts'
import { forgetSettings } from './forget-settings.ts'

/** All cases, each one test, through one client against a server of its own. */
export function conformanceSuite(
  name: ClientName,
  start: (endpoint: string) => Promise<OfficialClient>,
): void {
  let directory: string
  let server: RunningServer
  let client: OfficialClient
  let hasChanged = false

  beforeAll(async () => {
    directory = await temporaryDirectory()
    server = await startServer(directory, ['--strict-limits', `--region=${REGION}`])
    client = await start(server.endpoint)
  })

  afterAll(async () => {
    await client?.close()
    await server?.stop()
    if (directory !== undefined) await removeDirectory(directory)
  })

  const call: Call = async (operation, input) => {
    const answer = await client.call(operation, input)
    hasChanged ||= CHANGES.test(operation)
    if (answer.kind === 'unsent') throw new Unsent(answer.reason)
    return answer
  }

  for (const { name: title, chapter, unsendable = {}, run } of distinct(CASES)) {
    const reason = unsendable[name]
    test(`${title} (${chapter})`, async ({ skip }) => {
      if (reason !== undefined) {
        await expect(run(call, name)).rejects.toThrow(Unsent)
        skip(`${name} does not send it: ${reason}`)
      }
      try {
        await run(call, name)
      } finally {
        if (hasChanged) await forgetSettings(server.endpoint)
        hasChanged = false
      }
    })
  }
}

const CASES: readonly Case[] = [
  ...FRESH_SAMPLING_CASES,
  ...FRESH_ACCOUNT_CASES,
  ...constraintCases(),
  ...PUT_CASES,
  ...TRACE_CASES,
  ...SUMMARY_CASES,
  ...TIME_SERIES_CASES,
  ...INSIGHT_CASES,
  ...RETRIEVAL_CASES,
  ...GROUP_CASES,
  ...SAMPLING_CASES,
  ...TAG_CASES,
  ...POLICY_CASES,
  ...ACCOUNT_CASES,
]

/** Operations that make what another case must not meet. */
const CHANGES = /^(Create|PutResourcePolicy)/

/** The client did not send a request. */
class Unsent extends Error {
  override readonly name = 'Unsent'
}

function distinct(cases: readonly Case[]): Case[] {
  const names = cases.map(({ name, chapter }) => `${name} (${chapter})`)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  if (twice.length > 0) throw new Error(`cases of one name: ${twice.join('; ')}`)
  return [...cases]
}
