#!/usr/bin/env node
import type { Environment } from './config.ts'
import { processEnvironment } from './config.ts'

/** A command gets the arguments behind its name and gives the exit code. */
export type Command = (argv: readonly string[], environment: Environment) => Promise<number>

const COMMANDS: Readonly<Record<string, { readonly help: string; load(): Promise<Command> }>> = {
  serve: {
    help: 'receive traces, keep them, answer the X-Ray API (the default)',
    load: async () => (await import('./serve.ts')).run,
  },
}

const HELP = `fluoroscope: self-hosted tracing that speaks the AWS X-Ray API

Usage: fluoroscope [command] [flags]

${Object.entries(COMMANDS)
  .map(([name, { help }]) => `  ${name.padEnd(10)}${help}`)
  .join('\n')}

fluoroscope <command> --help tells more.
`

async function main(argv: readonly string[]): Promise<number> {
  const [first = 'serve', ...rest] = argv
  if (first === '--help' || first === '-h' || first === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const isFlag = first.startsWith('-')
  const name = isFlag ? 'serve' : first
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    process.stderr.write(`fluoroscope: unknown command "${first}"; see fluoroscope --help\n`)
    return 2
  }
  const run = await command.load()
  return run(isFlag ? argv : rest, processEnvironment())
}

process.exitCode = await main(process.argv.slice(2))
