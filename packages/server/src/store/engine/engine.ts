import { rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session } from 'chdb'
import {
  BAD_ARGUMENTS,
  EngineError,
  engineErrorOf,
  NOT_ENOUGH_SPACE,
  QUERY_WAS_CANCELLED,
  UNKNOWN_QUERY_PARAMETER,
} from './engine-error.ts'
import type { EngineProcessOptions } from './engine-message.ts'
import { type EngineSession, SessionPool } from './session-pool.ts'
import {
  type BodyInsert,
  insertText,
  missingParameter,
  parametersText,
  quoted,
  type ReadStatement,
  readText,
  type Settings,
} from './statement.ts'

/** What a request asks for beside its statement. */
export type RequestContext = {
  /** By name without `param_`, escaped as the HTTP interface carries them. */
  readonly parameters: ReadonlyMap<string, string>
  readonly settings: Settings
  /** In which unqualified names are looked up. */
  readonly database: string
  readonly defaultFormat: string
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** A file of the spool; who gets it removes it. */
export type SpoolFile = { readonly path: string }

/** chDB behind the rules that keep its defects from everybody else. */
export class Engine {
  readonly #options: EngineProcessOptions
  readonly #writer: SessionPool
  readonly #commands: SessionPool
  readonly #readers: SessionPool
  readonly #control: SessionPool
  /** The engine shuts down with its last session; this one is never used, so it never fails. */
  #anchor: EngineSession | undefined
  #serial = 0
  /** Of the inserts seen since the last command, which may have changed a table. */
  #structures = new Map<string, string>()
  /** What a session uses stays with it. */
  readonly #databases = new WeakMap<EngineSession, string>()

  constructor(options: EngineProcessOptions) {
    this.#options = options
    const open = () => this.#session()
    this.#writer = new SessionPool(open, 1, WAITING_WRITERS)
    this.#commands = new SessionPool(open, 1, WAITING_WRITERS)
    this.#readers = new SessionPool(open, options.readers, WAITING_READERS)
    this.#control = new SessionPool(open, 1, WAITING_READERS)
  }

  /** Opens the data directory; blocks the thread, 60 to 150 ms. @throws where it cannot be opened */
  start(): void {
    this.#anchor = this.#session()
  }

  stop(): void {
    for (const pool of [this.#readers, this.#commands, this.#writer, this.#control]) pool.close()
    this.#anchor?.close()
    this.#anchor = undefined
  }

  /** The path of a new spool file. */
  spoolPath(): string {
    this.#serial += 1
    return join(this.#options.spoolDirectory, `${this.#serial}.spool`)
  }

  /** The whole result, in memory: at most {@link MAX_BUFFERED_BYTES}. */
  async readBuffered(statement: ReadStatement, context: RequestContext): Promise<Uint8Array> {
    const limits = [['max_result_bytes', String(MAX_BUFFERED_BYTES)]] as const
    return await this.#read(statement, context, limits, undefined)
  }

  /**
   * The whole result, in a file. chDB's streams are not used: they plan on the main thread, and
   * repeat the header of a format with every block. Nor does it tell of a file that it could not write
   * to its end, so a result is not trusted where there is hardly any room.
   * @throws EngineError, `isOutOfSpace` where the disk has no room for a result
   */
  async readToFile(statement: ReadStatement, context: RequestContext): Promise<SpoolFile> {
    const path = this.spoolPath()
    await this.#needRoom()
    try {
      const limits = [['max_result_bytes', String(MAX_FILE_BYTES)]] as const
      await this.#read(statement, context, limits, path)
      await this.#needRoom()
      return { path }
    } catch (cause) {
      await rm(path, { force: true })
      throw cause
    }
  }

  async #needRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#options.spoolDirectory)
    if (bavail * bsize >= NEEDED_ROOM_BYTES) return
    throw new EngineError(NOT_ENOUGH_SPACE, 'There is hardly any room left for results')
  }

  async command(text: string, context: RequestContext): Promise<Uint8Array> {
    const pool = this.#commands
    return await pool.use(async (session) => {
      await this.#enter(session, context.database)
      await bind(session, text, context.parameters)
      try {
        return await run(session, text, context.defaultFormat)
      } finally {
        this.#structures = new Map()
      }
    }, context.signal)
  }

  /** Inserts the rows of `file`; runs to its end once it has begun, whether one waits or not. */
  async insert(insert: BodyInsert, file: string, context: RequestContext): Promise<void> {
    await this.#writer.use(async (session) => {
      await this.#enter(session, context.database)
      const structure =
        insert.structure ?? (await this.#structureOf(session, insert, context.database))
      await run(session, insertText(insert, structure, file, context.settings), 'TabSeparated')
    }, context.signal)
  }

  async #enter(session: EngineSession, database: string): Promise<void> {
    if ((this.#databases.get(session) ?? 'default') === database) return
    await run(session, `USE ${identifierOf(database)}`, 'TabSeparated')
    this.#databases.set(session, database)
  }

  /** Looked up once: for a small file the question costs a third of the insert. */
  async #structureOf(
    session: EngineSession,
    insert: BodyInsert,
    database: string,
  ): Promise<string> {
    // What was asked before a command ended goes with the map of that time.
    const structures = this.#structures
    const key = JSON.stringify([database, insert.table, insert.columns])
    const known = structures.get(key)
    if (known !== undefined) return known
    const structure = await structureOf(session, insert)
    if (structures.size >= MAX_STRUCTURES) structures.clear()
    structures.set(key, structure)
    return structure
  }

  async #read(
    statement: ReadStatement,
    context: RequestContext,
    limits: Iterable<readonly [string, string]>,
    outFile: string | undefined,
  ): Promise<Uint8Array> {
    this.#serial += 1
    const mark = `fluoroscope ${this.#serial}`
    const settings = new Map([
      ['max_execution_time', String(DEFAULT_SECONDS)],
      ...context.settings,
      ...limits,
      ['log_comment', mark],
    ])
    const format = statement.format ?? context.defaultFormat
    const text = readText(statement, format, settings, outFile)
    return await this.#readers.use(async (session) => {
      await this.#enter(session, context.database)
      await bind(session, text, context.parameters)
      context.signal.throwIfAborted()
      const running = { done: false }
      const onAbort = () => void this.#kill(mark, running)
      context.signal.addEventListener('abort', onAbort, { once: true })
      try {
        return await run(session, text, format)
      } finally {
        running.done = true
        context.signal.removeEventListener('abort', onAbort)
      }
    }, context.signal)
  }

  /**
   * Ends a running query. Only `KILL QUERY … ASYNC` from another session does: chDB's abort leaves
   * the engine at work, and `SYNC` was seen to hang. Repeated, as the first may come before the
   * query is on the engine's list.
   */
  async #kill(mark: string, running: { readonly done: boolean }): Promise<void> {
    const text = `KILL QUERY WHERE Settings['log_comment'] = ${quoted(mark)} ASYNC`
    for (let attempt = 0; attempt < KILL_ATTEMPTS && !running.done; attempt++) {
      try {
        await this.#control.use((session) => run(session, text, 'TabSeparated'), NEVER)
      } catch (cause) {
        process.emitWarning(`a query could not be cancelled: ${engineErrorOf(cause).message}`)
      }
      await sleep(KILL_PAUSE_MS)
    }
  }

  #session(): EngineSession {
    return new Session(this.#options.directory, {
      connectionArgs: [
        `--max_server_memory_usage=${this.#options.memoryBytes}`,
        `--mark_cache_size=${Math.round(this.#options.memoryBytes / 16)}`,
        // Parameters are set as hexadecimal digits, so a long list of ids makes a long statement.
        `--max_query_size=${MAX_STATEMENT_BYTES}`,
        '--output_format_json_quote_64bit_integers=1',
      ],
    })
  }
}

/** Statements longer than this are refused by the engine. */
const MAX_STATEMENT_BYTES = 8 * 1024 * 1024

/** A buffered result larger than this fails with TOO_MANY_ROWS_OR_BYTES. */
const MAX_BUFFERED_BYTES = 256 * 1024 * 1024
const MAX_FILE_BYTES = 8 * 1024 * 1024 * 1024
/** With more room than this a disk is not filled and emptied again in the course of one query. */
const NEEDED_ROOM_BYTES = 64 * 1024 * 1024
const DEFAULT_SECONDS = 60
const WAITING_READERS = 128
const WAITING_WRITERS = 64
const MAX_STRUCTURES = 100
const KILL_PAUSE_MS = 50
const KILL_ATTEMPTS = 200
const NEVER = new AbortController().signal

function identifierOf(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

async function run(session: EngineSession, text: string, format: string): Promise<Uint8Array> {
  try {
    return (await session.queryAsync(text, { format })).bytes()
  } catch (cause) {
    throw engineErrorOf(cause)
  }
}

async function bind(
  session: EngineSession,
  text: string,
  parameters: ReadonlyMap<string, string>,
): Promise<void> {
  const missing = missingParameter(text, parameters)
  if (missing !== undefined) {
    throw new EngineError(UNKNOWN_QUERY_PARAMETER, `Substitution \`${missing}\` is not set`)
  }
  if (parameters.size === 0) return
  await run(session, parametersText(parameters), 'TabSeparated')
}

/** Names and types of the columns an insert fills, as the quoted structure of its rows. */
async function structureOf(session: EngineSession, insert: BodyInsert): Promise<string> {
  const [table = '', database] = insert.table.split('.').reverse()
  const owner = database === undefined ? 'currentDatabase()' : quoted(database)
  const text = `SELECT name, type FROM system.columns WHERE database = ${owner} AND table = ${quoted(table)}
    AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position`
  const answer = Buffer.from(await run(session, text, 'JSONCompactEachRow')).toString('utf8')
  const types = new Map(
    answer
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as [string, string]),
  )
  const columns = (insert.columns ?? [...types.keys()]).map((name) => {
    const type = types.get(name)
    if (type === undefined) {
      throw new EngineError(BAD_ARGUMENTS, `There is no column ${name} to fill in ${insert.table}`)
    }
    return `\`${name}\` ${type}`
  })
  if (columns.length === 0) {
    throw new EngineError(BAD_ARGUMENTS, `There is no table ${insert.table}`)
  }
  return quoted(columns.join(', '))
}

/** The reason of an aborted request, for whom it may still reach. */
export function cancelled(): EngineError {
  return new EngineError(QUERY_WAS_CANCELLED, 'The client went away')
}
