import type { CommandIo } from './command-io.ts'

export type Ink = 'plain' | 'bold' | 'dim' | 'red' | 'yellow' | 'magenta' | 'cyan' | 'green'

/** Text in an ink; the same text where there is no colour. Never the only cue. */
export type Paint = (ink: Ink, text: string) => string

const CODES: Readonly<Record<Exclude<Ink, 'plain'>, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  magenta: '35',
  cyan: '36',
}

/** Colour on a terminal only; FORCE_COLOR asks for it anyway, else NO_COLOR forbids it. */
export function paintFor(io: Pick<CommandIo, 'environment' | 'isTerminal'>): Paint {
  const { FORCE_COLOR: forced, NO_COLOR: forbidden, TERM: terminal } = io.environment
  if (forced !== undefined && forced !== '') return isOff(forced) ? PLAIN : ANSI
  if (forbidden !== undefined && forbidden !== '') return PLAIN
  return io.isTerminal && terminal !== 'dumb' ? ANSI : PLAIN
}

export const PLAIN: Paint = (_ink, text) => text

const ANSI: Paint = (ink, text) =>
  ink === 'plain' || text === '' ? text : `\u001b[${CODES[ink]}m${text}\u001b[0m`

function isOff(value: string): boolean {
  return value === '0' || value === 'false'
}
