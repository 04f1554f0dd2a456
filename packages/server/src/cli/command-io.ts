import type { UnixNanos } from '@fluoroscope/model'

/** What a command may use of the world. */
export type CommandIo = {
  /** Results, and nothing else. */
  readonly stdout: TextSink
  /** Progress and problems. */
  readonly stderr: TextSink
  /** Results go to a person's screen, not to a file or a pipe. */
  readonly isTerminal: boolean
  /** Width of the terminal in cells; only meant when `isTerminal`. */
  readonly columns: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly now: () => UnixNanos
  /** Aborted when the user wants the command to end, or nobody reads its results any more. */
  readonly signal: AbortSignal
}

type TextSink = { write(text: string): unknown }

/** A command gets the arguments behind its name and gives the exit code. */
export type Command = (argv: readonly string[], io: CommandIo) => Promise<number>

/** Done, failed, or called wrongly. */
export type ExitCode = 0 | 1 | 2

/** Width of a result that is read by a program: nothing is cut. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER
const MIN_COLUMNS = 40

/** Cells a line of results may take. */
export function lineWidth(io: CommandIo): number {
  return io.isTerminal ? Math.max(MIN_COLUMNS, io.columns) : UNBOUNDED
}

/** Says what is wrong on stderr. */
export function fail(io: CommandIo, problem: string): 1 {
  io.stderr.write(`fluoroscope: ${problem}\n`)
  return 1
}

/** Says how the command is called on stderr. */
export function misuse(io: CommandIo, command: string, problem: string): 2 {
  io.stderr.write(`fluoroscope ${command}: ${problem}\nSee fluoroscope help ${command}.\n`)
  return 2
}
