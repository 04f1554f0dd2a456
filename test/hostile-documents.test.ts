import { bad, printSegment, printSubsegment, rejectionOf } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { decodeUtf8 } from '../packages/server/src/parse/decode-utf8.ts'
import { parseDocumentText } from '../packages/server/src/parse/segment-document.ts'
import { hostileDocuments } from './hostile-documents.ts'

const DOCUMENTS = hostileDocuments('1-68f00000-111122223333444455556666')

test('there are about two hundred, each with a name of its own', () => {
  expect(DOCUMENTS.length).toBeGreaterThanOrEqual(200)
  expect(new Set(DOCUMENTS.map(({ name }) => name)).size).toBe(DOCUMENTS.length)
})

test.each(DOCUMENTS.map((document) => [document.name, document] as const))(
  '%s',
  (_, { bytes, expected }) => {
    const text = decodeUtf8(bytes)
    const result =
      text === undefined ? bad(rejectionOf('ParseError', 'segment')) : parseDocumentText(text)
    if (expected.kind === 'rejected') {
      expect(result).toMatchObject({ ok: false, problem: { code: expected.code } })
      return
    }
    if (!result.ok) throw new Error(JSON.stringify(result.problem))
    expect(result.value.ignored).toBe(expected.ignored)
    const { document } = result.value
    const printed =
      document.kind === 'segment'
        ? printSegment(document.segment)
        : printSubsegment(document.subsegment)
    expect(JSON.parse(JSON.stringify(printed))).toHaveProperty('id')
    expect(Object.keys(Object.prototype)).toEqual([])
  },
)
