import { readFile } from 'node:fs/promises'
import type { Flag } from './arguments.ts'
import type { Command, CommandIo, ExitCode } from './command-io.ts'
import { DEMO_FLAGS, run as runDemo } from './demo.ts'
import { GROUPS_FLAGS, run as runGroups } from './groups.ts'
import { nearestWord } from './nearest-word.ts'
import { run as runSampling } from './sampling.ts'
import { SAMPLING_FLAGS } from './sampling-flags.ts'
import { run as runServices, SERVICES_FLAGS } from './services.ts'
import { run as runTrace, TRACE_FLAGS } from './trace.ts'
import { run as runTraces, TRACES_FLAGS } from './traces.ts'

/** `serve` is wired elsewhere: it is the one command that is no client of the API. */
export type ServeCommand = { readonly run: Command; readonly help: () => string }

/** Runs `fluoroscope <command> …`; without a command it serves. */
export async function runCommandLine(
  argv: readonly string[],
  io: CommandIo,
  serve: ServeCommand,
): Promise<number> {
  const [first = 'serve', ...rest] = argv
  if (first === '--version' || first === '-v' || first === 'version') return printVersion(io)
  if (first === 'help' || first === '--help' || first === '-h') return printHelp(rest, io, serve)
  if (first.startsWith('-')) return serve.run(argv, io)
  if (rest.includes('--help') || rest.includes('-h')) return printHelp([first], io, serve)
  if (first === 'serve') return serve.run(rest, io)
  return COMMANDS.get(first)?.run(rest, io) ?? unknownCommand(first, io)
}

type Entry = {
  readonly run: Command
  readonly summary: string
  readonly usage: string
  readonly flags: readonly Flag[]
  readonly examples: readonly string[]
}

const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  [
    'traces',
    {
      run: runTraces,
      summary: 'list traces, the newest first',
      usage: 'traces [flags]',
      flags: TRACES_FLAGS,
      examples: [
        'traces --since 15m',
        `traces --filter 'service("orders") { fault } AND responsetime > 1'`,
        'traces --since 7d --limit 500 --json | jq .Id',
      ],
    },
  ],
  [
    'trace',
    {
      run: runTrace,
      summary: 'show one trace as a waterfall',
      usage: 'trace <id> [flags]',
      flags: TRACE_FLAGS,
      examples: [
        'trace 1-6745f3a0-0123456789abcdef01234567',
        'trace 6745f3a00123456789abcdef01234567 --json',
      ],
    },
  ],
  [
    'services',
    {
      run: runServices,
      summary: 'show who calls whom, how often, how fast, how well',
      usage: 'services [flags]',
      flags: SERVICES_FLAGS,
      examples: ['services --since 1h'],
    },
  ],
  [
    'groups',
    {
      run: runGroups,
      summary: 'list, create, change and delete groups',
      usage: 'groups list|create|update|delete [NAME] [flags]',
      flags: GROUPS_FLAGS,
      examples: [
        'groups list',
        "groups create slow --filter 'responsetime > 5'",
        "groups update slow --filter 'responsetime > 3' --insights on",
        'groups delete slow',
      ],
    },
  ],
  [
    'sampling',
    {
      run: runSampling,
      summary: 'list, create, change, delete and import sampling rules',
      usage: 'sampling list|create|update|delete|import [NAME|FILE] [flags]',
      flags: SAMPLING_FLAGS,
      examples: [
        'sampling list',
        'sampling create checkout --priority 10 --rate 0.5 --path "/checkout*"',
        'sampling update Default --rate 0.1 --reservoir 5',
        'sampling delete checkout',
        'sampling import sampling-rules.json --priority 100',
      ],
    },
  ],
  [
    'demo',
    {
      run: runDemo,
      summary: 'run a small shop of real services that sends traces',
      usage: 'demo [flags]',
      flags: DEMO_FLAGS,
      examples: ['demo', 'demo --duration 60s --rate 20 --seed 1'],
    },
  ],
])

function printHelp(argv: readonly string[], io: CommandIo, serve: ServeCommand): ExitCode {
  const [name] = argv
  const entry = COMMANDS.get(name ?? '')
  if (name === 'serve') io.stdout.write(serve.help())
  else if (entry !== undefined) io.stdout.write(helpOf(entry))
  else if (name === undefined || name === 'help') io.stdout.write(overview())
  else return unknownCommand(name, io)
  return 0
}

function overview(): string {
  const lines = [
    ['serve', 'receive traces, keep them, show them (the default)'],
    ...[...COMMANDS].map(([name, { summary }]) => [name, summary]),
    ['help', 'tell more of one: fluoroscope help traces'],
  ]
  return `fluoroscope: self-hosted tracing that speaks the AWS X-Ray API

Usage: fluoroscope <command> [flags]

${lines.map(([name = '', summary]) => `  ${name.padEnd(10)}${summary}`).join('\n')}

First steps: \`fluoroscope serve\` in one terminal, \`fluoroscope demo\` in another,
then \`fluoroscope traces\`, or http://127.0.0.1:2000 in a browser.
`
}

function helpOf({ summary, usage, flags, examples }: Entry): string {
  const described = [
    ...flags.map(({ name, value, help }) => ({
      text: value === undefined ? `--${name}` : `--${name} ${value}`,
      help,
    })),
    { text: '-h, --help', help: 'this text' },
  ]
  const width = Math.max(...described.map(({ text }) => text.length))
  return `fluoroscope ${usage.split(' ')[0]}: ${summary}

Usage: fluoroscope ${usage}

${described.map(({ text, help }) => `  ${text.padEnd(width)}  ${help}`).join('\n')}

Examples:
${examples.map((example) => `  fluoroscope ${example}`).join('\n')}
`
}

/** package.json lies two folders above, in the sources as in what is built from them. */
async function printVersion(io: CommandIo): Promise<ExitCode> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  io.stdout.write(`fluoroscope ${version}\n`)
  return 0
}

function unknownCommand(name: string, io: CommandIo): ExitCode {
  const nearest = nearestWord(name, ['serve', 'help', ...COMMANDS.keys()])
  const hint = nearest === undefined ? 'see fluoroscope help' : `did you mean "${nearest}"?`
  io.stderr.write(`fluoroscope: unknown command "${name}": ${hint}\n`)
  return 2
}
