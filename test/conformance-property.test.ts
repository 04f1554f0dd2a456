import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Body } from './conformance/client.ts'
import { CONSTRAINTS } from './conformance/constraints.ts'
import { ROUTES } from './conformance/routes.ts'
import { WireServer } from './support/wire-server.ts'

/** Whatever is made of an operation's members is answered, and what is wrong is named (xray-behaviour 1.3). */

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server?.stop())

describe.each(ROUTES)('%s', (operation, path) => {
  const bases = CONSTRAINTS.filter((each) => each.operation === operation).map(({ base }) => base)
  const members = new Set(
    bases.flatMap((base) => [...namesIn(base)]).map((name) => name.toLowerCase()),
  )

  test('answers any input, never with 5xx, and names what is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(spoiled(Object.assign({}, ...bases)), async (input) => {
        const { status, type, body } = await server.call(path, input as object)
        expect([200, 400, 404], JSON.stringify(body)).toContain(status)
        if (status === 200) return
        const text = String(body['Message'] ?? body['message'])
        expect(type).toMatch(/Exception$/)
        if (FRONT.has(String(type))) expect(text).toSatisfy((told: string) => names(told, members))
        else expect(text).toMatch(MEANING)
      }),
      { numRuns: 60 },
    )
  })
})

/** Errors of the model of the input: these name the place. */
const FRONT: ReadonlySet<string> = new Set(['ValidationException', 'SerializationException'])

/** Errors of meaning: the member, or the thing in the words of xray-behaviour. */
const MEANING =
  /token|trace ?id|group|sampling|rule|time|error location|filter expression|segments|tag|policy|resource|keyid|record|percentage|probabilistic|insight|statement|principal|action|json|destination|already exists/i

function names(text: string, members: ReadonlySet<string>): boolean {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return words.some((word) => members.has(word)) || /body is not/i.test(text)
}

/** The same members, some absent, some with values of their own, some with any value. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const any = { weight: 1, arbitrary: fc.jsonValue() }
  const same = { weight: 3, arbitrary: fc.constant(value) }
  if (Array.isArray(value)) {
    const items = { weight: 3, arbitrary: fc.array(spoiled(value[0]), { maxLength: 4 }) }
    return fc.oneof(any, same, items)
  }
  if (typeof value !== 'object' || value === null) return fc.oneof(any, same, edgesOf(value))
  const members = Object.entries(value).map(([name, member]) => [name, spoiled(member)] as const)
  const inside = fc.record(Object.fromEntries(members), { requiredKeys: [] })
  return fc.oneof(any, { ...same, weight: 4 }, { weight: 20, arbitrary: inside })
}

function edgesOf(value: unknown) {
  const edges =
    typeof value === 'number'
      ? [-1, 0, 1.5, 1e300, -1e300, 2 ** 31, 2 ** 53]
      : ['', 'x'.repeat(3000), '\u0000', "'; DROP TABLE spans --", '%', '{}', '\ud800']
  return { weight: 2, arbitrary: fc.constantFrom<unknown>(...edges) }
}

function* namesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value as Body)) {
    yield name
    yield* namesIn(member)
  }
}
