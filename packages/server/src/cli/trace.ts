import { parseTraceId } from '@fluoroscope/model'
import { ENDPOINT_FLAG, JSON_FLAG, readArguments } from './arguments.ts'
import { type CommandIo, type ExitCode, fail, lineWidth, misuse } from './command-io.ts'
import { paintFor } from './paint.ts'
import { traceDetails, traceHeading } from './trace-details.ts'
import { buildTraceTree, type TraceTree } from './trace-tree.ts'
import { layoutWaterfall, legendOf, waterfallRows } from './waterfall.ts'
import { openApi } from './xray-api.ts'

export const TRACE_FLAGS = [
  { name: 'all', value: undefined, help: 'a line for every call, also where many are alike' },
  JSON_FLAG,
  ENDPOINT_FLAG,
] as const

/** Lines of a file or pipe are kept to what a page can show. */
const MAX_WIDTH = 160

/** Shows one trace as a waterfall. */
export async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const given = readArguments(argv, TRACE_FLAGS, 1)
  if (!given.ok) return misuse(io, 'trace', given.problem)
  const { flags, words } = given.value
  const [text] = words
  if (text === undefined) return misuse(io, 'trace', 'which trace? give its id')
  const id = parseTraceId(text)
  if (id === undefined) {
    return misuse(
      io,
      'trace',
      `"${text}" is no trace id: 1-6745f3a0-0123456789abcdef01234567, or the 32 digits of W3C`,
    )
  }
  const api = openApi(flags, io)
  if (!api.ok) return misuse(io, 'trace', api.problem)
  const found = await api.value.traces([id])
  if (!found.ok) return fail(io, found.problem)
  const documents = found.value.Traces[0]?.Segments.map(({ Document }) => Document) ?? []
  if (documents.length === 0) {
    return fail(io, `no trace ${id}: it was not sent to this server, or is older than it keeps.`)
  }
  if (flags.has('json')) {
    io.stdout.write(documents.map((document) => `${document}\n`).join(''))
    return 0
  }
  const tree = buildTraceTree(documents)
  if (tree.roots.length === 0) return fail(io, `trace ${id} cannot be drawn: see --json`)
  io.stdout.write(drawTrace(id, tree, flags.has('all'), io))
  return 0
}

function drawTrace(id: string, tree: TraceTree, all: boolean, io: CommandIo): string {
  const width = Math.min(MAX_WIDTH, lineWidth(io))
  const paint = paintFor(io)
  const rows = waterfallRows(tree, !all)
  const legend = legendOf(rows, paint)
  const lines = [
    ...traceHeading(id, tree, width, paint),
    '',
    ...layoutWaterfall(rows, tree.length, width, paint),
    ...(legend === '' ? [] : ['', legend]),
    ...traceDetails(tree, width, paint),
  ]
  return `${lines.join('\n')}\n`
}
