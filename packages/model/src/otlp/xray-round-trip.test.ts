import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryDocument } from '../../../../test/support/arbitrary-document.ts'
import type { JsonObject } from '../json.ts'
import type { Segment, SegmentDocument, Subsegment } from '../segment.ts'
import { parseSegmentDocument } from '../segment-document.ts'
import { spansOfSegment } from './spans-of-segment.ts'
import { documentsOf } from './test-otlp-span.ts'

function segmentOf(json: object): Segment {
  const parsed = parseSegmentDocument(JSON.stringify(json))
  if (!parsed.ok || parsed.value.document.kind !== 'segment') throw new Error('no segment')
  return parsed.value.document.segment
}

function entityIn(each: SegmentDocument): Segment | Subsegment {
  return each.kind === 'segment' ? each.segment : each.subsegment
}

/** What must be the same again, whatever the entity. */
function factsOf(entity: Segment | Subsegment) {
  const { id, kind, name, start, progress, fault, error, throttle, http, cause } = entity
  return {
    ...{ id, kind, name, start, progress, fault, error, throttle, http, cause },
    annotations: Object.fromEntries(entity.annotations),
  }
}

/** The metadata that was sent; what a span has besides stands in a namespace of its own. */
function sentMetadata(entity: Segment | Subsegment, namespaces: readonly string[]): JsonObject {
  const said = Object.entries(entity.metadata ?? {})
  return Object.fromEntries(said.filter(([namespace]) => namespaces.includes(namespace)))
}

/** A URL comes back as connection string, and the span's name as URL (xray-behaviour 15.4, 15.8). */
function sqlOf({ sql: block }: Subsegment): JsonObject | undefined {
  if (block === undefined) return undefined
  const { url, connection_string: connection = url, ...members } = block
  return connection === undefined ? members : { ...members, connection }
}

test('a document that was spans in between says the same', () => {
  fc.assert(
    fc.property(arbitraryDocument, (json) => {
      const before = segmentOf(json)
      const [call] = before.subsegments
      const again = spansOfSegment(before)
        .flatMap((span) => documentsOf(span, { index: 'listed' }))
        .map(entityIn)
      const [segment, subsegment] = again
      if (call === undefined || segment?.kind !== 'segment') throw new Error('no segment')
      if (subsegment?.kind !== 'subsegment') throw new Error('no subsegment')
      expect(again.map(factsOf)).toEqual([before, call].map(factsOf))
      const { user, resourceArn, parentId, traceId } = before
      expect(segment).toMatchObject({ user, resourceArn, parentId, traceId })
      const { namespace, traced, aws } = call
      expect(subsegment).toMatchObject({ namespace, traced })
      expect(subsegment.aws).toEqual(aws)
      expect(sqlOf(subsegment)).toEqual(sqlOf(call))
      for (const [entity, sent] of [[segment, before] as const, [subsegment, call] as const]) {
        const namespaces = Object.keys(sent.metadata ?? {})
        if (namespaces.some((name) => ['otel', 'default'].includes(name.toLowerCase()))) continue
        expect(sentMetadata(entity, namespaces)).toEqual(sent.metadata ?? {})
      }
    }),
  )
})
