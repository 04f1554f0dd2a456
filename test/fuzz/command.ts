import { runSuite, wholeArgument } from '../support/run-suite.ts'

/** `npm run fuzz -- [seconds for each target] [name of a target]`; FLUOROSCOPE_FUZZ_KEEP=1 keeps what it finds. */
const seconds = wholeArgument('seconds', process.argv[2] ?? '15')
const only = process.argv.slice(3).join(' ')
await runSuite('fuzz', only === '' ? [] : ['-t', only], {
  FLUOROSCOPE_FUZZ_SECONDS: String(seconds),
})
