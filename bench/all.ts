/**
 * All benchmarks one after the other, each in a size that takes some minutes; half an hour together.
 * `npm run bench`; needs Chromium for the last two. A benchmark that fails is told, and the others go on.
 */
import { spawn } from 'node:child_process'

const BENCHMARKS: readonly (readonly string[])[] = [
  ['bench:otlp-decode', '5'],
  ['bench:ingest', '100000'],
  ['bench:protocols', '100000', '2'],
  ['bench:visible', '5000', '20'],
  ['bench:udp', '20000', '10'],
  ['bench:query', '1000000'],
  ['bench:graphs', '10'],
  ['bench:map'],
  ['bench:timeline'],
]

const failed: string[] = []
for (const [script = '', ...parameters] of BENCHMARKS) {
  process.stdout.write(`\n== npm run ${script} -- ${parameters.join(' ')}\n`)
  if (!(await succeeds(script, parameters))) failed.push(script)
}
if (failed.length > 0) {
  process.stdout.write(`\nfailed: ${failed.join(', ')}\n`)
  process.exitCode = 1
}

function succeeds(script: string, parameters: readonly string[]): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', script, '--', ...parameters], { stdio: 'inherit' })
  return new Promise((done, failing) => {
    child.on('error', failing)
    child.on('exit', (code) => done(code === 0))
  })
}
