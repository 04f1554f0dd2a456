import { setImmediate } from 'node:timers/promises'
import { Coverage } from './coverage.ts'
import { mutate, type Random, randomOf } from './mutate.ts'

/** A reader, and what must hold of it for any input whatever. */
export type FuzzTarget = {
  readonly name: string
  /** Good inputs to begin with. */
  readonly seeds: () => readonly Uint8Array[]
  /** Pieces that mean something to the reader. */
  readonly words: readonly string[]
  /** @throws where something does not hold */
  readonly check: (input: Uint8Array) => void
}

export type FuzzOptions = {
  readonly seconds: number
  readonly seed: number
  /** Inputs kept from earlier runs. */
  readonly corpus: readonly Uint8Array[]
}

export type FuzzReport = {
  readonly executions: number
  /** Bytes of our sources that ran. */
  readonly covered: number
  /** The smallest inputs found that cover it. */
  readonly corpus: readonly Uint8Array[]
  /** An input that breaks the target, made as small as it goes. */
  readonly finding: { readonly input: Uint8Array; readonly error: Error } | undefined
}

/**
 * Changes inputs at random for so long, keeping those that run code which did not run before, and looks for
 * one that breaks the target, or takes more work than its length explains.
 */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzReport> {
  const coverage = new Coverage((url) => url.includes('/packages/'))
  try {
    return await new Run(target, coverage, options).go()
  } finally {
    coverage.stop()
  }
}

/** Why an input breaks a target; undefined where it does not. A hang is an error of its own, once it is over. */
export function problemOf({ check }: FuzzTarget, input: Uint8Array): Error | undefined {
  const since = performance.now()
  try {
    check(input)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  const ms = performance.now() - since
  return ms > HANG_MS ? new Error(`hangs: ${Math.round(ms / 1000)} s`) : undefined
}

/** Far beyond what any input takes on a busy machine. */
const HANG_MS = 20_000
const MAX_BYTES = 4096
/** Looking at the coverage costs as much as some ten inputs. */
const INPUTS_PER_LOOK = 50
/** Blocks that may run for an input, and more for each of its bytes. */
const BASE_WORK = 200_000
const WORK_PER_BYTE = 3_000

class Run {
  readonly #target: FuzzTarget
  readonly #coverage: Coverage
  readonly #options: FuzzOptions
  readonly #random: Random
  readonly #words: readonly Uint8Array[]
  readonly #corpus: Uint8Array[] = []
  #executions = 0
  #finding: FuzzReport['finding']

  constructor(target: FuzzTarget, coverage: Coverage, options: FuzzOptions) {
    this.#target = target
    this.#coverage = coverage
    this.#options = options
    this.#random = randomOf(options.seed)
    this.#words = target.words.map((word) => Buffer.from(word, 'latin1'))
  }

  async go(): Promise<FuzzReport> {
    const first = [...this.#options.corpus, ...this.#target.seeds(), new Uint8Array()]
    // The smallest first: a larger one is kept only for what it adds.
    for (const input of first.sort((one, other) => one.length - other.length)) {
      if (this.#finding === undefined) this.#judge(input)
    }
    const end = performance.now() + this.#options.seconds * 1000
    while (this.#finding === undefined && performance.now() < end) {
      this.#round()
      // Who runs the tests has to hear from them.
      await setImmediate()
    }
    return {
      executions: this.#executions,
      covered: this.#coverage.covered,
      corpus: this.#corpus,
      finding: this.#finding,
    }
  }

  #round(): void {
    this.#sift(Array.from({ length: INPUTS_PER_LOOK }, () => this.#next()))
  }

  /** Runs inputs together, and those that do something new again in halves, until each is known. */
  #sift(inputs: readonly Uint8Array[]): void {
    for (const input of inputs) {
      if (this.#finding === undefined) this.#execute(input)
    }
    if (this.#finding !== undefined) return
    const { fresh, work } = this.#coverage.look(false)
    const allowed = inputs.reduce((sum, input) => sum + allowedWork(input), 0)
    if (fresh === 0 && work <= allowed / inputs.length) return
    const half = Math.ceil(inputs.length / 2)
    for (const part of [inputs.slice(0, half), inputs.slice(half)]) {
      const [only] = part
      if (part.length > 1) this.#sift(part)
      else if (only !== undefined) this.#judge(only)
    }
  }

  #next(): Uint8Array {
    const corpus = this.#corpus
    const any = () => corpus[Math.floor(this.#random() * corpus.length)] ?? new Uint8Array()
    return mutate(any(), {
      random: this.#random,
      words: this.#words,
      other: any(),
      maxBytes: MAX_BYTES,
    })
  }

  #execute(input: Uint8Array): void {
    this.#executions += 1
    const error = problemOf(this.#target, input)
    if (error !== undefined) this.#find(input, error)
  }

  /** Runs one input alone and keeps it where it adds something. */
  #judge(input: Uint8Array): void {
    if (this.#finding !== undefined) return
    this.#execute(input)
    const { fresh, work } = this.#coverage.look()
    if (work > allowedWork(input)) {
      const error = new Error(`takes ${work} steps for ${input.length} bytes`)
      this.#finding = { input, error }
    }
    if (fresh > 0) this.#corpus.push(input)
  }

  #find(input: Uint8Array, error: Error): void {
    this.#finding = { input: minimise(this.#target, input), error }
  }
}

function allowedWork(input: Uint8Array): number {
  return BASE_WORK + WORK_PER_BYTE * input.length
}

/** The input without all that can be left out while something still breaks. */
function minimise(target: FuzzTarget, input: Uint8Array): Uint8Array {
  let smallest = input
  for (let size = Math.ceil(input.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length; ) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])
      if (problemOf(target, without) === undefined) at += size
      else smallest = without
    }
  }
  return smallest
}
