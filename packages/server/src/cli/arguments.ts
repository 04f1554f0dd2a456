import { parseArgs } from 'node:util'
import { bad, ok, type Result } from '@fluoroscope/model'
import { nearestWord } from './nearest-word.ts'

/** A flag of a command; one without `value` is a switch. */
export type Flag = {
  readonly name: string
  /** How the help calls the value: `COUNT`. */
  readonly value: string | undefined
  readonly help: string
}

export type Arguments = {
  /** Value of each flag that was given; `true` for a switch. */
  readonly flags: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

export const ENDPOINT_FLAG: Flag = {
  name: 'endpoint',
  value: 'URL',
  help: 'the server [http://127.0.0.1:2000, or FLUOROSCOPE_ENDPOINT]',
}

export const JSON_FLAG: Flag = {
  name: 'json',
  value: undefined,
  help: 'print JSON for programs',
}

/** Reads the arguments of a command, in any order; the problem names the argument and what to do. */
export function readArguments(
  argv: readonly string[],
  known: readonly Flag[],
  maxWords: number,
): Result<Arguments, string> {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      known.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const flags = new Map<string, string>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const problem = flagProblem(token, known)
    if (problem !== undefined) return bad(problem)
    flags.set(token.name, token.value ?? 'true')
  }
  const extra = words[maxWords]
  return extra === undefined ? ok({ flags, words }) : bad(`unexpected argument "${extra}"`)
}

/** A whole number within bounds; undefined when the flag was not given. */
export function readCount(
  flags: ReadonlyMap<string, string>,
  name: string,
  least: number,
  most: number,
): Result<number | undefined, string> {
  const text = flags.get(name)
  if (text === undefined) return ok(undefined)
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return ok(value)
  return bad(`--${name} must be a whole number from ${least} to ${most} (got "${text}")`)
}

type OptionToken = {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function flagProblem(token: OptionToken, known: readonly Flag[]): string | undefined {
  const flag = known.find(({ name }) => name === token.name)
  if (flag === undefined) {
    const names = known.map(({ name }) => name)
    const nearest = nearestWord(token.name, [...names, 'help'])
    const hint = nearest === undefined ? '' : `: did you mean --${nearest}?`
    return `unknown flag ${token.rawName}${hint}`
  }
  if (flag.value !== undefined && (token.value === undefined || token.value === '')) {
    return `--${flag.name} needs a value: --${flag.name} ${flag.value}`
  }
  if (flag.value === undefined && token.value !== undefined) {
    return `--${flag.name} takes no value`
  }
  return undefined
}
