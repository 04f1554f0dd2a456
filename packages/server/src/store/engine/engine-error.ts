/** An error as ClickHouse's HTTP interface tells it. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  /** ClickHouse's number of the kind of error. */
  readonly code: number
  readonly status: number

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = STATUS_BY_CODE.get(code) ?? 500
  }

  /** The body of the answer, which clients take code, message and kind from. */
  get body(): string {
    if (this.message.startsWith('Code: ')) return `${this.message}\n`
    return `Code: ${this.code}. DB::Exception: ${this.message}. (${KIND_BY_CODE.get(this.code) ?? 'UNKNOWN_EXCEPTION'})\n`
  }
}

export const BAD_ARGUMENTS = 36
export const SYNTAX_ERROR = 62
export const TOO_MANY_SIMULTANEOUS_QUERIES = 202
export const NOT_ENOUGH_SPACE = 243
export const QUERY_WAS_CANCELLED = 394
export const UNKNOWN_QUERY_PARAMETER = 456
export const AUTHENTICATION_FAILED = 516
const UNKNOWN_EXCEPTION = 1002

const KIND_BY_CODE = new Map([
  [BAD_ARGUMENTS, 'BAD_ARGUMENTS'],
  [SYNTAX_ERROR, 'SYNTAX_ERROR'],
  [TOO_MANY_SIMULTANEOUS_QUERIES, 'TOO_MANY_SIMULTANEOUS_QUERIES'],
  [NOT_ENOUGH_SPACE, 'NOT_ENOUGH_SPACE'],
  [QUERY_WAS_CANCELLED, 'QUERY_WAS_CANCELLED'],
  [UNKNOWN_QUERY_PARAMETER, 'UNKNOWN_QUERY_PARAMETER'],
  [AUTHENTICATION_FAILED, 'AUTHENTICATION_FAILED'],
])

const STATUS_BY_CODE = new Map([
  [BAD_ARGUMENTS, 400],
  [SYNTAX_ERROR, 400],
  [UNKNOWN_QUERY_PARAMETER, 400],
  [TOO_MANY_SIMULTANEOUS_QUERIES, 503],
  [AUTHENTICATION_FAILED, 401],
])

/** The error a session threw, with the code its message begins with. */
export function engineErrorOf(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (isNodeError(thrown) && thrown.code === 'ENOSPC') {
    return new EngineError(NOT_ENOUGH_SPACE, message, { cause: thrown })
  }
  const code = /Code: (\d+)\. DB::/.exec(message)?.[1]
  if (code === undefined) return new EngineError(UNKNOWN_EXCEPTION, message, { cause: thrown })
  return new EngineError(Number(code), message, { cause: thrown })
}

/** The disk is full; the engine tells the system's error number in its text only. */
export function isOutOfSpace(error: EngineError): boolean {
  const isSystems = /errno: 28\b|No space left on device/.test(error.message)
  return error.code === NOT_ENOUGH_SPACE || isSystems
}

function isNodeError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown
}
