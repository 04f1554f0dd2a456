import type { Segment } from '@fluoroscope/model'
import fc from 'fast-check'
import { call, segment } from './sample-segment.ts'

const time = fc.tuple(fc.nat(100), fc.nat(100))

const one = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  parent: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'a0', 'b0', 'ff'), { nil: undefined }),
  time,
  inProgress: fc.boolean(),
  calls: fc.array(fc.record({ time, fault: fc.boolean() }), { maxLength: 4 }),
})

/** Segments with calls, that name each other, themselves, what is missing, or nothing as their parent. */
export const arbitrarySegments: fc.Arbitrary<readonly Segment[]> = fc
  .uniqueArray(one, { maxLength: 5, selector: ({ name }) => name })
  .map((drafts) =>
    drafts.map(({ name, parent, time: [start, length], inProgress, calls }) =>
      segment(name, start, inProgress ? undefined : start + length, {
        ...(parent === undefined ? {} : { parentId: parent }),
        subsegments: calls.map(({ time: [from, took], fault }, index) =>
          call(`${name}${index}`, from, from + took, { fault }),
        ),
      }),
    ),
  )
