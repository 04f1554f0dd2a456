import {
  type BatchGetTracesOutput,
  bad,
  type GetServiceGraphOutput,
  type GetTraceSummariesOutput,
  isJsonObject,
  ok,
  type Result,
} from '@fluoroscope/model'
import type { CommandIo } from './command-io.ts'

/** The X-Ray operations the commands use; a problem is a sentence that says what to do. */
export type XRayApi = {
  traceSummaries(input: {
    readonly StartTime: number
    readonly EndTime: number
    readonly FilterExpression?: string
    readonly NextToken?: string
  }): Promise<Result<GetTraceSummariesOutput, string>>
  traces(ids: readonly string[]): Promise<Result<BatchGetTracesOutput, string>>
  serviceGraph(input: {
    readonly StartTime: number
    readonly EndTime: number
  }): Promise<Result<GetServiceGraphOutput, string>>
}

const DEFAULT_ENDPOINT = 'http://127.0.0.1:2000'
const ANSWER_TIMEOUT_MS = 60_000

/**
 * Asks one operation; `member` is one that each of its answers has: what else answers is no X-Ray API.
 * Undefined for an operation that answers nothing.
 */
export type CallOperation = <Output>(
  path: string,
  input: object,
  member: string | undefined,
) => Promise<Result<Output, string>>

export function openApi(
  flags: ReadonlyMap<string, string>,
  io: CommandIo,
): Result<XRayApi, string> {
  const opened = openOperations(flags, io)
  if (!opened.ok) return opened
  const call = opened.value
  return ok({
    traceSummaries: (input) => call('/TraceSummaries', input, 'TraceSummaries'),
    traces: (ids) => call('/Traces', { TraceIds: ids }, 'Traces'),
    serviceGraph: (input) => call('/ServiceGraph', input, 'Services'),
  })
}

/** The API at --endpoint, else FLUOROSCOPE_ENDPOINT, else this machine's. */
export function openOperations(
  flags: ReadonlyMap<string, string>,
  io: CommandIo,
): Result<CallOperation, string> {
  const text = flags.get('endpoint') ?? io.environment['FLUOROSCOPE_ENDPOINT'] ?? DEFAULT_ENDPOINT
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`
  const base = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol)) {
    return bad(`the endpoint must be a URL such as ${DEFAULT_ENDPOINT} (got "${text}")`)
  }
  return ok((path, input, member) => post(base, path, input, member, io.signal))
}

async function post<Output>(
  base: URL,
  path: string,
  input: object,
  member: string | undefined,
  signal: AbortSignal,
): Promise<Result<Output, string>> {
  const url = new URL(base.pathname.replace(/\/$/, '') + path, base)
  let status: number
  let body: unknown
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    })
    status = response.status
    body = parseBody(await response.text())
  } catch (error) {
    return bad(unreachable(base, error))
  }
  if (status !== 200) return bad(refused(base, status, body))
  if (isJsonObject(body) && (member === undefined || member in body)) return ok(body as Output)
  return bad(`what answers at ${base.origin} is no Fluoroscope server: is the endpoint right?`)
}

/** Undefined for what is no JSON: the caller then says that something else answers. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(base: URL, error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer from ${base.origin} within ${ANSWER_TIMEOUT_MS / 1000} s`
  }
  if (error instanceof Error && error.name === 'AbortError') return 'stopped'
  return (
    `no server answers at ${base.origin} (${reasonOf(error)}).\n` +
    'Start one with `fluoroscope serve`, or name another with --endpoint or FLUOROSCOPE_ENDPOINT.'
  )
}

/** `fetch` hides the reason in its error's cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof Error) {
    const code = (cause as NodeJS.ErrnoException).code
    return code ?? cause.message
  }
  return String(cause)
}

function refused(base: URL, status: number, body: unknown): string {
  const message = isJsonObject(body) ? (body['Message'] ?? body['message']) : undefined
  if (typeof message === 'string') return `${base.origin} answered: ${message} (${status})`
  return `${base.origin} answered with status ${status}: is it a Fluoroscope server?`
}
