import { stderr } from 'node:process'

/** What the program says about itself: one JSON line a message on stderr. */
export type Log = {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

export type LogOptions = {
  readonly level: LogLevel
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly write?: (line: string) => void
}

/** Lines of one message a second; the rest is counted and told with the next one let through. */
const LINES_PER_SECOND = 10

/** Distinct messages whose rate is remembered; beyond it, counting starts anew. */
const REMEMBERED_MESSAGES = 1000

/**
 * A message is constant text, its variables go into `fields`: rates are limited by message, so a
 * hostile sender cannot fill a disk with lines about itself.
 */
export function createLog({ level, now = Date.now, write = writeToStderr }: LogOptions): Log {
  const rates = new Map<string, Rate>()
  const threshold = LOG_LEVELS.indexOf(level)
  const at = (lineLevel: LogLevel) => {
    if (LOG_LEVELS.indexOf(lineLevel) < threshold) return () => {}
    return (message: string, fields?: object): void => {
      const time = now()
      if (rates.size >= REMEMBERED_MESSAGES) rates.clear()
      const suppressed = admit(rates, `${lineLevel} ${message}`, time)
      if (suppressed === undefined) return
      const line = { time: new Date(time).toISOString(), level: lineLevel, message, ...fields }
      write(`${printLine(suppressed > 0 ? { ...line, suppressed } : line)}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** What a person needs of a thrown value: its message and those of its causes, and the stack. */
export function describeError(error: unknown): { readonly error: string; readonly stack?: string } {
  const messages: string[] = []
  let current = error
  while (current instanceof Error && messages.length < 8) {
    messages.push(current.message)
    current = current.cause
  }
  if (messages.length === 0 || current !== undefined) messages.push(String(current))
  const stack = error instanceof Error ? error.stack : undefined
  const text = messages.join(': ')
  return stack === undefined ? { error: text } : { error: text, stack }
}

type Rate = { second: number; lines: number; suppressed: number }

/** How many lines were left out before this one, or undefined when this one is left out too. */
function admit(rates: Map<string, Rate>, key: string, time: number): number | undefined {
  const second = Math.floor(time / 1000)
  const rate = rates.get(key)
  if (rate === undefined) {
    rates.set(key, { second, lines: 1, suppressed: 0 })
    return 0
  }
  if (rate.second !== second) {
    const { suppressed } = rate
    rates.set(key, { second, lines: 1, suppressed: 0 })
    return suppressed
  }
  rate.lines += 1
  if (rate.lines <= LINES_PER_SECOND) return 0
  rate.suppressed += 1
  return undefined
}

function printLine(line: object): string {
  return JSON.stringify(line, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString()
    return value instanceof Error ? describeError(value) : value
  })
}

function writeToStderr(line: string): void {
  stderr.write(line)
}
