import { endOf, type Segment } from '@fluoroscope/model'
import { durationText, isoText, shareText } from '../number-text.ts'
import type { RowDetails, TracePicture } from '../trace-rows/trace-session.ts'

/** The first facts of a row, in the order they are read; undefined ones are not known. */
export function overviewOf(
  { rows, critical }: Pick<TracePicture, 'rows' | 'critical'>,
  row: number,
  { entity }: Pick<RowDetails, 'entity'>,
): readonly (readonly [string, string | undefined])[] {
  const duration = rows.duration[row] ?? Number.NaN
  const own = rows.own[row] ?? Number.NaN
  const share = critical.share[row] ?? 0
  const end = endOf(entity)
  return [
    ['Duration', Number.isNaN(duration) ? 'in progress' : durationText(duration)],
    ['Own time', Number.isNaN(own) ? undefined : durationText(own)],
    [
      'Critical path',
      share === 0
        ? undefined
        : `${durationText(share)}, ${shareText(Math.round((share / critical.total) * 1000) / 1000)} of it`,
    ],
    ['Starts after', durationText(rows.start[row] ?? 0)],
    ['Start', isoText(entity.start)],
    ['End', end === undefined ? undefined : isoText(end)],
    ['Id', entity.id],
    ...(entity.kind === 'segment' ? segmentFacts(entity) : [subsegmentFact(entity.namespace)]),
  ]
}

function segmentFacts(segment: Segment) {
  return [
    ['Kind', segment.inferred ? "segment, inferred from the caller's view" : 'segment'],
    ['Parent', segment.parentId],
    ['User', segment.user],
  ] as const
}

function subsegmentFact(namespace: string | undefined): readonly [string, string] {
  return ['Kind', namespace === undefined ? 'subsegment' : `subsegment, ${namespace}`]
}
