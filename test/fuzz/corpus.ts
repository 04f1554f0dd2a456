import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const CORPUS = resolve(import.meta.dirname, '../../fixtures/fuzz')

const MAX_BYTES = 512

/** The inputs kept for a target, the smallest that cover what was ever covered. */
export function readCorpus(target: string): readonly Uint8Array[] {
  const file = fileOf(target)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'))
}

/** One line an input, in base64, by size; large ones are left to the seeds, which make them anew. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(CORPUS, { recursive: true })
  const small = inputs.filter(({ length }) => length <= MAX_BYTES)
  const lines = small.map((input) => Buffer.from(input).toString('base64'))
  writeFileSync(fileOf(target), `${[...new Set(lines)].sort(bySize).join('\n')}\n`)
}

function fileOf(target: string): string {
  return join(CORPUS, `${target.toLowerCase().replaceAll(' ', '-')}.base64`)
}

function bySize(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1)
}
