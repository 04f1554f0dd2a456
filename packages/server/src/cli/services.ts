import { ENDPOINT_FLAG, JSON_FLAG, readArguments } from './arguments.ts'
import { type CommandIo, type ExitCode, fail, lineWidth, misuse } from './command-io.ts'
import { paintFor } from './paint.ts'
import { layoutServiceTable } from './service-table.ts'
import { readTimeRange, TIME_RANGE_FLAGS } from './time-range.ts'
import { openApi } from './xray-api.ts'

export const SERVICES_FLAGS = [...TIME_RANGE_FLAGS, JSON_FLAG, ENDPOINT_FLAG] as const

/** Shows the service graph as a table. */
export async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const given = readArguments(argv, SERVICES_FLAGS, 0)
  if (!given.ok) return misuse(io, 'services', given.problem)
  const { flags } = given.value
  const range = readTimeRange(flags, io.now())
  if (!range.ok) return misuse(io, 'services', range.problem)
  const api = openApi(flags, io)
  if (!api.ok) return misuse(io, 'services', api.problem)
  const { from, to } = range.value
  const graph = await api.value.serviceGraph({ StartTime: from, EndTime: to })
  if (!graph.ok) return fail(io, graph.problem)
  const { Services: services } = graph.value
  if (flags.has('json')) {
    for (const service of services) io.stdout.write(`${JSON.stringify(service)}\n`)
  } else if (services.length === 0) {
    io.stderr.write(
      'No services in this time. Longer: --since 7d. Some to look at: fluoroscope demo.\n',
    )
  } else {
    const lines = layoutServiceTable(services, to - from, lineWidth(io), paintFor(io))
    io.stdout.write(`${lines.join('\n')}\n`)
  }
  return 0
}
