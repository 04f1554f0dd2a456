import { expect } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'

/** Sends documents, none of which may be refused. */
export async function put(server: RunningServer, texts: readonly string[]): Promise<void> {
  for (let at = 0; at < texts.length; at += 50) {
    const input = { TraceSegmentDocuments: texts.slice(at, at + 50) }
    expect(await call(server, '/TraceSegments', input)).toEqual({ UnprocessedTraceSegments: [] })
  }
}

/** The answer of an operation that must succeed. */
export async function call(
  server: RunningServer,
  path: string,
  input: object,
): Promise<Record<string, unknown>> {
  const body = JSON.stringify(input)
  const response = await fetch(server.endpoint + path, { method: 'POST', body })
  if (response.status !== 200) throw new Error(`${path}: ${await response.text()}\n${server.log()}`)
  return (await response.json()) as Record<string, unknown>
}

const directories: string[] = []
const servers: RunningServer[] = []

/** One that {@link cleanUp} takes away. */
export async function newDirectory(): Promise<string> {
  const directory = await temporaryDirectory()
  directories.push(directory)
  return directory
}

/** A server that {@link cleanUp} ends, where its test did not come to that. */
export async function start(
  directory: string,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const server = await startServer(directory, flags)
  servers.push(server)
  return server
}

export async function cleanUp(): Promise<void> {
  for (const server of servers) await server.kill()
  for (const directory of directories) await removeDirectory(directory)
}
