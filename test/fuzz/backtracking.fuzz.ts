import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { check } from 'recheck'
import { parseAst } from 'vite'
import { expect, test } from 'vitest'

const PACKAGES = resolve(import.meta.dirname, '../../packages')

/**
 * Expressions whose time grows with the square (or cube) of a text's length, and why that does not matter: the
 * text is short, or ours. None of them meets a text that somebody else chose and made long.
 */
const SHORT_TEXTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'console/filter-problem.ts': 'what the server says of a filter of 4,096 characters',
    'console/row-meaning.ts': 'names of 200 characters; 36 and 16 digits bound each attempt',
    'server/quantity-text.ts': 'a number as it was just printed',
    'server/console-assets.ts': 'names of files of the console, at the start',
    'server/click-house-client.ts': 'what the engine says of an error',
    'server/column.ts': 'types of columns, ours',
    'server/migrate.ts': 'files of the schema, ours',
    'server/statement.ts': 'statements, ours: values travel as parameters',
  }),
)

type Expression = { readonly file: string; readonly source: string; readonly flags: string }

/** Every regular expression that is written in the sources. */
function expressions(): readonly Expression[] {
  const found = new Map<string, Expression>()
  for (const path of readdirSync(PACKAGES, { recursive: true, encoding: 'utf8' })) {
    if (!/^[^/]+\/src\/.*\.tsx?$/.test(path) || /\.test\.tsx?$|\/test-[^/]+$/.test(path)) continue
    const text = readFileSync(join(PACKAGES, path), 'utf8')
    const [name = ''] = path.split('/')
    const file = `${name}/${path.split('/').at(-1)}`
    for (const regex of regexesOf(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }))) {
      found.set(`/${regex.pattern}/${regex.flags}`, {
        file,
        source: regex.pattern,
        flags: regex.flags,
      })
    }
  }
  return [...found.values()]
}

/** Steps are counted, nothing is timed: a busy machine changes no verdict. */
const BY_STEPS = {
  randomSeed: 1,
  timeout: null,
  seedingTimeout: null,
  incubationTimeout: null,
  attackTimeout: null,
  maxAttackStringSize: 30_000,
  attackLimit: 100_000_000,
}

type Regex = { readonly pattern: string; readonly flags: string }

function* regexesOf(node: unknown): Generator<Regex> {
  if (node === null || typeof node !== 'object') return
  if ('regex' in node) yield node.regex as Regex
  else for (const part of Object.values(node)) yield* regexesOf(part)
}

test('no regular expression takes long over any text, but for known ones over short texts', async () => {
  const all = expressions()
  expect(all.length).toBeGreaterThan(150)
  const slow: string[] = []
  for (const { file, source, flags } of all) {
    // Indices of matches (d) change nothing about the matching.
    const found = await check(source, flags.replace('d', ''), BY_STEPS)
    const growth = found.status === 'vulnerable' ? found.complexity : undefined
    const isKnown = growth?.type === 'polynomial' && SHORT_TEXTS.has(file)
    if (found.status === 'safe' || isKnown) continue
    slow.push(`${file} /${source}/${flags}: ${growth?.summary ?? 'unknown'}`)
  }
  expect(slow).toEqual([])
})
