#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts'
import { processIo } from './cli/process-io.ts'
import { processEnvironment, serveHelp } from './config.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), processIo(processEnvironment()), {
  help: serveHelp,
  run: async (argv, io) => (await import('./serve.ts')).run(argv, io),
})
