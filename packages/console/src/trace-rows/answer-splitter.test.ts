import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerSplitter } from './answer-splitter.ts'

test('whatever the documents and however they arrive: each in one piece, the rest without them', () => {
  const documents = fc.array(fc.record({ Id: fc.string(), Document: fc.json() }), { maxLength: 5 })
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(documents, fc.double({ noNaN: true }), cuts, (segments, duration, sizes) => {
      const trace = { Id: '}]"\\', Duration: duration, LimitExceeded: false }
      const answer = { Traces: [{ ...trace, Segments: segments }], NextToken: null }
      const bytes = new TextEncoder().encode(JSON.stringify(answer))
      const splitter = new AnswerSplitter()
      const texts: string[] = []
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length]!
        texts.push(...splitter.push(bytes.slice(at, at + size)))
        at += size
      }
      expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(segments)))
      const rest = { Traces: [{ ...trace, Segments: [] }], NextToken: null }
      expect(JSON.parse(splitter.rest())).toEqual(JSON.parse(JSON.stringify(rest)))
    }),
  )
})

test('an answer that ends early is not taken for a whole one', () => {
  const splitter = new AnswerSplitter()
  splitter.push(new TextEncoder().encode('{"Traces":[{"Segments":[{"Id":"a","Doc'))
  expect(() => JSON.parse(splitter.rest())).toThrow(SyntaxError)
})

test('an answer without traces is all rest', () => {
  const splitter = new AnswerSplitter()
  expect(splitter.push(new TextEncoder().encode('{"Traces":[],"NextToken":null}'))).toEqual([])
  expect(splitter.rest()).toBe('{"Traces":[],"NextToken":null}')
})
