import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitrarySegment } from '../../../test/support/arbitrary-segment.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { printSegment, printSubsegment } from './print-segment.ts'
import type { Segment } from './segment.ts'
import { parseSegmentDocument } from './segment-document.ts'

function parseSegment(text: string): Segment {
  const result = parseSegmentDocument(text)
  if (!result.ok || result.value.document.kind !== 'segment') throw new Error(text)
  return result.value.document.segment
}

test('members and their order', () => {
  const text = JSON.stringify({
    type: 'segment',
    service: { version: '1' },
    subsegments: [
      {
        name: 'DynamoDB',
        id: '51AA62BB73CC84DD',
        trace_id: 'x',
        parent_id: 'y',
        type: 'subsegment',
        traced: true,
        start_time: 1.5,
        in_progress: true,
        namespace: 'aws',
        precursor_ids: ['aaaa0000bbbb1111'],
        http: { request: { url: 'http://x', traced: true } },
        cause: { exceptions: [{ id: 'aaaa0000bbbb1111', stack: [] }] },
      },
    ],
    end_time: 1.76055910431e9,
    start_time: 1.76055910412e9,
    trace_id: '1-68f00000-111122223333444455556666',
    id: '10aa20bb30cc40dd',
    name: 'orders',
    notTraced: false,
    fault: false,
    error: true,
  })
  expect(JSON.stringify(printSegment(parseSegment(text)))).toBe(
    JSON.stringify({
      id: '10aa20bb30cc40dd',
      name: 'orders',
      start_time: 1760559104.12,
      trace_id: '1-68f00000-111122223333444455556666',
      end_time: 1760559104.31,
      error: true,
      service: { version: '1' },
      subsegments: [
        {
          id: '51aa62bb73cc84dd',
          name: 'DynamoDB',
          start_time: 1.5,
          in_progress: true,
          cause: { exceptions: [{ id: 'aaaa0000bbbb1111' }] },
          http: { request: { url: 'http://x' } },
          namespace: 'aws',
          precursor_ids: ['aaaa0000bbbb1111'],
        },
      ],
    }),
  )
})

test('an annotation called __proto__ is printed as a member', () => {
  const segment = parseSegment(
    '{"id":"10aa20bb30cc40dd","name":"a","trace_id":"1-68f00000-111122223333444455556666","start_time":1,"end_time":2,"annotations":{"__proto__":"x"}}',
  )
  expect(JSON.stringify(printSegment(segment)['annotations'])).toBe('{"__proto__":"x"}')
})

const FIXTURES = new URL('../../../../shared/fixtures/segments/', import.meta.url)
const files = existsSync(FIXTURES) ? readdirSync(FIXTURES) : []

/** Three samples of a load generator are independent subsegments that name no parent. */
const REFUSED = new Map([
  ['cc-sample-loadgen-1.json', 'MissingParentId'],
  ['cc-sample-loadgen-2.json', 'MissingParentId'],
  ['cc-sample-loadgen-3.json', 'MissingParentId'],
])

describe.skipIf(files.length === 0)(
  'documents of other programs (needs ../shared/fixtures)',
  () => {
    test.each(files)('%s', (file) => {
      const text = readFileSync(new URL(file, FIXTURES), 'utf8')
      const result = parseSegmentDocument(text)
      if (REFUSED.has(file)) {
        expect(result).toMatchObject({ problem: { code: REFUSED.get(file) } })
        return
      }
      if (!result.ok) throw new Error(JSON.stringify(result.problem))
      expect(result.value.ignored).toBe(0)
      const { document } = result.value
      const printed =
        document.kind === 'segment'
          ? printSegment(document.segment)
          : { ...printSubsegment(document.subsegment) }
      const sent = JSON.parse(text) as JsonObject
      expect(printed).toEqual(asGivenBack(sent, document.kind === 'segment'))
    })
  },
)

const NEVER_GIVEN_BACK = new Set(['Dummy', 'type', 'traced', 'inferred'])
/** Members of segments only (3.1), which one sample has on a subsegment, among them. */
const NEVER_GIVEN_BACK_NESTED = new Set([
  ...NEVER_GIVEN_BACK,
  'trace_id',
  'parent_id',
  'origin',
  'resource_arn',
])
const HTTP_MEMBERS = new Set(['request', 'response'])

/** What 7.5 takes out of a document, and nothing else. */
function asGivenBack(sent: JsonObject, isSegment: boolean): JsonObject {
  const left = isSegment ? NEVER_GIVEN_BACK : NEVER_GIVEN_BACK_NESTED
  const members = Object.entries(sent)
    .filter(([key, value]) => !left.has(key) && value !== false && !isEmpty(value, key))
    .map(([key, value]): [string, JsonValue] => [key, memberAsGivenBack(key, value)])
  return Object.fromEntries(members.filter(([key, value]) => key !== 'http' || !isEmpty(value, '')))
}

function isEmpty(value: JsonValue, key: string): boolean {
  if (key === 'aws' || key === 'service') return false
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function memberAsGivenBack(key: string, value: JsonValue): JsonValue {
  if (key.endsWith('_time')) return expect.closeTo(Number(value), 5)
  if (key === 'http') return httpAsGivenBack(value as JsonObject)
  if (key !== 'subsegments') return value
  return (value as readonly JsonObject[]).map((each) => asGivenBack(each, false))
}

function httpAsGivenBack(http: JsonObject): JsonObject {
  const blocks = Object.entries(http)
    .filter(([key]) => HTTP_MEMBERS.has(key))
    .map(([key, block]): [string, JsonValue] => {
      const { traced: _, ...rest } = block as JsonObject
      return [key, rest]
    })
  return Object.fromEntries(blocks)
}

test('what is printed parses back to the same segment', () => {
  fc.assert(
    fc.property(arbitrarySegment, (original) => {
      const printed = JSON.stringify(printSegment(original))
      expect(parseSegmentDocument(printed)).toEqual({
        ok: true,
        value: { document: { kind: 'segment', segment: original }, ignored: 0 },
      })
    }),
    { numRuns: 300 },
  )
})
