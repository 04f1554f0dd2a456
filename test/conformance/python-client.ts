import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { removeDirectory, temporaryDirectory } from '../support/server.ts'
import { type Answer, type ClientName, CREDENTIALS, type OfficialClient, REGION } from './client.ts'

/** The interpreter that has `test/clients/python/requirements.txt`; `.ci/run` makes it. */
const PYTHON = process.env['FLUOROSCOPE_TEST_PYTHON'] ?? 'python3'

const PROGRAMS = { boto3: 'boto3_client.py', 'AWS CLI': 'aws_cli_client.py' } as const

/** Why there is no such client here; undefined where there is one. */
export async function missingPython(): Promise<string | undefined> {
  const child = spawn(PYTHON, ['-c', 'import boto3, awscli'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const problem: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => problem.push(text))
  child.on('error', (error) => problem.push(error.message))
  const [code] = await once(child, 'close')
  return code === 0 ? undefined : `${PYTHON}: ${problem.join('').trim().split('\n').at(-1)}`
}

/** The environment of a client that knows nothing but the endpoint. */
export async function pythonEnvironment(endpoint: string, home: string) {
  const config = join(home, 'config')
  await writeFile(config, '[default]\nparameter_validation = false\n')
  return {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_CONFIG_FILE: config,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL: endpoint,
    AWS_MAX_ATTEMPTS: '1',
  }
}

/** A client in a Python process that lives until it is closed; one call at a time. */
export async function startPythonClient(
  name: Exclude<ClientName, '@aws-sdk/client-xray'>,
  endpoint: string,
): Promise<OfficialClient> {
  const home = await temporaryDirectory()
  const child = spawn(PYTHON, [join(import.meta.dirname, 'python', PROGRAMS[name]), endpoint], {
    env: await pythonEnvironment(endpoint, home),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    name,
    call: async (operation, input) => {
      child.stdin.write(`${JSON.stringify({ operation, input })}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error(`${name} ended`)
      return readAnswer(line.value)
    },
    close: async () => {
      await ended(child)
      await removeDirectory(home)
    },
  }
}

function readAnswer(line: string): Answer {
  return JSON.parse(line) as Answer
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.stdin?.end()
  await exited
}
