import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'

/**
 * What each part may import besides itself: data runs left to right, imports run right to left. A
 * part that is not listed here may not exist.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: ['valibot'],
  console: ['model', 'preact', '@preact/signals', 'uplot'],
  // A set of programs of its own, that send like anybody's.
  demo: [
    'node',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-sqs',
    '@electric-sql/pglite',
    '@opentelemetry/api',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/core',
    '@opentelemetry/exporter-trace-otlp-proto',
    '@opentelemetry/instrumentation',
    '@opentelemetry/instrumentation-http',
    '@opentelemetry/instrumentation-pg',
    '@opentelemetry/propagator-aws-xray',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace',
    'aws-xray-sdk-core',
    'aws-xray-sdk-express',
    'aws-xray-sdk-fastify',
    'aws-xray-sdk-postgres',
    'express',
    'fastify',
    'fastify-plugin',
    'pg',
  ],
  'server/lib': ['node'],
  'server/receive': ['server/lib', 'model', 'node', 'fzstd'],
  'server/parse': ['server/lib', 'model', 'valibot'],
  'server/store': ['server/lib', 'model', 'node', 'chdb'],
  // Spans of OpenTelemetry are stored as they were sent, and parsed again when they are read.
  'server/query': ['server/store', 'server/parse', 'server/lib', 'model'],
  'server/analyse': ['server/query', 'server/store', 'server/lib', 'model', 're2js'],
  'server/act': ['server/analyse', 'server/query', 'server/store', 'server/lib', 'model'],
  'server/show': [
    'server/act',
    'server/analyse',
    'server/query',
    'server/lib',
    'model',
    'hono',
    'valibot',
    'node',
  ],
  'server/cli': ['server/lib', 'model', 'node', 'demo'],
  // The files directly under server/src wire the parts together.
  server: ['*'],
}

const PACKAGES = resolve(import.meta.dirname, '../packages')
const SCOPE = '@fluoroscope/'
const SPECIFIER =
  /^\s*(?:import|export)\b[^'"]*?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^\s*import\s+'([^']+)'/gm

function sourceFiles(): readonly string[] {
  return readdirSync(PACKAGES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^[^/\\]+[/\\]src[/\\]/.test(path) && /\.tsx?$/.test(path))
    .filter((path) => !/\.(?:test|bench)\.tsx?$|[/\\]test-[\w-]+\.ts$/.test(path))
    .map((path) => join(PACKAGES, path))
}

/** `server/src/store/schema/x.ts` is part `server/store`; `model/src/x.ts` is part `model`. */
function partOf(file: string): string {
  const [name = '', , folder = '', ...rest] = relative(PACKAGES, file).split(sep)
  return name === 'server' && rest.length > 0 ? `server/${folder}` : name
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return partOf(resolve(dirname(file), specifier))
  if (specifier.startsWith('node:')) return 'node'
  if (specifier.startsWith(SCOPE)) return specifier.slice(SCOPE.length).split('/')[0] ?? ''
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function specifiersIn(text: string): readonly string[] {
  return [...text.matchAll(SPECIFIER)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function breachesIn(file: string, text: string): readonly string[] {
  const part = partOf(file)
  const path = relative(PACKAGES, file)
  const allowed = MAY_IMPORT[part]
  if (allowed === undefined) return [`${path}: part "${part}" is not in the table`]
  const may = new Set([part, ...allowed])
  return specifiersIn(text)
    .filter((specifier) => !may.has('*') && !may.has(targetOf(file, specifier)))
    .map((specifier) => `${path}: ${part} may not import ${specifier}`)
}

test('every import follows the table', () => {
  const files = sourceFiles()
  // A scan that finds nothing must not pass.
  expect(files.length).toBeGreaterThan(50)
  expect(new Set(files.map(partOf)).size).toBeGreaterThan(8)
  expect(files.flatMap((file) => breachesIn(file, readFileSync(file, 'utf8')))).toEqual([])
})

test.each([
  ['server/src/query/x.ts', "import { h } from '../show/app.ts'", '../show/app.ts'],
  ['server/src/show/x.ts', "import type { Sql } from '../store/sql.ts'", '../store/sql.ts'],
  ['server/src/parse/x.ts', "import { readFile } from 'node:fs'", 'node:fs'],
  ['server/src/query/x.ts', "const chdb = await import('chdb')", 'chdb'],
  ['model/src/x.ts', "export * from 'hono/tiny'", 'hono/tiny'],
  ['server/src/lib/x.ts', "import { ok } from '@fluoroscope/model'", '@fluoroscope/model'],
  ['server/src/receive/x.ts', "import {\n  a,\n  b,\n} from '../parse/y.ts'", '../parse/y.ts'],
])('a breach in %s is found', (path, text, specifier) => {
  const file = join(PACKAGES, ...path.split('/'))
  expect(breachesIn(file, text)).toEqual([
    `${relative(PACKAGES, file)}: ${partOf(file)} may not import ${specifier}`,
  ])
})

test('a part that is not in the table may not exist', () => {
  const file = join(PACKAGES, 'server', 'src', 'helpers', 'x.ts')
  expect(breachesIn(file, '')).toEqual([
    `${relative(PACKAGES, file)}: part "server/helpers" is not in the table`,
  ])
})
