import type { Point } from './layout-graph.ts'

/** Which way calls run in the picture: from left to right, or from top to bottom. */
export type Flow = (typeof FLOWS)[number]

export const FLOWS = ['right', 'down'] as const

/** Room that a picture needs, in pixels: along the calls and across them. */
export type FlowRoom = {
  /** Distance between columns. */
  readonly column: number
  /** Distance between two nodes of a column. */
  readonly row: number
  /** What a node with its two lines of text takes across, before its middle and after it. */
  readonly before: number
  readonly after: number
  /** In how much of the way along, before and after the middle, a route beside a node runs level. */
  readonly levelBefore: number
  readonly levelAfter: number
  /** What its text takes of the way behind a node: calls begin after it. */
  readonly text: number
}

/** Text lies below a node and is wider than high, so both ways need other distances. */
export const FLOW_ROOM: Readonly<Record<Flow, FlowRoom>> = {
  right: { column: 240, row: 128, before: 38, after: 72, levelBefore: 84, levelAfter: 84, text: 0 },
  down: { column: 216, row: 196, before: 86, after: 86, levelBefore: 44, levelAfter: 76, text: 40 },
}

/** Between the picture and the layout, in which calls always run to the right: the same both ways. */
export function turned({ x, y }: Point, flow: Flow): Point {
  return flow === 'right' ? { x, y } : { x: y, y: x }
}
