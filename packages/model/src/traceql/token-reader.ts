import type { Token } from './lexer.ts'
import { type TraceQueryProblem, traceQueryProblem, unexpectedSymbol } from './problem.ts'

/** Ends a descent at the first problem; never leaves the parser. */
export class Stop extends Error {
  readonly problem: TraceQueryProblem

  constructor(problem: TraceQueryProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/** Parentheses and negations within each other. */
const MAX_NESTING = 64

/** Goes through the tokens of one text. */
export class TokenReader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #nesting = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.#tokens = tokens
  }

  /** What `read` reads; undefined where it stops, and then nothing was taken. */
  attempt<Node>(read: () => Node): Node | undefined {
    const [at, nesting] = [this.#at, this.#nesting]
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      this.#at = at
      this.#nesting = nesting
      return undefined
    }
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', text: '', offset: this.#text.length }
  }

  next(): Token {
    const token = this.peek()
    this.#at += 1
    return token
  }

  /** Whether the next token is that symbol or word. */
  isNext(text: string): boolean {
    const token = this.peek()
    return (token.kind === 'symbol' || token.kind === 'word') && token.text === text
  }

  take(text: string): Token | undefined {
    return this.isNext(text) ? this.next() : undefined
  }

  expect(text: string, expected: string): Token {
    return this.take(text) ?? this.unexpected(this.peek(), expected)
  }

  /** Takes the next token if it is one of these symbols. */
  takeAny<Symbols extends string>(symbols: readonly Symbols[]): Symbols | undefined {
    const token = this.peek()
    const symbol = token.kind === 'symbol' ? symbols.find((each) => each === token.text) : undefined
    if (symbol !== undefined) this.next()
    return symbol
  }

  /** What is read within stands one level deeper. */
  nested<Node>(read: () => Node): Node {
    this.#nesting += 1
    if (this.#nesting > MAX_NESTING) {
      this.fail(this.peek().offset, `nested more than ${MAX_NESTING} levels deep`)
    }
    const node = read()
    this.#nesting -= 1
    return node
  }

  unexpected(token: Token, expected: string): never {
    const symbol = token.kind === 'end' ? undefined : token.text
    throw new Stop(unexpectedSymbol(this.#text, token.offset, symbol, expected))
  }

  fail(offset: number, reason: string): never {
    throw new Stop(traceQueryProblem(this.#text, offset, reason))
  }
}
