import type { StackFrame } from '../segment.ts'

/** What the text of a stack trace tells. */
export type StackTrace = {
  /** Innermost first. */
  readonly frames: readonly StackFrame[]
  /** What triggered the exception, what triggered that, and so on. */
  readonly causes: readonly CausingException[]
}

type CausingException = {
  readonly type: string
  readonly message: string
  readonly frames: readonly StackFrame[]
}

/**
 * Reads a stack trace as the OpenTelemetry SDK of a language writes it (xray-behaviour 15.6); without
 * frames where the language is not known or the text is of another form. Lines that are no frames
 * are passed over.
 * @param language `telemetry.sdk.language`
 */
export function parseStackTrace(text: string, language: string | undefined): StackTrace {
  const lines = text.split(/\r?\n/)
  switch (language) {
    // PHP's SDK writes what Java would.
    case 'java':
    case 'php':
      return parseJava(lines)
    case 'python':
      return parsePython(lines)
    case 'javascript':
    case 'nodejs':
    case 'webjs':
      return { frames: framesIn(lines, javaScriptFrame), causes: [] }
    case 'dotnet':
      return { frames: framesIn(lines, dotnetFrame), causes: [] }
    case 'go':
      return { frames: goFrames(lines), causes: [] }
    default:
      return { frames: [], causes: [] }
  }
}

type FrameReader = (line: string) => StackFrame | undefined

function framesIn(lines: readonly string[], read: FrameReader): readonly StackFrame[] {
  return lines.map(read).filter((frame) => frame !== undefined)
}

/** The number of a line; undefined for anything but digits. */
function lineNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d{1,15}$/.test(text)) return undefined
  return Number(text)
}

const CAUSED_BY = 'Caused by: '

/** Common frames (`... 3 more`) and suppressed exceptions, which stand further in, are left out. */
function parseJava(lines: readonly string[]): StackTrace {
  const starts = lines.flatMap((line, at) => (line.startsWith(CAUSED_BY) ? [at] : []))
  const [first = lines.length] = starts
  const causes = starts.map((start, nth) => javaCause(lines.slice(start, starts[nth + 1])))
  return { frames: framesIn(lines.slice(1, first), javaFrame), causes }
}

/** `Caused by: <type>: <message>`, whose message may go on over further lines, and its frames. */
function javaCause(lines: readonly string[]): CausingException {
  const firstFrame = lines.findIndex((line) => javaFrame(line) !== undefined)
  const frames = firstFrame < 0 ? [] : framesIn(lines.slice(firstFrame), javaFrame)
  const head = lines.slice(0, firstFrame < 0 ? undefined : firstFrame).filter(isOfMessage)
  return { ...typeAndMessage(head.join('\n').slice(CAUSED_BY.length)), frames }
}

function isOfMessage(line: string): boolean {
  return !/^\t\.\.\. \d+ (?:more|common frames omitted)$/.test(line)
}

/** `<type>: <message>`, or the type alone. */
function typeAndMessage(text: string): { readonly type: string; readonly message: string } {
  const trimmed = text.trimEnd()
  const colon = trimmed.indexOf(':')
  if (colon < 0) return { type: trimmed, message: '' }
  return { type: trimmed.slice(0, colon), message: trimmed.slice(colon + 1).trimStart() }
}

/** `\tat app//com.shop.Orders.load(Orders.java:12)`; loader and module before the slash go. */
function javaFrame(line: string): StackFrame | undefined {
  if (!line.startsWith('\tat ') || !line.endsWith(')')) return undefined
  const open = line.indexOf('(')
  if (open < 0) return undefined
  const label = line.slice('\tat '.length, open)
  const place = line.slice(open + 1, -1)
  const colon = place.indexOf(':')
  return {
    path: colon < 0 ? place : place.slice(0, colon),
    line: colon < 0 ? undefined : lineNumber(place.slice(colon + 1)),
    label: label.slice(label.lastIndexOf('/') + 1),
  }
}

const PYTHON_CHAIN =
  /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):/

/** Python tells the first cause first, and of each exception the outermost frame first. */
function parsePython(lines: readonly string[]): StackTrace {
  const blocks: string[][] = [[]]
  for (const line of lines) {
    if (PYTHON_CHAIN.test(line)) blocks.push([])
    else blocks.at(-1)?.push(line)
  }
  const [own = [], ...causes] = blocks.reverse()
  return {
    frames: pythonFrames(own),
    causes: causes.map((block) => ({
      ...typeAndMessage(pythonMessage(block)),
      frames: pythonFrames(block),
    })),
  }
}

function pythonFrames(lines: readonly string[]): readonly StackFrame[] {
  return framesIn(lines, pythonFrame).toReversed()
}

/** What follows the frames and their indented source lines. */
function pythonMessage(lines: readonly string[]): string {
  const lastFrame = lines.findLastIndex((line) => pythonFrame(line) !== undefined)
  const rest = lines.slice(lastFrame + 1)
  const start = rest.findIndex((line) => line !== '' && !line.startsWith(' '))
  return start < 0 ? '' : rest.slice(start).join('\n')
}

const PYTHON_FRAME = /^ {2}File "([^"]*)", line (\d{1,15})(?:, in (.*))?$/

function pythonFrame(line: string): StackFrame | undefined {
  const [, path, at, label] = PYTHON_FRAME.exec(line) ?? []
  return path === undefined ? undefined : { path, line: lineNumber(at), label }
}

/** `    at load (/srv/orders.js:12:7)` or `    at /srv/orders.js:12:7`; the column goes. */
function javaScriptFrame(line: string): StackFrame | undefined {
  const text = line.trim()
  if (line === text || !text.startsWith('at ')) return undefined
  const open = text.endsWith(')') ? text.indexOf(' (') : -1
  const place = open < 0 ? text.slice('at '.length) : text.slice(open + 2, -1)
  const [, path = place, at] = /^(.*?):(\d{1,15})(?::\d{1,15})?$/.exec(place) ?? []
  const label = open < 0 ? '' : text.slice('at '.length, open)
  return { path, line: lineNumber(at), label: label || undefined }
}

/** `   at Shop.Orders.Load(String id) in /src/Orders.cs:line 12`; the place only with symbols. */
function dotnetFrame(line: string): StackFrame | undefined {
  const text = line.trim()
  if (!text.startsWith('at ')) return undefined
  const inside = text.lastIndexOf(' in ')
  if (inside < 0) {
    const close = text.lastIndexOf(')')
    if (close < 0) return undefined
    return { path: undefined, line: undefined, label: text.slice('at '.length, close + 1) }
  }
  const place = text.slice(inside + ' in '.length)
  const colon = place.lastIndexOf(':')
  const at = colon < 0 ? undefined : lineNumber(place.slice(colon + 1).replace(/^line/, ''))
  return {
    path: at === undefined ? place : place.slice(0, colon),
    line: at,
    label: text.slice('at '.length, inside),
  }
}

const GO_PLACE = /^\s+(\S.*?):(\d{1,15})(?:\s|$)/

/** Go tells a frame in two lines: the call, then the place, further in. */
function goFrames(lines: readonly string[]): readonly StackFrame[] {
  return lines.flatMap((line, at) => {
    const [, path, number] = GO_PLACE.exec(line) ?? []
    const label = lines[at - 1]
    if (path === undefined || label === undefined) return []
    return [{ path, line: lineNumber(number), label: label.trim() }]
  })
}
