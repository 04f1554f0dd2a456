import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A whole number of the command line; ends the process with a word where it is none. */
export function wholeArgument(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  process.stderr.write(`${name} must be a whole number from 1, not ${JSON.stringify(text)}\n`)
  process.exit(2)
}

/** Runs a suite of vitest as this process's own work: same output, same exit code. */
export async function runSuite(
  suite: string,
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', `--config=vitest.${suite}.config.ts`]
  const child = spawn(process.execPath, [...vitest, ...flags], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
