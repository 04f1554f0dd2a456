import type { Outcome } from '@fluoroscope/model'
import { type MapEdge, type MapNode, totalOf } from '../answer/service-graph.ts'
import { durationText } from '../number-text.ts'
import type { ChangeKind, PartChange } from './diff-graph.ts'
import type { MapLayout } from './layout-picture.ts'
import type { MetricShade } from './map-metric.ts'
import {
  breachOf,
  edgeThickness,
  failureShare,
  type MapScale,
  meanNanos,
  NOTED_SHARE,
  nodeDiameter,
  ringParts,
  worstOf,
} from './map-scale.ts'
import { kindOf, type NodeKind, nodeLabel } from './node-kind.ts'
import { percentText, rateText } from './rate-text.ts'
import type { Route } from './route-edges.ts'

/** Links count no requests. */
const LINK_PX = 2

/** A node as it is painted, in pixels of the unscaled map. */
export type PaintedNode = {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly kind: NodeKind
  readonly ring: ReturnType<typeof ringParts>
  readonly worst: Outcome
  readonly label: string
  /** Latency and rate. */
  readonly detail: string
  /** Share of failures, where it is worth a word; the number of the chosen metric where there is one. */
  readonly inside: string
  readonly shade: MetricShade | undefined
  /** Undefined where no other window is compared with. */
  readonly change: ChangeKind | undefined
}

export type PaintedEdge = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly route: Route
  readonly width: number
  readonly isLink: boolean
  readonly breach: Outcome | undefined
  readonly label: string
  readonly shade: MetricShade | undefined
  readonly change: ChangeKind | undefined
}

/** What colours and badges tell beside outcomes. */
export type MapMarks = {
  readonly shadeOf: (part: MapNode | MapEdge) => MetricShade | undefined
  readonly changes: ReadonlyMap<string, PartChange> | undefined
}

export type MapPicture = {
  readonly nodes: readonly PaintedNode[]
  readonly edges: readonly PaintedEdge[]
}

/** Radius of each node, in pixels. */
export function radiiOf(nodes: readonly MapNode[], scale: MapScale): ReadonlyMap<string, number> {
  return new Map(
    nodes.map(({ id, statistics }) => [id, nodeDiameter(totalOf(statistics), scale) / 2]),
  )
}

/** What is to be painted where; what has no place yet is left out until it has. */
export function composePicture(
  graph: { readonly nodes: readonly MapNode[]; readonly edges: readonly MapEdge[] },
  layout: MapLayout,
  scale: MapScale,
  minutes: number,
  { shadeOf, changes }: MapMarks,
): MapPicture {
  return {
    nodes: graph.nodes.flatMap((node) => {
      const place = layout.places.get(node.id)
      if (place === undefined) return []
      const { statistics } = node
      const failures = failureShare(statistics)
      const shade = shadeOf(node)
      const failed = failures >= NOTED_SHARE ? percentText(failures) : ''
      return {
        id: node.id,
        ...place,
        radius: nodeDiameter(totalOf(statistics), scale) / 2,
        kind: kindOf(node),
        ring: shade === undefined ? ringParts(statistics) : [],
        worst: failures >= NOTED_SHARE ? (worstOf(statistics) ?? 'ok') : 'ok',
        label: nodeLabel(node),
        detail: numbersText(node, minutes),
        inside: (shade?.text ?? failed).replace(' ', ''),
        shade,
        change: changes?.get(node.id)?.kind,
      }
    }),
    edges: graph.edges.flatMap((edge) => {
      const route = layout.routes.get(edge.id)
      if (route === undefined) return []
      return {
        id: edge.id,
        from: edge.from,
        to: edge.to,
        route,
        width: edge.type === 'link' ? LINK_PX : edgeThickness(totalOf(edge.statistics), scale),
        isLink: edge.type === 'link',
        breach: breachOf(edge.statistics),
        label: edge.type === 'link' ? 'linked' : numbersText(edge, minutes),
        shade: shadeOf(edge),
        change: changes?.get(edge.id)?.kind,
      }
    }),
  }
}

/** `84 ms · 12/min`; a dash where nothing was counted. */
export function numbersText({ statistics }: Pick<MapNode, 'statistics'>, minutes: number): string {
  const mean = meanNanos(statistics)
  if (mean === undefined) return 'no requests'
  return `${durationText(mean)} · ${rateText(totalOf(statistics) / minutes)}`
}
