import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** `npm run fuzz -- [seconds of each target] [name of a target]`; FLUOROSCOPE_FUZZ_KEEP=1 keeps what it finds. */
const [seconds = '15', ...target] = process.argv.slice(2)
if (!/^\d{1,6}$/.test(seconds)) {
  process.stderr.write(`fuzz: seconds must be a whole number, not ${JSON.stringify(seconds)}\n`)
  process.exit(2)
}
const only = target.length === 0 ? [] : ['-t', target.join(' ')]
const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.fuzz.config.ts', ...only],
  { stdio: 'inherit', env: { ...process.env, FLUOROSCOPE_FUZZ_SECONDS: seconds } },
)
const [code] = (await once(child, 'exit')) as [number | null]
process.exitCode = code ?? 1
