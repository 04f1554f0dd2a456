import { expect, test } from 'vitest'
import { readCorpus, writeCorpus } from './corpus.ts'
import { fuzz } from './fuzz.ts'
import { FUZZ_TARGETS } from './targets.ts'

/** For each target. */
const SECONDS = Number(process.env['FLUOROSCOPE_FUZZ_SECONDS'] ?? 15)
const SEED = Number(process.env['FLUOROSCOPE_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const KEEP = process.env['FLUOROSCOPE_FUZZ_KEEP'] === '1'

test.each(FUZZ_TARGETS.map((target) => [target.name, target] as const))(
  '%s',
  async (name, target) => {
    const kept = readCorpus(name)
    const report = await fuzz(target, { seconds: SECONDS, seed: SEED, corpus: kept })
    const { executions, covered, corpus, finding } = report
    console.log(
      `${name}: ${executions} inputs, ${covered} bytes of source ran, ${corpus.length} inputs kept (${kept.length} before), seed ${SEED}`,
    )
    if (finding !== undefined) {
      const { input, error } = finding
      const base64 = Buffer.from(input).toString('base64')
      const shown = JSON.stringify(Buffer.from(input).toString('latin1'))
      const text = `seed ${SEED}, ${input.length} bytes, base64 ${base64}, as text ${shown}: ${error.message}`
      throw new Error(text, { cause: error })
    }
    if (KEEP) writeCorpus(name, corpus)
    expect(executions).toBeGreaterThan(kept.length)
  },
)
