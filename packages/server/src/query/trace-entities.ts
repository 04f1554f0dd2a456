import type { Entity, Segment, Subsegment } from '@fluoroscope/model'

/** Every subsegment below an entity, parents before children, in their order; without recursion. */
export function* subsegmentsOf(entity: Pick<Entity, 'subsegments'>): Generator<Subsegment> {
  const open = entity.subsegments.toReversed()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    for (const child of next.subsegments.toReversed()) open.push(child)
  }
}

/** Segments and all subsegments below them, each segment followed by its own. */
export function* entitiesOf(segments: Iterable<Segment>): Generator<Segment | Subsegment> {
  for (const segment of segments) {
    yield segment
    yield* subsegmentsOf(segment)
  }
}
