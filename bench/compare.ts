/**
 * The same traces sent to systems that run already, ours or others, and the same questions asked of them, in
 * turns: A B A B. Prints each figure with its least and most, and the ratio to the first target's, whoever
 * wins. It starts, stops and installs nothing.
 *
 *   npm run bench:compare -- generate FOLDER [spans a round, 200000] [rounds, 3] [seed, 1]
 *   npm run bench:compare -- run FOLDER TARGETS.json [questions of each kind, 100]
 *
 * `generate` first and just before: the traces lie in the ten minutes before it. TARGETS.json is described at
 * `readTargets`. Start each target on an empty folder.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { generateRounds, type Manifest, readManifest } from './compare/dataset.ts'
import { DIALECT, type Search } from './compare/dialects.ts'
import { type IngestFigures, ingest } from './compare/ingest.ts'
import { readTargets, type Target } from './compare/target.ts'
import { seededRandom } from './support/generate.ts'
import { machine, percentile } from './support/machine.ts'

const [command, folder, ...rest] = process.argv.slice(2)
const line = (text: string) => process.stdout.write(`${text}\n`)

async function run(data: string, targets: readonly Target[]): Promise<void> {
  line(machine())
  for (const { name, version, send, query } of targets) {
    line(`${name}: ${version}; sent as ${send.form}, asked as ${query.dialect}`)
  }
  const manifests: Manifest[] = []
  const rounds = new Map(targets.map((target): [Target, IngestFigures[]] => [target, []]))
  for (let round = 0; existsSync(join(data, String(round))); round++) {
    const manifest = await readManifest(data, round)
    manifests.push(manifest)
    for (const target of targets) {
      rounds.get(target)?.push(await ingest(target, data, round, manifest))
    }
  }
  const spans = manifests.reduce((sum, manifest) => sum + manifest.spans, 0)
  line(`\n${manifests.length} rounds in turns, ${spans} spans in all, 16 connections`)
  printHead(targets)
  for (const [name, of, digits] of INGEST) {
    printFigures(
      name,
      digits,
      targets.map((target) => (rounds.get(target) ?? []).map(of)),
    )
  }
  line(`\nlatencies, ms, one question after the other, in turns`)
  printHead(targets)
  for (const { name, ask } of questions(manifests)) await measure(name, targets, ask)
}

type Figure = readonly [
  name: string,
  of: (figures: IngestFigures) => number | undefined,
  digits: number,
]

const INGEST: readonly Figure[] = [
  ['acknowledged, spans/s', (each) => each.acknowledgedPerSecond, 0],
  ['queryable, spans/s', (each) => each.queryablePerSecond, 0],
  ['acknowledgement p50, ms', (each) => each.ackP50, 1],
  ['acknowledgement p99, ms', (each) => each.ackP99, 1],
  ['CPU s a million spans', (each) => each.cpuSeconds, 1],
  ['peak memory, MiB', (each) => each.peakMiB, 0],
  ['on disk, B a span', (each) => each.bytesPerSpan, 1],
  ['refusals, sent again', (each) => each.refused, 0],
  ['traces asked for', (each) => each.checkedTraces, 0],
  ['of these not whole', (each) => each.lostTraces, 0],
  ["the driver's own CPU s", (each) => each.driverCpuSeconds, 1],
]

type Question = {
  readonly name: string
  /** What was found; undefined where the target has no such thing. */
  readonly ask: (target: Target, turn: number) => Promise<number> | undefined
}

const TURNS = Number(rest[1] ?? 100)

function questions(manifests: readonly Manifest[]): readonly Question[] {
  const traces = manifests.flatMap((manifest) => manifest.traces)
  const from = Math.min(...manifests.map((manifest) => manifest.from))
  const to = Math.max(...manifests.map((manifest) => manifest.to))
  const services = manifests[0]?.services ?? []
  const random = seededRandom(9)
  const drawn = Array.from({ length: TURNS }, () => traces[Math.floor(random() * traces.length)])
  const service = (turn: number) => services[turn % services.length] ?? ''
  const root = services[0] ?? ''
  const searching = (name: string, of: (turn: number) => Omit<Search, 'from' | 'to'>) => ({
    name: `search: ${name}`,
    ask: ({ query }: Target, turn: number) =>
      DIALECT[query.dialect].search(query.url, { from, to, ...of(turn) }),
  })
  return [
    {
      name: 'trace by id',
      ask: ({ query }, turn) => DIALECT[query.dialect].spansOf(query.url, drawn[turn]?.id ?? ''),
    },
    {
      name: 'trace by id, absent',
      ask: ({ query }, turn) =>
        DIALECT[query.dialect].spansOf(query.url, String(turn + 1).padStart(32, 'a')),
    },
    searching('a service', (turn) => ({ service: service(turn) })),
    searching('its failures', (turn) => ({ service: service(turn), failed: true })),
    searching('longer than 300 ms', () => ({ service: root, longerThanMillis: 300 })),
    searching('an attribute of one trace', (turn) => ({
      service: root,
      order: drawn[turn]?.order ?? '',
    })),
    searching('what is nowhere', (turn) => ({ service: root, order: `nowhere-${turn}` })),
    {
      name: 'service graph',
      ask: ({ query }) => DIALECT[query.dialect].graph?.(query.url, { from, to }),
    },
  ]
}

async function measure(
  name: string,
  targets: readonly Target[],
  ask: Question['ask'],
): Promise<void> {
  const millis = targets.map((): number[] => [])
  const found = targets.map((): number[] => [])
  // The first turn warms up.
  for (let turn = -1; turn < TURNS; turn++) {
    for (const [index, target] of targets.entries()) {
      const began = performance.now()
      const answer = await ask(target, Math.max(turn, 0))
      if (answer === undefined || turn < 0) continue
      millis[index]?.push(performance.now() - began)
      found[index]?.push(answer)
    }
  }
  const sorted = millis.map((each) => each.sort((a, b) => a - b))
  const at = (share: number) =>
    sorted.map((each) => (each.length === 0 ? [] : [percentile(each, share)]))
  printFigures(`${name}, p50`, 1, at(0.5))
  printFigures(`${name}, p99`, 1, at(0.99))
  const mean = (each: readonly number[]) => each.reduce((sum, one) => sum + one, 0) / each.length
  printFigures(
    '  found, on average',
    1,
    found.map((each) => (each.length === 0 ? [] : [mean(each)])),
  )
}

const NAME_WIDTH = 42
const CELL_WIDTH = 36

function printHead(targets: readonly Target[]): void {
  const cells = targets.map(({ name }) => name.padEnd(CELL_WIDTH))
  line([`median (least to most)`.padEnd(NAME_WIDTH), ...cells].join(''))
}

/** @param values of each target; nothing where it does not tell */
function printFigures(
  name: string,
  digits: number,
  values: readonly (readonly (number | undefined)[])[],
): void {
  const sorted = values.map((each) =>
    each.filter((value) => value !== undefined).sort((a, b) => a - b),
  )
  const base = percentile(sorted[0] ?? [], 0.5)
  const cells = sorted.map((each, index) => {
    const median = percentile(each, 0.5)
    if (Number.isNaN(median)) return '-'
    const spread =
      each.length === 1 ? '' : ` (${each[0]?.toFixed(digits)} to ${each.at(-1)?.toFixed(digits)})`
    const isRatio = index > 0 && base > 0
    return `${median.toFixed(digits)}${spread}${isRatio ? ` ${(median / base).toFixed(2)}×` : ''}`
  })
  line([name.padEnd(NAME_WIDTH), ...cells.map((cell) => cell.padEnd(CELL_WIDTH))].join(''))
}

if (command === 'generate' && folder !== undefined) {
  const [spans = '200000', rounds = '3', seed = '1'] = rest
  const now = Math.floor(Date.now() / 1000)
  await generateRounds(folder, {
    spans: Number(spans),
    rounds: Number(rounds),
    seed: Number(seed),
    now,
  })
} else if (command === 'run' && folder !== undefined && rest[0] !== undefined) {
  await run(folder, await readTargets(rest[0]))
} else {
  line(
    'npm run bench:compare -- generate FOLDER [spans] [rounds] [seed] | run FOLDER TARGETS.json [questions]',
  )
  process.exitCode = 2
}
