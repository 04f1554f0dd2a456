import { runSuite, wholeArgument } from '../support/run-suite.ts'

/** `npm run crash -- [rounds]` */
const rounds = wholeArgument('rounds', process.argv[2] ?? '50')
/** Far beyond what a round takes. */
const ROUND_MS = 60_000
await runSuite('crash', [`--testTimeout=${rounds * ROUND_MS}`], { CRASH_ROUNDS: String(rounds) })
