import { readFile } from 'node:fs/promises'
import type {
  GetSamplingRulesOutput,
  OneSamplingRuleOutput,
  Result,
  SamplingRuleRecordOutput,
} from '@fluoroscope/model'
import { type Arguments, readArguments } from './arguments.ts'
import { safeText } from './cell-text.ts'
import { type CommandIo, type ExitCode, fail, lineWidth, misuse } from './command-io.ts'
import { type LocalSamplingRules, parseLocalSamplingRules } from './local-sampling-rules.ts'
import { paintFor } from './paint.ts'
import { type RuleMembers, readRuleMembers, SAMPLING_FLAGS } from './sampling-flags.ts'
import { findListedRules, flawText, layoutSamplingTable } from './sampling-table.ts'
import { readAction } from './settings-action.ts'
import { type CallOperation, openOperations } from './xray-api.ts'

const ACTIONS = ['list', 'create', 'update', 'delete', 'import'] as const

/** Lists, changes and imports sampling rules. */
export async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const given = readArguments(argv, SAMPLING_FLAGS, 2)
  if (!given.ok) return misuse(io, 'sampling', given.problem)
  const { flags, words } = given.value
  const action = readAction(words, ACTIONS, 'rule')
  if (!action.ok) return misuse(io, 'sampling', action.problem)
  const members = readRuleMembers(flags)
  if (!members.ok) return misuse(io, 'sampling', members.problem)
  const call = openOperations(flags, io)
  if (!call.ok) return misuse(io, 'sampling', call.problem)
  const { name, subject } = action.value
  const work: Work = { call: call.value, subject, members: members.value, flags, io }
  if (name === 'list') return await list(work)
  if (name === 'import') return await importFile(work)
  if (name === 'delete') return printOne(await remove(work), work, 'Deleted')
  if (name === 'update') return printOne(await update(work), work, 'Changed')
  if (!flags.has('priority')) {
    return misuse(io, 'sampling', 'which place? say it with --priority 100: the lowest is first')
  }
  return printOne(await create(call.value, subject, members.value), work, 'Created')
}

type Work = {
  readonly call: CallOperation
  readonly subject: string
  readonly members: RuleMembers
  readonly flags: Arguments['flags']
  readonly io: CommandIo
}

type Changed = Result<OneSamplingRuleOutput, string>

async function list({ call, flags, io }: Work): Promise<ExitCode> {
  const records = await findRecords(call)
  if (!records.ok) return fail(io, records.problem)
  const rules = findListedRules(records.value.SamplingRuleRecords)
  if (flags.has('json')) {
    for (const { record, flaw } of rules) {
      const note = flaw === undefined ? null : flawText(flaw)
      io.stdout.write(`${JSON.stringify({ ...record, Note: note })}\n`)
    }
    return 0
  }
  const lines = layoutSamplingTable(rules, lineWidth(io), paintFor(io))
  io.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

function findRecords(call: CallOperation) {
  return call<GetSamplingRulesOutput>('/GetSamplingRules', {}, 'SamplingRuleRecords')
}

function create(call: CallOperation, name: string, members: RuleMembers): Promise<Changed> {
  const SamplingRule = { ...EVERYTHING, ...members, RuleName: name, Version: 1 }
  return call('/CreateSamplingRule', { SamplingRule }, 'SamplingRuleRecord')
}

const EVERYTHING = {
  ResourceARN: '*',
  FixedRate: 0.05,
  ReservoirSize: 1,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
}

/** The API takes the boost away unless it is named again. */
async function update({ call, subject, members }: Work): Promise<Changed> {
  const records = await findRecords(call)
  if (!records.ok) return records
  const known = records.value.SamplingRuleRecords.find(
    ({ SamplingRule }) => SamplingRule.RuleName === subject,
  )
  const SamplingRateBoost = known?.SamplingRule.SamplingRateBoost
  const change = { RuleName: subject, SamplingRateBoost, ...members }
  return await call('/UpdateSamplingRule', { SamplingRuleUpdate: change }, 'SamplingRuleRecord')
}

function remove({ call, subject }: Work): Promise<Changed> {
  return call('/DeleteSamplingRule', { RuleName: subject }, 'SamplingRuleRecord')
}

function printOne(result: Changed, { flags, io }: Work, done: string): ExitCode {
  if (!result.ok) return fail(io, result.problem)
  printRecord(result.value.SamplingRuleRecord, { flags, io }, done)
  return 0
}

function printRecord(
  record: SamplingRuleRecordOutput,
  { flags, io }: Pick<Work, 'flags' | 'io'>,
  done: string,
): void {
  if (flags.has('json')) io.stdout.write(`${JSON.stringify(record)}\n`)
  else io.stdout.write(`${done} ${safeText(record.SamplingRule.RuleName)}\n`)
}

/** Rules that are there already are changed, so that an import can be run again. */
async function importFile(work: Work): Promise<ExitCode> {
  const { call, io, subject: path } = work
  const text = await readText(path)
  if (!text.ok) return fail(io, text.problem)
  const local = parseLocalSamplingRules(text.value)
  if (!local.ok) {
    return fail(io, `${path} is no local sampling rule document: ${local.problem}`)
  }
  const first = Number(work.members['Priority'] ?? FIRST_PRIORITY)
  if (first + local.value.rules.length > MAX_PRIORITY + 1) {
    return misuse(
      io,
      'sampling',
      `--priority must leave room for ${local.value.rules.length} rules`,
    )
  }
  const records = await findRecords(call)
  if (!records.ok) return fail(io, records.problem)
  const known = new Set(records.value.SamplingRuleRecords.map((each) => each.SamplingRule.RuleName))
  const done = await importRules(local.value, first, known, work)
  if (!done.ok) {
    return fail(io, `${done.problem}\nRules before that are imported; the command can be repeated.`)
  }
  io.stderr.write(
    'A local fixed_target holds for each process, a reservoir for all of them together.\n',
  )
  return 0
}

const FIRST_PRIORITY = 1000
const MAX_PRIORITY = 9999

async function readText(path: string): Promise<Result<string, string>> {
  try {
    return { ok: true, value: await readFile(path, 'utf8') }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    return { ok: false, problem: `${path} cannot be read (${reason})` }
  }
}

async function importRules(
  { rules, defaults }: LocalSamplingRules,
  first: number,
  known: ReadonlySet<string>,
  work: Work,
): Promise<Result<undefined, string>> {
  for (const [index, { RuleName: subject, ...patterns }] of rules.entries()) {
    const members = { ...patterns, Priority: first + index }
    const isKnown = known.has(subject)
    const made = isKnown
      ? await update({ ...work, subject, members })
      : await create(work.call, subject, members)
    if (!made.ok) return made
    printRecord(made.value.SamplingRuleRecord, work, isKnown ? 'Changed' : 'Created')
  }
  const changed = await update({ ...work, subject: 'Default', members: defaults })
  if (!changed.ok) return changed
  printRecord(changed.value.SamplingRuleRecord, work, 'Changed')
  return { ok: true, value: undefined }
}
