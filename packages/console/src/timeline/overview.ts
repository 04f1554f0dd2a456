import { durationOf, endOf, nanosBetween } from '@fluoroscope/model'
import { durationText, isoText } from '../number-text.ts'
import type { TraceRow, TraceTree } from './trace-tree.ts'

/** The first facts of a row, in the order they are read; undefined ones are not known. */
export function overviewOf(
  tree: TraceTree,
  row: TraceRow,
): readonly (readonly [string, string | undefined])[] {
  const { entity } = row
  const duration = durationOf(entity)
  const end = endOf(entity)
  const own = ownNanos(tree, row)
  return [
    ['Duration', duration === undefined ? 'in progress' : durationText(duration)],
    ['Own time', own === undefined ? undefined : durationText(own)],
    ['Starts after', durationText(nanosBetween(tree.start, entity.start))],
    ['Start', isoText(entity.start)],
    ['End', end === undefined ? undefined : isoText(end)],
    ['Id', entity.id],
    ...(entity.kind === 'segment' ? segmentFacts(entity) : [subsegmentFact(entity.namespace)]),
  ]
}

function segmentFacts(segment: TraceRow['segment']) {
  return [
    ['Kind', segment.inferred ? "segment, inferred from the caller's view" : 'segment'],
    ['Parent', segment.parentId],
    ['Origin', segment.origin],
    ['Resource', segment.resourceArn],
    ['User', segment.user],
  ] as const
}

function subsegmentFact(namespace: string | undefined): readonly [string, string] {
  return ['Kind', namespace === undefined ? 'subsegment' : `subsegment, ${namespace}`]
}

/** Time in which no child of the row ran; undefined for work in progress. */
function ownNanos(tree: TraceTree, row: TraceRow): number | undefined {
  const end = endOf(row.entity)
  if (end === undefined || end < row.entity.start) return undefined
  const index = tree.rows.indexOf(row)
  let covered = 0n
  let reached: bigint = row.entity.start
  for (let child = index + 1; child < row.end; ) {
    const next = tree.rows[child]
    if (next === undefined) break
    // Children are in the order of their starts, so one pass finds the time they cover together.
    const from = next.entity.start > reached ? next.entity.start : reached
    let to: bigint = endOf(next.entity) ?? end
    if (to > end) to = end
    if (to > from) {
      covered += to - from
      reached = to
    }
    child = next.end
  }
  return Number(end - row.entity.start - covered)
}
