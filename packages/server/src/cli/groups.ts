import { bad, type GetGroupsOutput, type OneGroupOutput, ok, type Result } from '@fluoroscope/model'
import { type Arguments, ENDPOINT_FLAG, type Flag, JSON_FLAG, readArguments } from './arguments.ts'
import { safeText } from './cell-text.ts'
import { type CommandIo, type ExitCode, fail, lineWidth, misuse } from './command-io.ts'
import { paintFor } from './paint.ts'
import { readAction } from './settings-action.ts'
import { layoutTable } from './text-table.ts'
import { type CallOperation, openOperations } from './xray-api.ts'

export const GROUPS_FLAGS: readonly Flag[] = [
  { name: 'filter', value: 'EXPRESSION', help: 'which traces belong to the group' },
  { name: 'insights', value: 'on|off', help: 'look for anomalies in the group' },
  { name: 'notifications', value: 'on|off', help: 'tell of what insights find' },
  JSON_FLAG,
  ENDPOINT_FLAG,
]

const ACTIONS = ['list', 'create', 'update', 'delete'] as const

/** Lists and changes groups. */
export async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const given = readArguments(argv, GROUPS_FLAGS, 2)
  if (!given.ok) return misuse(io, 'groups', given.problem)
  const { flags, words } = given.value
  const action = readAction(words, ACTIONS, 'group')
  if (!action.ok) return misuse(io, 'groups', action.problem)
  const insights = readInsights(flags)
  if (!insights.ok) return misuse(io, 'groups', insights.problem)
  const call = openOperations(flags, io)
  if (!call.ok) return misuse(io, 'groups', call.problem)
  const { name, subject } = action.value
  const change = { subject, filter: flags.get('filter'), insights: insights.value }
  if (name === 'list') return await list(call.value, flags, io)
  if (name === 'delete') return await remove(call.value, subject, io)
  if (name === 'create' && change.filter === undefined) {
    return misuse(io, 'groups', "which traces? say it with --filter 'fault = true'")
  }
  const done = name === 'create' ? create(call.value, change) : update(call.value, change)
  return printOne(await done, flags, io)
}

type Change = {
  readonly subject: string
  readonly filter: string | undefined
  readonly insights: object
}

async function list(
  call: CallOperation,
  flags: Arguments['flags'],
  io: CommandIo,
): Promise<ExitCode> {
  const found = await call<GetGroupsOutput>('/Groups', {}, 'Groups')
  if (!found.ok) return fail(io, found.problem)
  const { Groups: groups } = found.value
  if (flags.has('json')) {
    for (const group of groups) io.stdout.write(`${JSON.stringify(group)}\n`)
    return 0
  }
  const rows = groups.map((group) => {
    const { InsightsEnabled: on, NotificationsEnabled: told } = group.InsightsConfiguration
    return [
      { text: safeText(group.GroupName) },
      { text: safeText(group.FilterExpression ?? '(all traces)') },
      { text: on ? (told ? 'on, told' : 'on') : 'off' },
    ]
  })
  const lines = layoutTable(COLUMNS, rows, lineWidth(io), paintFor(io))
  io.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

const COLUMNS = [{ title: 'NAME' }, { title: 'FILTER', min: 12 }, { title: 'INSIGHTS', rank: 1 }]

function create(call: CallOperation, { subject, filter, insights }: Change) {
  const input = { GroupName: subject, FilterExpression: filter, InsightsConfiguration: insights }
  return call<OneGroupOutput>('/CreateGroup', input, 'Group')
}

/** The API wants the expression with every change. */
async function update(
  call: CallOperation,
  { subject, filter, insights }: Change,
): Promise<Result<OneGroupOutput, string>> {
  const old = await call<OneGroupOutput>('/GetGroup', { GroupName: subject }, 'Group')
  if (!old.ok) return old
  const FilterExpression = filter ?? old.value.Group.FilterExpression
  const input = { GroupName: subject, FilterExpression, InsightsConfiguration: insights }
  return await call<OneGroupOutput>('/UpdateGroup', input, 'Group')
}

async function remove(call: CallOperation, subject: string, io: CommandIo): Promise<ExitCode> {
  const gone = await call<object>('/DeleteGroup', { GroupName: subject }, undefined)
  if (!gone.ok) return fail(io, gone.problem)
  io.stderr.write(`Deleted group ${safeText(subject)}.\n`)
  return 0
}

function printOne(
  result: Result<OneGroupOutput, string>,
  flags: Arguments['flags'],
  io: CommandIo,
): ExitCode {
  if (!result.ok) return fail(io, result.problem)
  const { Group: group } = result.value
  io.stdout.write(flags.has('json') ? `${JSON.stringify(group)}\n` : `${group.GroupARN}\n`)
  return 0
}

/** Only what was given. */
function readInsights(flags: Arguments['flags']): Result<object, string> {
  const members = [
    ['insights', 'InsightsEnabled'],
    ['notifications', 'NotificationsEnabled'],
  ] as const
  const change: Record<string, boolean> = {}
  for (const [name, member] of members) {
    const text = flags.get(name)
    if (text === undefined) continue
    if (text !== 'on' && text !== 'off') return bad(`--${name} must be on or off (got "${text}")`)
    change[member] = text === 'on'
  }
  return ok(change)
}
